//! What came of all pull requests, by kind.

use std::collections::BTreeMap;
use std::fmt;

use koalr_host::report::ChangeReport;
use koalr_platform::decision::Decision;

use super::generate::FAULTS;
use super::model::{Kind, PullRequest, Trouble};
use super::stage::introduced;
use super::truth::{Expected, Truth};

/// What was said about one pull request, beside what is true.
#[derive(Debug)]
pub(crate) struct Outcome {
    truth: Decision,
    given: Decision,
    /// What is wrong with it. Empty if nothing is.
    wrong: Vec<String>,
    told: bool,
}

impl Outcome {
    pub(crate) fn of(truth: &Truth, report: &ChangeReport) -> Self {
        let given = report.settled.outcome.decision;
        let mut wrong = Vec::new();
        if !truth.expected.allows(given) {
            let expected = truth.expected;
            wrong.push(format!(
                "{expected:?} was expected, and it says {given:?}: {}",
                report.summary
            ));
        }
        let said = introduced(report);
        for (id, package, version) in said.difference(&truth.introduced) {
            wrong.push(format!(
                "`{id}` in `{package}` {version} is not introduced, and it says so"
            ));
        }
        for (id, package, version) in truth.sure.difference(&said) {
            wrong.push(format!(
                "`{id}` in `{package}` {version} is introduced, and it does not say so"
            ));
        }
        Self {
            truth: truth.decision,
            given,
            wrong,
            told: truth.expected == Expected::Told(truth.decision),
        }
    }

    fn is_false_block(&self) -> bool {
        self.given == Decision::Block && self.truth != Decision::Block
    }

    fn is_missed_block(&self) -> bool {
        self.truth == Decision::Block && self.given < Decision::Pending
    }
}

/// All of them.
pub(crate) struct Table {
    seed: u64,
    kinds: BTreeMap<Kind, Row>,
    faults: BTreeMap<&'static str, Row>,
    mismatches: Vec<String>,
}

/// A figure for each of [`HEADS`].
#[derive(Debug, Clone, Copy, Default)]
struct Row([usize; HEADS.len()]);

impl Table {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            kinds: BTreeMap::new(),
            faults: BTreeMap::new(),
            mismatches: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, request: &PullRequest, outcome: Outcome) {
        let row = Row::of(request, &outcome);
        self.kinds.entry(request.kind).or_default().add(row);
        let fault = request.trouble.word();
        self.faults.entry(fault).or_default().add(row);
        let (seed, number) = (self.seed, request.number);
        self.mismatches.extend(outcome.wrong.into_iter().map(|wrong| {
            format!(
                "pull request {number} ({}; fault: {}): {wrong}; alone with KOALR_SEED={seed} KOALR_PULL_REQUEST={number}",
                request.kind.word(),
                fault,
            )
        }));
    }

    /// One sentence for each thing that is wrong.
    pub(crate) fn mismatches(&self) -> &[String] {
        &self.mismatches
    }

    /// That the set would tell: enough of everything is in it, and doubt is no way out.
    pub(crate) fn assert_telling(&self) {
        let [
            count,
            _,
            tellable,
            blocks,
            wrong,
            missed,
            unknown,
            faults,
            _,
        ] = self.total().0;
        assert_eq!((blocks, wrong, missed), (tellable, 0, 0));
        assert!(
            unknown <= faults,
            "{unknown} cannot be told, and {faults} have a fault"
        );
        assert!(unknown * 2 > faults, "most faults decide");
        assert!(count >= 100 && faults * 5 >= count);
        assert_eq!(
            (self.kinds.len(), self.faults.len()),
            (Kind::ALL.len(), FAULTS + 1)
        );
        for share in [blocks, count - blocks - unknown] {
            assert!(share * 6 >= count, "blocks and others are both many");
        }
    }

    fn total(&self) -> Row {
        let mut total = Row::default();
        self.kinds.values().for_each(|row| total.add(*row));
        total
    }
}

impl Row {
    fn of(request: &PullRequest, outcome: &Outcome) -> Self {
        let is_block = outcome.truth == Decision::Block;
        Self(
            [
                true,
                is_block,
                is_block && outcome.told,
                outcome.given == Decision::Block,
                outcome.is_false_block(),
                outcome.is_missed_block(),
                matches!(outcome.given, Decision::Pending | Decision::Inconclusive),
                request.trouble != Trouble::Nothing,
                !outcome.wrong.is_empty(),
            ]
            .map(usize::from),
        )
    }

    fn add(&mut self, other: Self) {
        for (sum, figure) in self.0.iter_mut().zip(other.0) {
            *sum += figure;
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:<39}", format!("seed {}", self.seed))?;
        for head in HEADS {
            write!(formatter, " {head:>8}")?;
        }
        let total = ("all", self.total());
        let kinds = self.kinds.iter().map(|(kind, row)| (kind.word(), *row));
        let faults = self.faults.iter().map(|(fault, row)| (*fault, *row));
        for (name, Row(figures)) in kinds.chain([total]).chain(faults) {
            write!(formatter, "\n{name:<39}")?;
            for figure in figures {
                write!(formatter, " {figure:>8}")?;
            }
        }
        for mismatch in &self.mismatches {
            write!(formatter, "\n{mismatch}")?;
        }
        writeln!(formatter)
    }
}

/// Pull requests; those that should be blocked, can be told to be, and are; false and missed blocks; those that cannot
/// be told, have a fault, or are judged wrongly in any way.
const HEADS: [&str; 9] = [
    "n", "block", "tellable", "given", "false", "missed", "unknown", "faults", "wrong",
];
