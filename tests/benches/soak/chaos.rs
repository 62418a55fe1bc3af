//! What goes wrong meanwhile: upstreams that misbehave, versions that take each other's place, a server that is killed.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use koalr_upstream::{Dice, Fault, Hint, Occurrence, Severity, State};

use super::company::{Company, issue_id};
use super::server::Server;
use crate::now;

/// What was done to them.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) kills: usize,
    pub(super) swaps: usize,
    /// Issues that came, were fixed or changed upstream.
    pub(super) changes: usize,
    /// Sentences about what should not have happened.
    pub(super) complaints: Vec<String>,
}

/// Lets upstreams misbehave and change until it is over, a moment at a time.
pub(super) fn trouble_upstreams(company: &Company, is_over: &AtomicBool, mut dice: Dice) -> Done {
    let mut done = Done::default();
    while !is_over.load(Ordering::Relaxed) {
        let tenant = &company.tenants[dice.place(company.tenants.len())];
        match dice.below(10) {
            0..6 => {
                let faults = snyk_faults();
                let fault = faults[dice.place(faults.len())].clone();
                let hit = Occurrence::First(1 + u32::try_from(dice.below(3)).unwrap());
                tenant.snyk.heal();
                tenant.snyk.fault("/rest/", hit, fault);
            }
            6..8 => {
                let faults = github_faults();
                let fault = faults[dice.place(faults.len())].clone();
                let prefix = format!("/repos/{}/", tenant.repository);
                company.github.heal();
                company.github.fault(&prefix, Occurrence::First(1), fault);
            }
            _ => {
                let organization = dice.place(3);
                tenant
                    .snyk
                    .change(|organizations| {
                        change(&mut organizations[organization], organization, &mut dice);
                    })
                    .unwrap();
                done.changes += 1;
            }
        }
        std::thread::sleep(Duration::from_millis(20 + dice.below(200)));
    }
    for tenant in &company.tenants {
        tenant.snyk.heal();
    }
    company.github.heal();
    done
}

/// One issue is new, is fixed, comes again or becomes worse.
fn change(organization: &mut koalr_upstream::Organization, number: usize, dice: &mut Dice) {
    let count = organization.issues.len();
    let at = now();
    let mut issue = organization.issues[dice.place(count)].clone();
    issue.updated_at = at;
    match dice.below(4) {
        0 => {
            issue.id = issue_id(number, count);
            issue.state = State::Open;
            issue.created_at = at;
            return organization.issues.push(issue);
        }
        1 => issue.state = State::Resolved(at),
        2 => issue.state = State::Open,
        _ => issue.severity = Severity::Critical,
    }
    let same = organization
        .issues
        .iter()
        .position(|one| one.id == issue.id);
    organization.issues[same.unwrap()] = issue;
}

/// Swaps the version that serves and takes it back, until it is over.
pub(super) fn swap_versions(server: &Server, is_over: &AtomicBool, mut dice: Dice) -> Done {
    let mut done = Done::default();
    let mut other = true;
    while !is_over.load(Ordering::Relaxed) {
        let args = if other {
            &["plugin", "swap", "snyk", OTHER][..]
        } else {
            &["plugin", "rollback", "snyk"]
        };
        let mut command = server.command(args);
        let output = command.stdout(Stdio::null()).output().unwrap();
        if output.status.success() {
            done.swaps += 1;
            other = !other;
        } else {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            done.complaints.push(format!("{args:?}: {said}"));
        }
        let pause = Duration::from_millis(1_000 + dice.below(3_000));
        wait(pause, is_over);
    }
    done
}

/// Kills the server and starts it again, until it is over. What dies by itself is complained about.
pub(super) fn kill(
    server: &Server,
    is_over: &AtomicBool,
    span: (u64, u64),
    mut dice: Dice,
) -> Done {
    let mut done = Done::default();
    while !is_over.load(Ordering::Relaxed) {
        let (least, most) = span;
        let pause = least + dice.below(most - least);
        wait(Duration::from_millis(pause), is_over);
        if server.died() {
            done.complaints
                .push("the server ended by itself".to_owned());
        }
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        server.kill();
        done.kills += 1;
        server.start();
    }
    done
}

/// Waits, but not longer than to the end.
fn wait(pause: Duration, is_over: &AtomicBool) {
    let until = Instant::now() + pause;
    while Instant::now() < until && !is_over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Those that change nothing about what is true.
fn snyk_faults() -> Vec<Fault> {
    vec![
        Fault::Limited(Hint::Seconds(1)),
        Fault::Limited(Hint::Reset(1)),
        Fault::Status(429, Some("1".to_owned())),
        Fault::Status(500, None),
        Fault::Status(502, None),
        Fault::Status(503, None),
        Fault::Status(504, None),
        Fault::Slow(700),
        Fault::Truncated,
        Fault::Html,
        Fault::EmptyBody,
        Fault::CutConnection,
        Fault::ClosedConnection,
        Fault::RepeatingCursor,
        Fault::OffHostNext,
        Fault::NextWithoutCursor,
        Fault::EmptyPageInMiddle,
        Fault::RecordWithoutId,
        Fault::UnknownFields,
    ]
}

/// The last one is for good: a job that meets it is given up.
fn github_faults() -> Vec<Fault> {
    vec![
        Fault::Status(500, None),
        Fault::Status(502, None),
        Fault::Status(503, None),
        Fault::Limited(Hint::Seconds(1)),
        Fault::Slow(700),
        Fault::CutConnection,
        Fault::ClosedConnection,
        Fault::Truncated,
        Fault::Status(404, None),
    ]
}

/// The version that is swapped in.
pub(super) const OTHER: &str = "0.2.0";
