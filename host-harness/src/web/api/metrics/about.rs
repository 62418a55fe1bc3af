//! What figures are about, as it stands in the queries of the API and of the pages.

use koalr_platform::ledger::Scope;
use koalr_platform::links::Window;

use super::super::parameter::{Kind, Parameter, Query};
use super::About;

pub(in crate::web) fn about(query: &mut Query) -> About {
    About {
        from: query.time(FROM.name),
        to: query.time(TO.name),
        scope: Scope {
            repository: query.text(REPOSITORY.name),
            service: query.text(SERVICE.name),
        },
    }
}

/// How long after a deployment an incident counts; none if that is not said.
pub(in crate::web) fn window(query: &mut Query) -> Option<Window> {
    let word = query.word(WINDOW.name)?;
    let mut windows = WINDOWS.into_iter().zip(Window::ALL);
    windows.find(|one| one.0 == word).map(|one| one.1)
}

pub(in crate::web) const FROM: Parameter = Parameter {
    name: "from",
    about: "When the window begins; 90 days before its end if absent.",
    kind: Kind::Time,
};

pub(in crate::web) const TO: Parameter = Parameter {
    name: "to",
    about: "When the window ends; now if absent, or if it is later than now.",
    kind: Kind::Time,
};

pub(in crate::web) const REPOSITORY: Parameter = Parameter {
    name: "repository",
    about: "Only of this repository, as `owner/name` in any case; of all if absent.",
    kind: Kind::Text,
};

pub(in crate::web) const SERVICE: Parameter = Parameter {
    name: "service",
    about: "Only of this service, in any case; of all if absent.",
    kind: Kind::Text,
};

pub(in crate::web) const WINDOW: Parameter = Parameter {
    name: "window",
    about: "How long after a deployment an incident counts; `14d` if absent.",
    kind: Kind::Word(&WINDOWS),
};

/// In the order of [`Window::ALL`].
const WINDOWS: [&str; 4] = ["4h", "7d", "14d", "30d"];
