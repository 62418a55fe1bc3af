//! Bytes: the file of a recording. It is read whole or refused, with a line that is in it and a sentence that fits on one.

use koalr_host::recording::{FORMAT, RecordingError, read_all};

use super::is_one_line;

pub(super) fn run(bytes: &[u8]) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("call.jsonl");
    std::fs::write(&path, bytes).unwrap();
    let read = read_all(&path).unwrap();
    assert_eq!(read.len(), 1);
    let lines = bytes.split(|byte| *byte == b'\n').count();
    for (_, recording) in read {
        match recording {
            Ok(recording) => {
                assert_eq!(recording.header.format, FORMAT);
                // The first line and the last are none; a line break may stand at the end.
                let kept = recording.exchanges.len() + 2;
                assert!(
                    (kept..=kept + 1).contains(&lines),
                    "{kept} of {lines} lines are kept"
                );
            }
            Err(error) => {
                is_one_line(&error.to_string());
                if let RecordingError::Damaged { line, .. } = error {
                    assert!((1..=lines).contains(&line), "line {line} of {lines}");
                }
            }
        }
    }
}
