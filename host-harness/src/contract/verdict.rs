//! `gate` across the contract.

use koalr_platform::model::verdict as model;
use koalr_runtime::contract::gate as wire;

use super::{Mirror, cases, fields, variant};

fields!(
    wire::Request,
    model::GateRequest {
        assessment,
        evidence,
        rules,
        waivers,
        as_of
    }
);
fields!(wire::RuleSetting, model::RuleSetting { code, parameters });
fields!(
    wire::Waiver,
    model::Waiver {
        id,
        vulnerability,
        package,
        version
    }
);
cases!(
    wire::Decision,
    model::Decision {
        Pass,
        Warn,
        Inconclusive,
        Block
    }
);
fields!(
    wire::Verdict,
    model::Verdict {
        decision,
        fired,
        waived,
        missing,
        unasked,
        errors,
        extra
    }
);
fields!(
    wire::Fired,
    model::Fired {
        rule,
        decision,
        findings,
        measurements,
        message
    }
);
fields!(
    wire::Waived,
    model::Waived {
        finding,
        waiver,
        rule
    }
);
fields!(wire::RuleError, model::RuleError { rule, message });
variant!(wire::Error, model::GateError { InvalidRequest(value), Other(value) });
