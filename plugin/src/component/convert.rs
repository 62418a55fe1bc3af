//! From the contract's generated types to the model, and back.
//!
//! The model has the contract's names, so that a type is its list of fields or cases.

use koalr_integration_kit::model::{
    assessment as a, common as c, connection as n, evidence as e, manifest as m, record as r,
    verdict as v, walk as w,
};

use super::api::{connect, describe, gate, score, sync};
use super::bindings::koalr::integration::types;

/// `From`, also for lists, options and pairs of foreign types.
pub(super) trait Convert<T> {
    fn convert(self) -> T;
}

impl<T: Convert<U>, U> Convert<Vec<U>> for Vec<T> {
    fn convert(self) -> Vec<U> {
        self.into_iter().map(Convert::convert).collect()
    }
}

impl<T: Convert<U>, U> Convert<Option<U>> for Option<T> {
    fn convert(self) -> Option<U> {
        self.map(Convert::convert)
    }
}

impl<T: Convert<U>, U, E: Convert<F>, F> Convert<Result<U, F>> for Result<T, E> {
    fn convert(self) -> Result<U, F> {
        self.map(Convert::convert).map_err(Convert::convert)
    }
}

impl<A: Convert<C>, B: Convert<D>, C, D> Convert<(C, D)> for (A, B) {
    fn convert(self) -> (C, D) {
        (self.0.convert(), self.1.convert())
    }
}

macro_rules! same {
    ($($type:ty)*) => {$(
        impl Convert<$type> for $type {
            fn convert(self) -> $type {
                self
            }
        }
    )*};
}

macro_rules! record {
    ($wit:path, $model:path { $($field:ident)* }) => {
        impl Convert<$model> for $wit {
            fn convert(self) -> $model {
                $model { $($field: self.$field.convert()),* }
            }
        }

        impl Convert<$wit> for $model {
            fn convert(self) -> $wit {
                $wit { $($field: self.$field.convert()),* }
            }
        }
    };
}

macro_rules! cases {
    ($wit:path, $model:path { $($case:ident $(($value:ident))?)* }) => {
        impl Convert<$model> for $wit {
            fn convert(self) -> $model {
                match self {
                    $(Self::$case $(($value))? => <$model>::$case $(($value.convert()))?,)*
                }
            }
        }

        impl Convert<$wit> for $model {
            fn convert(self) -> $wit {
                match self {
                    $(Self::$case $(($value))? => <$wit>::$case $(($value.convert()))?,)*
                }
            }
        }
    };
}

same!(bool u8 u16 u32 i64 f64 String);

record!(types::Endpoint, c::Endpoint { origin base });
record!(types::Setting, c::Setting { key label help kind default });
record!(types::SettingEntry, c::SettingEntry { key value });
cases!(types::ParameterKind, c::ParameterKind { Flag Integer(of) Tenths(of) Choice(of) Text Texts });
cases!(types::ParameterValue, c::ParameterValue { Flag(of) Integer(of) Tenths(of) Text(of) Texts(of) });
record!(types::Change, c::Change { id repository number head_sha base_sha source_branch target_branch });
record!(types::DependencyChange, c::DependencyChange { ecosystem name before after direct manifest });
record!(types::Coverage, c::Coverage { route subject state as_of detail });
cases!(types::CoverageState, c::CoverageState { Complete Partial Stale Refused Unsupported Awaited NotAsked });
cases!(types::Severity, c::Severity { Info Low Medium High Critical });
cases!(types::FindingClass, c::FindingClass { PackageVulnerability License Container Infrastructure Code Other });
cases!(types::ExploitMaturity, c::ExploitMaturity { Unknown NoneKnown ProofOfConcept Functional Attacked });
cases!(types::Reachability, c::Reachability { Unknown NotReachable Potentially Reachable });
cases!(types::FixState, c::FixState { Unknown Available Partial None });
record!(types::Measurement, c::Measurement { subject metric value unit at });

record!(describe::Manifest, m::Manifest {
    id name version summary pulls permissions origins quotas credentials settings rules extra
});
record!(describe::Pull, m::Pull { what why });
record!(describe::Permission, m::Permission { name why required });
cases!(describe::Method, m::Method { Get Head Post Put Patch Delete });
record!(describe::PathRule, m::PathRule { method template fresh_secs });
cases!(describe::OriginAddress, m::OriginAddress { Fixed(of) Template(of) CustomerSupplied Download(of) Other(of) });
record!(describe::Origin, m::Origin { id label address aliases paths });
record!(describe::Quota, m::Quota { id requests window_secs method path_prefix });
record!(describe::CredentialKind, m::CredentialKind { id label pattern header value audience });
record!(describe::AudienceClaim, m::AudienceClaim { part claim });
record!(describe::Rule, m::Rule { code summary routes active_by_default parameters });
record!(describe::Parameter, m::Parameter { name summary kind default });

record!(connect::Request, n::ConnectRequest { endpoint credential organizations settings as_of });
record!(connect::CredentialFacts, n::CredentialFacts { kind audience_host });
record!(connect::Connection, n::Connection { account organizations capabilities warnings extra });
record!(connect::Account, n::Account { id name kind });
record!(connect::Organization, n::Organization { id slug name });
cases!(connect::Access, n::Access { Allowed Refused Unknown });
record!(connect::Capability, n::Capability { organization route access detail });
cases!(connect::Error, n::ConnectError {
    BadCredential WrongRegion(of) NoApiAccess MissingPermissions(of) OrganizationsNotVisible(of) InvalidSetting(of)
    Upstream(of) Other(of)
});

record!(sync::Request, w::SyncRequest { endpoint scope since cursor settings request_budget as_of });
cases!(sync::Scope, w::Scope { Organizations(of) Change(of) Enrichment(of) Findings(of) Other(of) });
record!(sync::ChangeScope, w::ChangeScope { change organizations dependencies checks });
record!(sync::EnrichmentScope, w::EnrichmentScope { organizations packages });
record!(sync::FindingsScope, w::FindingsScope { organization ids });
record!(sync::Cursor, w::Cursor { format bytes });
record!(sync::Batch, w::Batch {
    records cursor done progress requests resume_after_secs coverage diagnostics extra
});
record!(sync::Progress, w::Progress { done total });
record!(sync::Diagnostic, w::Diagnostic { code subject message });
cases!(sync::Entry, r::Entry {
    Project(of) Finding(of) ChangeCheck(of) ChangeFinding(of) Remediation(of) Fix(of) Measurement(of) Incident(of)
    Deployment(of) WalkCompleted(of) WalkBroken(of) Other(of)
});
record!(sync::Project, r::Project {
    id organization name class kind origin repository target reference file active created_at extra
});
cases!(sync::ProjectClass, r::ProjectClass { OpenSource Container Infrastructure Code Service Other });
record!(sync::Finding, r::Finding {
    id key organization project class kind title vulnerability aliases weaknesses packages severity cvss selected
    exploit risk reachability fix fix_source fixed_in license location open ignored created_at updated_at
    introduced_at resolved_at disclosed_at extra
});
record!(sync::PackageVersion, r::PackageVersion { ecosystem name version });
record!(sync::CvssRating, r::CvssRating { source version vector score });
record!(sync::SelectedCvss, r::SelectedCvss { score highest rating reason });
record!(sync::ChangeCheck, r::ChangeCheck {
    organization change repository head_sha base_sha project product state marked_as_success at test extra
});
record!(sync::ChangeFinding, r::ChangeFinding { change route finding });
record!(sync::Remediation, r::Remediation { organization finding step at source });
record!(sync::Fix, r::Fix { organization vulnerability affected state versions source as_of });
cases!(sync::RemediationStep, r::RemediationStep {
    Introduced FirstSeen Ignored UnIgnored Resolved ReIntroduced Vanished
});
record!(sync::Incident, r::Incident {
    id service title severity change started_at acknowledged_at resolved_at open extra
});
record!(sync::Deployment, r::Deployment { id service environment sha state at extra });
cases!(sync::DeploymentState, r::DeploymentState { Succeeded Failed Running Other });
record!(sync::Walk, w::Walk { route organization changed_since pages records });
record!(sync::OtherRecord, r::OtherRecord { kind key json });
cases!(sync::Error, w::SyncError {
    StaleCursor BadCredential MissingPermissions(of) InvalidRequest(of) Upstream(of) Other(of)
});

record!(score::Request, e::ScoreRequest { change evidence settings as_of });
record!(score::Evidence, e::Evidence {
    observation dependencies findings aliases licenses fix_candidates debt measurements coverage extra
});
cases!(score::Observation, e::Observation { Observed Reconstructed });
cases!(score::Presence, e::Presence { Present Absent Unknown });
record!(score::FindingFact, e::FindingFact {
    vulnerability package version class severity cvss_selected cvss_highest head base dependency seen_before
    disclosed_at exploit reachability fix ignored
});
record!(score::FindingTexts, e::FindingTexts { finding values });
record!(score::FixCandidate, e::FixCandidate { finding version worst });
record!(score::Debt, e::Debt { severity count });
record!(score::Assessment, a::Assessment {
    model score findings factors contributions terms counterfactuals unknowns extra
});
cases!(score::Attribution, a::Attribution { Introduced DisclosedSince ReOpened Carried Removed Unknown });
cases!(score::Bump, a::Bump { Unchanged Patch Minor ZeroMinor Major Downgrade New Removed Unknown });
record!(score::Attributed, a::Attributed { attribution bump kept_by_upgrade cvss assumed });
record!(score::Factor, a::Factor { factor score weight });
record!(score::Contribution, a::Contribution { subject points hazard terms });
cases!(score::ContributionSubject, a::ContributionSubject { Finding(of) Debt Measurement(of) Other(of) });
record!(score::Counterfactual, a::Counterfactual { dependency version score removes verified });
record!(score::UnknownFact, a::UnknownFact { code finding message });
cases!(score::Error, a::ScoreError { InvalidEvidence(of) InvalidSetting(of) Other(of) });

record!(gate::Request, v::GateRequest { assessment evidence rules waivers as_of });
record!(gate::RuleSetting, v::RuleSetting { code parameters });
record!(gate::Waiver, v::Waiver { id vulnerability package version });
cases!(gate::Decision, v::Decision { Pass Warn Inconclusive Block });
record!(gate::Verdict, v::Verdict { decision fired waived missing unasked errors extra });
record!(gate::Fired, v::Fired { rule decision findings measurements message });
record!(gate::Waived, v::Waived { finding waiver rule });
record!(gate::RuleError, v::RuleError { rule message });
cases!(gate::Error, v::GateError { InvalidRequest(of) Other(of) });
