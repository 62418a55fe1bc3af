//! A configuration as people read it.

use super::{Config, Place, SETTINGS, Setting};

impl Config {
    /// A whole file: what is set stands there, and every default beside it as a comment.
    #[must_use]
    pub fn spelled_out(&self) -> String {
        let mut lines = vec![HEAD.to_owned()];
        let mut section = "";
        for setting in &SETTINGS {
            if setting.section() != section {
                section = setting.section();
                lines.push(format!("\n[{section}]"));
            }
            lines.push(format!("# {} ({}).", setting.about, setting.kind().range()));
            lines.push(self.line(setting));
        }
        lines.join("\n") + "\n"
    }

    fn line(&self, setting: &Setting) -> String {
        let key = setting.key();
        let value = setting.of(self).to_toml();
        match (self.origin(setting), value) {
            (Some(Place::File { .. }), Some(value)) => format!("{key} = {value}"),
            (Some(place), Some(value)) => format!("{key} = {value} # {place}"),
            (None, Some(value)) => format!("# {key} = {value}"),
            (_, None) => format!("# {key} ="),
        }
    }
}

/// The table of `docs/configuration.md`.
#[must_use]
pub fn rendered_table() -> String {
    let defaults = Config::default();
    let mut lines = vec![
        "| setting | takes | default | flag | what it is |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    for setting in &SETTINGS {
        let default = setting.of(&defaults).to_toml();
        let default = default.map_or("unset".to_owned(), |value| format!("`{value}`"));
        let flag = setting
            .flag
            .map_or(String::new(), |flag| format!("`{flag}`"));
        lines.push(format!(
            "| `{}` | {} | {default} | {flag} | {} |",
            setting.name,
            setting.kind().range(),
            setting.about
        ));
    }
    lines.join("\n") + "\n"
}

const HEAD: &str = "# Every setting of koalr. A line that begins with `# key =` is the default; the others are set.";
