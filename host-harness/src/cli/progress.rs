//! How a running sync looks to a person: a sentence, a bar, nothing where nobody looks.

use std::io::IsTerminal as _;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::jobs::{Pace, SyncEvent};
use crate::report::{estimate_text, pace_text};

/// A bar on standard error, only where a person looks at it.
pub(super) struct Progress {
    bar: ProgressBar,
    began: Instant,
}

impl Progress {
    /// `what` is being read.
    pub(super) fn new(what: &'static str) -> Self {
        // Between lines of a log a bar would be torn.
        let visible = std::io::stderr().is_terminal() && !tracing::enabled!(tracing::Level::INFO);
        let target = if visible {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            bar: ProgressBar::with_draw_target(None, target)
                .with_style(style(COUNTING))
                .with_prefix(what),
            began: Instant::now(),
        }
    }

    pub(super) fn show(&self, event: &SyncEvent) {
        match event {
            SyncEvent::Estimated(estimate) => self.bar.println(estimate_text(estimate)),
            SyncEvent::Progress { pages, total, .. } => {
                if let Some(total) = total {
                    self.bar.set_style(style(MEASURING));
                    self.bar.set_length(u64::from(*total));
                }
                self.bar.set_position(u64::from(*pages));
                if let Some(pace) = Pace::of(event, self.began.elapsed()) {
                    self.bar.set_message(pace_text(&pace));
                }
            }
            SyncEvent::Paused { secs } => {
                let pause = format!("the upstream asks to wait {secs} seconds");
                self.bar.set_message(pause);
            }
            SyncEvent::Committed => {}
        }
    }

    /// Whether a person looks.
    pub(super) fn is_visible(&self) -> bool {
        !self.bar.is_hidden()
    }

    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // A template that is wrong shows the standard bar, which is not worth failing a sync for.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// While the pages are not counted yet.
const COUNTING: &str = "{prefix}: {pos} pages read  {msg}";

/// Once they are.
const MEASURING: &str = "{prefix}: {bar:24} {pos} of {len} pages  {msg}";
