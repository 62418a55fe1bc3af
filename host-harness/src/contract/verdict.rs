//! `gate` across the contract.

use koalr_platform::model::verdict as model;
use koalr_runtime::contract::gate as wire;

use super::{Mirror, cases, record, variant};

record!(wire::Request, model::GateRequest { assessment, evidence, rules, waivers, as_of });
record!(wire::RuleSetting, model::RuleSetting { code, parameters });
record!(wire::Waiver, model::Waiver { id, vulnerability, package, version });
cases!(wire::Decision, model::Decision { Pass, Warn, Inconclusive, Block });
record!(wire::Verdict, model::Verdict { decision, fired, waived, missing, unasked, errors, extra });
record!(wire::Fired, model::Fired { rule, decision, findings, message });
record!(wire::Waived, model::Waived { finding, waiver, rule });
record!(wire::RuleError, model::RuleError { rule, message });
variant!(wire::Error, model::GateError { InvalidRequest(value), Other(value) });
