//! The records of `sync` across the contract.

use koalr_platform::model::record as model;
use koalr_runtime::contract::sync as wire;

use super::{Mirror, cases, fields, variant};

variant!(wire::Entry, model::Entry { Project(value), Finding(value), ChangeCheck(value), ChangeFinding(value), Remediation(value), Fix(value), Measurement(value), Incident(value), Deployment(value), WalkCompleted(value), WalkBroken(value), Other(value) });
fields!(
    wire::Project,
    model::Project {
        id,
        organization,
        name,
        class,
        kind,
        origin,
        repository,
        target,
        reference,
        file,
        active,
        created_at,
        extra
    }
);
cases!(
    wire::ProjectClass,
    model::ProjectClass {
        OpenSource,
        Container,
        Infrastructure,
        Code,
        Service,
        Other
    }
);
fields!(
    wire::Finding,
    model::Finding {
        id,
        key,
        organization,
        project,
        class,
        kind,
        title,
        vulnerability,
        aliases,
        weaknesses,
        packages,
        severity,
        cvss,
        selected,
        exploit,
        risk,
        reachability,
        fix,
        fix_source,
        fixed_in,
        license,
        location,
        open,
        ignored,
        created_at,
        updated_at,
        introduced_at,
        resolved_at,
        disclosed_at,
        extra
    }
);
fields!(
    wire::PackageVersion,
    model::PackageVersion {
        ecosystem,
        name,
        version
    }
);
fields!(
    wire::CvssRating,
    model::CvssRating {
        source,
        version,
        vector,
        score
    }
);
fields!(
    wire::SelectedCvss,
    model::SelectedCvss {
        score,
        highest,
        rating,
        reason
    }
);
fields!(
    wire::ChangeCheck,
    model::ChangeCheck {
        organization,
        change,
        repository,
        head_sha,
        base_sha,
        project,
        product,
        state,
        marked_as_success,
        at,
        test,
        extra
    }
);
fields!(
    wire::ChangeFinding,
    model::ChangeFinding {
        change,
        route,
        finding
    }
);
fields!(
    wire::Remediation,
    model::Remediation {
        organization,
        finding,
        step,
        at,
        source
    }
);
fields!(
    wire::Fix,
    model::Fix {
        organization,
        vulnerability,
        affected,
        state,
        versions,
        source,
        as_of
    }
);
cases!(
    wire::RemediationStep,
    model::RemediationStep {
        Introduced,
        FirstSeen,
        Ignored,
        UnIgnored,
        Resolved,
        ReIntroduced,
        Vanished
    }
);
fields!(
    wire::Incident,
    model::Incident {
        id,
        service,
        title,
        severity,
        change,
        started_at,
        acknowledged_at,
        resolved_at,
        open,
        extra
    }
);
fields!(
    wire::Deployment,
    model::Deployment {
        id,
        service,
        environment,
        sha,
        state,
        at,
        extra
    }
);
cases!(
    wire::DeploymentState,
    model::DeploymentState {
        Succeeded,
        Failed,
        Running,
        Other
    }
);
fields!(wire::OtherRecord, model::OtherRecord { kind, key, json });
