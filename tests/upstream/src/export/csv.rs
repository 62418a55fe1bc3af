//! Rows of a file.

/// A row with the end of its line.
pub(super) fn row<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> String {
    let mut row = String::with_capacity(USUAL_LENGTH);
    for (place, value) in values.into_iter().enumerate() {
        if place > 0 {
            row.push(',');
        }
        let value = value.as_ref();
        if value.contains(['"', ',', '\n', '\r']) {
            row.push('"');
            row.push_str(&value.replace('"', "\"\""));
            row.push('"');
        } else {
            row.push_str(value);
        }
    }
    row.push('\n');
    row
}

/// Bytes of a usual row.
const USUAL_LENGTH: usize = 512;

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn a_value_with_a_comma_or_a_quote_is_quoted() {
        assert_eq!(
            row(["a", "b,c", "d \"e\"", ""]),
            "a,\"b,c\",\"d \"\"e\"\"\",\n"
        );
    }
}
