//! Numbers as people write them.

use koalr_platform::model::common::{ParameterValue, Tenths};

use super::escape::name;

/// A number in tenths.
pub(super) fn tenths(value: Tenths) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// A number in thousandths, without trailing zeros but one.
pub(super) fn thousandths(value: u32) -> String {
    let text = format!("{}.{:03}", value / 1000, value % 1000);
    let trimmed = text.trim_end_matches('0');
    if trimmed.ends_with('.') {
        format!("{trimmed}0")
    } else {
        trimmed.to_owned()
    }
}

/// A count with its noun.
pub(super) fn count(number: usize, (one, several): (&str, &str)) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// A parameter's value.
pub(super) fn value(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Flag(flag) => flag.to_string(),
        ParameterValue::Integer(number) => number.to_string(),
        ParameterValue::Tenths(value) => tenths(*value),
        ParameterValue::Text(text) => name(text),
        ParameterValue::Texts(texts) if texts.is_empty() => "nothing".to_owned(),
        ParameterValue::Texts(texts) => {
            let shown: Vec<String> = texts.iter().take(MOST).map(|text| name(text)).collect();
            match texts.len().saturating_sub(MOST) {
                0 => shown.join(", "),
                more => format!("{} and {more} more", shown.join(", ")),
            }
        }
    }
}

/// Most texts of one value.
const MOST: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_written_with_one_decimal() {
        assert_eq!(tenths(1000), "100.0");
        assert_eq!(tenths(7), "0.7");
    }

    #[test]
    fn thousandths_lose_their_trailing_zeros_but_one() {
        assert_eq!(thousandths(1150), "1.15");
        assert_eq!(thousandths(2000), "2.0");
    }
}
