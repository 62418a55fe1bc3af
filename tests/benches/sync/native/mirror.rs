//! A batch of the kit as one of the platform: the fields are the same by construction.

use koalr_integration_kit::model::{common as kc, record as kr, walk as kw};
use koalr_platform::model::{common as pc, record as pr, walk as pw};

/// Turns a value into its twin.
pub(super) trait Mirror<T> {
    fn mirror(self) -> T;
}

impl<T: Mirror<U>, U> Mirror<Vec<U>> for Vec<T> {
    fn mirror(self) -> Vec<U> {
        self.into_iter().map(Mirror::mirror).collect()
    }
}

impl<T: Mirror<U>, U> Mirror<Option<U>> for Option<T> {
    fn mirror(self) -> Option<U> {
        self.map(Mirror::mirror)
    }
}

impl Mirror<Self> for (String, String) {
    fn mirror(self) -> Self {
        self
    }
}

macro_rules! same {
    ($($name:ty)*) => {
        $(impl Mirror<Self> for $name {
            fn mirror(self) -> Self {
                self
            }
        })*
    };
}

macro_rules! fields {
    ($from:path, $to:path { $($field:ident)* }) => {
        impl Mirror<$to> for $from {
            fn mirror(self) -> $to {
                $to { $($field: self.$field.mirror()),* }
            }
        }
    };
}

macro_rules! cases {
    ($from:path, $to:path { $($case:ident)* }) => {
        impl Mirror<$to> for $from {
            fn mirror(self) -> $to {
                match self {
                    $(Self::$case => <$to>::$case),*
                }
            }
        }
    };
}

same!(String bool u8 u16 u32 i64);
cases!(kc::Severity, pc::Severity { Info Low Medium High Critical });
cases!(kc::FindingClass, pc::FindingClass { PackageVulnerability License Container Infrastructure Code Other });
cases!(kc::ExploitMaturity, pc::ExploitMaturity { Unknown NoneKnown ProofOfConcept Functional Attacked });
cases!(kc::Reachability, pc::Reachability { Unknown NotReachable Potentially Reachable });
cases!(kc::FixState, pc::FixState { Unknown Available Partial None });
cases!(kc::CoverageState, pc::CoverageState { Complete Partial Stale Refused Unsupported Awaited NotAsked });
cases!(kr::ProjectClass, pr::ProjectClass { OpenSource Container Infrastructure Code Service Other });
fields!(kc::Coverage, pc::Coverage { route subject state as_of detail });
fields!(kr::Project, pr::Project {
    id organization name class kind origin repository target reference file active created_at extra
});
fields!(kr::Finding, pr::Finding {
    id key organization project class kind title vulnerability aliases weaknesses packages severity cvss selected
    exploit risk reachability fix fix_source fixed_in license location open ignored created_at updated_at
    introduced_at resolved_at disclosed_at extra
});
cases!(kr::RemediationStep, pr::RemediationStep {
    Introduced FirstSeen Ignored UnIgnored Resolved ReIntroduced Vanished
});
fields!(kr::Remediation, pr::Remediation { organization finding step at source });
fields!(kr::PackageVersion, pr::PackageVersion { ecosystem name version });
fields!(kr::CvssRating, pr::CvssRating { source version vector score });
fields!(kr::SelectedCvss, pr::SelectedCvss { score highest rating reason });
fields!(kw::Walk, pw::Walk { route organization changed_since pages records });
fields!(kw::Cursor, pw::Cursor { format bytes });
fields!(kw::Progress, pw::Progress { done total });
fields!(kw::Diagnostic, pw::Diagnostic { code subject message });
fields!(kw::Batch, pw::Batch {
    records cursor done progress requests resume_after_secs coverage diagnostics extra
});

impl Mirror<pr::Entry> for kr::Entry {
    fn mirror(self) -> pr::Entry {
        match self {
            Self::Project(one) => pr::Entry::Project(one.mirror()),
            Self::Finding(one) => pr::Entry::Finding(one.mirror()),
            Self::Remediation(one) => pr::Entry::Remediation(one.mirror()),
            Self::WalkCompleted(one) => pr::Entry::WalkCompleted(one.mirror()),
            Self::WalkBroken(one) => pr::Entry::WalkBroken(one.mirror()),
            other => unreachable!("a walk of organizations brought {other:?}"),
        }
    }
}
