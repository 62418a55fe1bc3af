//! `sync` across the contract.

use koalr_platform::model::walk as model;
use koalr_runtime::contract::sync as wire;

use super::{Mirror, fields, variant};

fields!(
    wire::Request,
    model::SyncRequest {
        endpoint,
        scope,
        since,
        cursor,
        settings,
        request_budget,
        as_of
    }
);
variant!(wire::Scope, model::Scope { Organizations(value), Change(value), Enrichment(value), Findings(value), Other(value) });
fields!(
    wire::ChangeScope,
    model::ChangeScope {
        change,
        organizations,
        dependencies,
        checks
    }
);
fields!(
    wire::EnrichmentScope,
    model::EnrichmentScope {
        organizations,
        packages
    }
);
fields!(
    wire::FindingsScope,
    model::FindingsScope { organization, ids }
);
fields!(wire::Cursor, model::Cursor { format, bytes });
fields!(
    wire::Batch,
    model::Batch {
        records,
        cursor,
        done,
        progress,
        requests,
        resume_after_secs,
        coverage,
        diagnostics,
        extra
    }
);
fields!(wire::Progress, model::Progress { done, total });
fields!(
    wire::Diagnostic,
    model::Diagnostic {
        code,
        subject,
        message
    }
);
fields!(
    wire::Walk,
    model::Walk {
        route,
        organization,
        changed_since,
        pages,
        records
    }
);
variant!(wire::Error, model::SyncError { StaleCursor, BadCredential, MissingPermissions(value), InvalidRequest(value), Upstream(value), Other(value) });
