//! `score`: the answer across the contract.

use koalr_platform::model::assessment as model;
use koalr_runtime::contract::score as wire;

use super::{Mirror, cases, record, variant};

record!(wire::Assessment, model::Assessment { model, score, findings, factors, contributions, counterfactuals, unknowns, extra });
cases!(wire::Attribution, model::Attribution { Introduced, DisclosedSince, ReOpened, Carried, Removed, Unknown });
cases!(wire::Bump, model::Bump { Unchanged, Patch, Minor, ZeroMinor, Major, Downgrade, New, Removed, Unknown });
record!(wire::Attributed, model::Attributed { attribution, bump, kept_by_upgrade, cvss, assumed });
record!(wire::Factor, model::Factor { factor, score, weight });
record!(wire::Contribution, model::Contribution { subject, points, terms });
variant!(wire::ContributionSubject, model::ContributionSubject { Finding(value), Debt });
record!(wire::HazardTerms, model::HazardTerms { base, bump, exploit, fix, reachability, relation, hazard });
record!(wire::Counterfactual, model::Counterfactual { dependency, version, score, removes, verified });
record!(wire::UnknownFact, model::UnknownFact { code, finding, message });
variant!(wire::Error, model::ScoreError { InvalidEvidence(value), InvalidSetting(value), Other(value) });
