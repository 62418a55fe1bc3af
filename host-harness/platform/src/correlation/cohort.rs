//! Which deployments are exposed, which are not, and of which it is not known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::{Delivered, Judged, Ledger, Places, Within};
use crate::links::Window;
use crate::model::common::Timestamp;
use crate::model::evidence::Observation;

/// Which deployments a report has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Cohort {
    /// Deployments of the time and scope: those below together.
    pub deployments: u32,
    /// Whose exposure is known from decisions of the time.
    pub observed: u32,
    /// Whose exposure is known, and of which a decision was rebuilt later.
    pub reconstructed: u32,
    /// Whose exposure is not known.
    pub unknown: Unknown,
    /// Deployments of the time whose repository is not known, so that nobody can say whether they are of the scope. Not
    /// among the others.
    pub scope_unknown: u32,
}

/// Deployments whose exposure is not known, each once, under the first of these reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Unknown {
    /// No change is known that it brought.
    pub no_change: u32,
    /// A change was never judged.
    pub never_judged: u32,
    /// A decision could not be told, or still waited for evidence at the merge.
    pub not_told: u32,
    /// The attribution of a finding is unknown.
    pub unattributed: u32,
    /// An introduced vulnerability has no score.
    pub unscored: u32,
}

/// The deployments of a report.
pub(super) struct Gathered {
    /// How many.
    pub(super) cohort: Cohort,
    /// Those whose exposure is known, in the ledger's order.
    pub(super) rows: Vec<Row>,
    /// Whether each deployment of the ledger is one of those, and exposed.
    pub(super) exposed: Vec<bool>,
    as_of: Timestamp,
}

/// A deployment whose exposure is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Its place in the ledger.
    pub(super) deployment: usize,
    pub(super) observation: Observation,
    pub(super) exposed: bool,
    pub(super) dependencies: Dependencies,
    /// The place of its repository in the ledger.
    pub(super) repository: Option<u32>,
    /// How long it was watched.
    pub(super) watched_ms: Timestamp,
    /// From it to the first incident tied to it, at most as long as it was watched.
    pub(super) incident_ms: Option<Timestamp>,
    pub(super) overridden: bool,
    pub(super) marked_as_success: bool,
}

/// Whether a deployment changed dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dependencies {
    Changed,
    Unchanged,
    Unknown,
}

impl Unknown {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.no_change + self.never_judged + self.not_told + self.unattributed + self.unscored
    }

    fn count(&mut self, reason: Reason) {
        *match reason {
            Reason::NoChange => &mut self.no_change,
            Reason::NeverJudged => &mut self.never_judged,
            Reason::NotTold => &mut self.not_told,
            Reason::Unattributed => &mut self.unattributed,
            Reason::Unscored => &mut self.unscored,
        } += 1;
    }
}

impl Gathered {
    /// Those between two times, as known at the latter.
    pub(super) fn new(ledger: &Ledger, places: &Places, from: Timestamp, as_of: Timestamp) -> Self {
        let loads = loads(ledger);
        let first = first_incidents(ledger, as_of);
        let mut gathered = Self {
            cohort: Cohort::default(),
            rows: Vec::new(),
            exposed: vec![false; ledger.deployments.len()],
            as_of,
        };
        let within = places.deployments(ledger);
        let rows = ledger.deployments.iter().zip(within).zip(loads).zip(first);
        let rows = rows.zip(&mut gathered.exposed).enumerate();
        for (deployment, ((((delivered, within), load), incident_ms), exposed)) in rows {
            if delivered.at < from || delivered.at > as_of || within == Within::Outside {
                continue;
            }
            let cohort = &mut gathered.cohort;
            if within == Within::Unknown {
                cohort.scope_unknown += 1;
                continue;
            }
            cohort.deployments += 1;
            *exposed = match load.exposure {
                Exposure::Exposed => true,
                Exposure::NotExposed => false,
                Exposure::Unknown(reason) => {
                    cohort.unknown.count(reason);
                    continue;
                }
            };
            let observation = if load.reconstructed {
                cohort.reconstructed += 1;
                Observation::Reconstructed
            } else {
                cohort.observed += 1;
                Observation::Observed
            };
            gathered.rows.push(Row {
                deployment,
                observation,
                exposed: *exposed,
                dependencies: load.dependencies,
                repository: delivered.repository,
                watched_ms: as_of.saturating_sub(delivered.at),
                incident_ms,
                overridden: load.overridden,
                marked_as_success: load.marked_as_success,
            });
        }
        gathered
    }

    /// Whether an incident that much later than a deployment follows it, and is known by then.
    pub(super) fn followed(&self, delivered: &Delivered, after_ms: Timestamp) -> bool {
        follows(delivered, after_ms, self.as_of)
    }
}

impl Row {
    /// Whether it was watched for the whole window.
    pub(super) fn outlived(&self, window: Window) -> bool {
        self.watched_ms >= window.ms()
    }

    /// Whether an incident followed within the window.
    pub(super) fn has_incident(&self, window: Window) -> bool {
        self.incident_ms.is_some_and(|after| after <= window.ms())
    }
}

/// What a deployment brought.
#[derive(Clone, Copy)]
struct Load {
    exposure: Exposure,
    dependencies: Dependencies,
    reconstructed: bool,
    overridden: bool,
    marked_as_success: bool,
}

/// What is known of an exposure.
#[derive(Clone, Copy)]
enum Exposure {
    Exposed,
    NotExposed,
    Unknown(Reason),
}

/// Why an exposure is not known, in the order in which they are counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    NoChange,
    NeverJudged,
    NotTold,
    Unattributed,
    Unscored,
}

impl Load {
    const EMPTY: Self = Self {
        exposure: Exposure::Unknown(Reason::NoChange),
        dependencies: Dependencies::Unchanged,
        reconstructed: false,
        overridden: false,
        marked_as_success: false,
    };

    fn add(&mut self, judged: Option<&Judged>) {
        let unjudged = Exposure::Unknown(Reason::NeverJudged);
        self.exposure = self.exposure.and(judged.map_or(unjudged, Exposure::of));
        let dependencies = judged.and_then(|one| one.summary.dependencies);
        self.dependencies = match (self.dependencies, dependencies) {
            (Dependencies::Changed, _) => Dependencies::Changed,
            (_, Some(count)) if count > 0 => Dependencies::Changed,
            (_, None) => Dependencies::Unknown,
            (before, Some(_)) => before,
        };
        if let Some(judged) = judged {
            self.reconstructed |= judged.observation == Observation::Reconstructed;
            self.overridden |= judged.overridden;
            self.marked_as_success |= judged.marked_as_success;
        }
    }
}

impl Exposure {
    /// That of one change.
    fn of(judged: &Judged) -> Self {
        let summary = &judged.summary;
        if summary.introduced_high > 0 {
            Self::Exposed
        } else if !summary.told {
            Self::Unknown(Reason::NotTold)
        } else if summary.unattributed > 0 {
            Self::Unknown(Reason::Unattributed)
        } else if summary.introduced_unscored > 0 {
            Self::Unknown(Reason::Unscored)
        } else {
            Self::NotExposed
        }
    }

    /// That of both together, whichever came first.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exposed, _) | (_, Self::Exposed) => Self::Exposed,
            (Self::Unknown(Reason::NoChange), other) => other,
            (Self::Unknown(one), Self::Unknown(other)) => Self::Unknown(one.min(other)),
            (Self::Unknown(one), Self::NotExposed) | (Self::NotExposed, Self::Unknown(one)) => {
                Self::Unknown(one)
            }
            (Self::NotExposed, Self::NotExposed) => Self::NotExposed,
        }
    }
}

fn loads(ledger: &Ledger) -> Vec<Load> {
    let mut loads = vec![Load::EMPTY; ledger.deployments.len()];
    for brought in &ledger.brought {
        if let Some(load) = at(brought.deployment).and_then(|at| loads.get_mut(at)) {
            let judged = brought
                .judged
                .and_then(at)
                .and_then(|at| ledger.judged.get(at));
            load.add(judged);
        }
    }
    loads
}

/// From each deployment to the first incident that is tied to it and began by then.
fn first_incidents(ledger: &Ledger, as_of: Timestamp) -> Vec<Option<Timestamp>> {
    let mut first: Vec<Option<Timestamp>> = vec![None; ledger.deployments.len()];
    for cause in ledger.outages.iter().filter_map(|outage| outage.cause) {
        let Some(place) = at(cause.deployment) else {
            continue;
        };
        let (Some(delivered), Some(first)) = (ledger.deployments.get(place), first.get_mut(place))
        else {
            continue;
        };
        if follows(delivered, cause.after_ms, as_of) {
            *first = Some(first.map_or(cause.after_ms, |before| before.min(cause.after_ms)));
        }
    }
    first
}

/// No incident lies before its deployment, and none after what is known.
fn follows(delivered: &Delivered, after_ms: Timestamp, as_of: Timestamp) -> bool {
    (0..=as_of.saturating_sub(delivered.at)).contains(&after_ms)
}

/// A place as an index.
pub(super) fn at(place: u32) -> Option<usize> {
    usize::try_from(place).ok()
}
