//! Bytes: a configuration file. Complaints point into it, and a configuration that is spelled out is the same again.

use std::path::PathBuf;

use koalr_host::config::{Config, Place, Sources};

use super::{is_one_line, points_into};

pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match read(text) {
        Ok(config) => {
            let spelled = config.spelled_out();
            let again = read(&spelled).unwrap_or_else(|error| panic!("{error} in {spelled}"));
            assert_eq!(again.spelled_out(), spelled);
        }
        Err(error) => {
            assert!(
                !error.complaints.is_empty(),
                "it is refused without a reason"
            );
            for one in &error.complaints {
                is_one_line(&one.to_string());
                if let Place::File { line, column, .. } = one.place {
                    points_into(text, line, column);
                }
            }
        }
    }
}

fn read(text: &str) -> Result<Config, koalr_host::config::ConfigError> {
    Config::read(&Sources {
        file: Some((PathBuf::from("koalr.toml"), text.to_owned())),
        variables: Vec::new(),
        flags: Vec::new(),
    })
}
