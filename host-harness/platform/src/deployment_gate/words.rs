//! The verdict of a deployment in sentences.

use super::DeploymentVerdict;
use crate::complaint::shown;
use crate::decision::Decision;

pub(super) fn summary(verdict: &DeploymentVerdict) -> String {
    let mut sentences = vec![first(verdict)];
    if !verdict.undecided.is_empty() {
        let named = verdict.undecided.iter();
        let named = named.map(|one| format!("`{}` ({})", shown(&one.change), one.why));
        sentences.push(format!(
            "It cannot be told for {}; decide each of these changes with `koalr gate`, then ask again.",
            list(named)
        ));
    }
    if !verdict.overridden.is_empty() {
        let named = verdict.overridden.iter();
        let named = named.map(|one| format!("`{}` (`{}`)", shown(&one.change), shown(&one.by)));
        sentences.push(format!("Let pass by people: {}.", list(named)));
    }
    if !verdict.unplaced.is_empty() {
        let named = verdict.unplaced.iter();
        let named = named.map(|id| format!("`{}`", shown(id)));
        sentences.push(format!(
            "Changes that the service runs already may be among these, because the commit of {} is not known; state the commits of deployments.",
            list(named)
        ));
    }
    if verdict.decision != verdict.judged {
        sentences.push(format!(
            "Enforced, this would be {}; the policy only lets it {}.",
            verdict.judged.word(),
            verdict.decision.word()
        ));
    }
    sentences.join(" ")
}

fn first(verdict: &DeploymentVerdict) -> String {
    if let Some(unknown) = &verdict.unknown {
        return format!("It cannot be told what would be deployed: {unknown}.");
    }
    let (sha, service) = (shown(&verdict.sha), shown(&verdict.service));
    if verdict.changes.is_empty() {
        return format!("Commit `{sha}` brings no change that `{service}` does not run already.");
    }
    let since = match &verdict.since {
        Some(id) => format!("since deployment `{}`", shown(id)),
        None => "in all, because no deployment of a known commit is known".to_owned(),
    };
    let count = verdict.changes.len();
    let noun = if count == 1 { "change" } else { "changes" };
    let brings = format!("Commit `{sha}` brings {count} {noun} to `{service}` {since}");
    match verdict.judged {
        Decision::Block => {
            let named = verdict.blocking.iter();
            let named = named.map(|one| format!("`{}`", shown(&one.change)));
            format!(
                "{brings}, and must not be deployed because of {}.",
                list(named)
            )
        }
        Decision::Inconclusive | Decision::Pending => format!("{brings}."),
        Decision::Warn => {
            let named = verdict.warned.iter().map(|id| format!("`{}`", shown(id)));
            format!("{brings}; look at {}.", list(named))
        }
        Decision::Pass => format!("{brings}, and nothing speaks against them."),
    }
}

fn list(named: impl ExactSizeIterator<Item = String>) -> String {
    let more = named.len().saturating_sub(NAMED);
    let named: Vec<String> = named.take(NAMED).collect();
    let list = named.join(", ");
    if more == 0 {
        return list;
    }
    format!("{list} and {more} more")
}

/// What fits a line or two; the lists of the verdict have them all.
const NAMED: usize = 5;
