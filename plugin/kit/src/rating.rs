//! The one CVSS score of a finding that score and gate use.

use crate::cvss::MAX_TENTHS;
use crate::model::common::{FindingClass, ParameterValue, SettingEntry, Severity, Tenths};
use crate::model::evidence::FindingFact;

/// Which rating counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CvssSource {
    /// The rating chosen at sync.
    Selected,
    /// The highest of all ratings.
    Highest,
}

impl CvssSource {
    /// Reads the model's settings; `selected` where they are silent.
    ///
    /// # Errors
    ///
    /// The key of the first wrong setting, and what is expected: an unknown key, a key given twice, a value other than
    /// `selected` and `highest`.
    pub fn from_settings(settings: &[SettingEntry]) -> Result<Self, (String, String)> {
        let mut source = None;
        for entry in settings {
            let fail = |expected: &str| Err((entry.key.clone(), expected.to_owned()));
            if entry.key != CVSS_SOURCE {
                return fail("unknown setting; the only one is `cvss-source`");
            }
            if source.is_some() {
                return fail("given more than once; give it once");
            }
            source = match &entry.value {
                ParameterValue::Text(text) if text == "selected" => Some(Self::Selected),
                ParameterValue::Text(text) if text == "highest" => Some(Self::Highest),
                _ => return fail("expected `selected` or `highest`"),
            };
        }
        Ok(source.unwrap_or(Self::Selected))
    }
}

/// A score and whether it is only assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    /// Base score in tenths, 0 to 100; none for classes without CVSS, or when nothing is known.
    pub tenths: Option<Tenths>,
    /// True if it is assumed from the severity.
    pub assumed: bool,
}

/// The effective score of a finding: its rating, or what its severity stands for.
#[must_use]
pub fn effective(fact: &FindingFact, source: CvssSource) -> Effective {
    let rating = match source {
        CvssSource::Selected => fact.cvss_selected.or(fact.cvss_highest),
        // Contradictory ratings can only raise it.
        CvssSource::Highest => fact.cvss_highest.max(fact.cvss_selected),
    };
    if !has_cvss(fact.class) {
        return Effective {
            tenths: None,
            assumed: false,
        };
    }
    match (rating, fact.severity) {
        (Some(tenths), _) => Effective {
            tenths: Some(tenths.min(MAX_TENTHS)),
            assumed: false,
        },
        (None, severity) => Effective {
            tenths: severity.map(fallback),
            assumed: severity.is_some(),
        },
    }
}

/// Whether findings of this class are rated by CVSS. Licences, infrastructure, code and unknown kinds are not.
#[must_use]
pub fn has_cvss(class: FindingClass) -> bool {
    matches!(
        class,
        FindingClass::PackageVulnerability | FindingClass::Container
    )
}

/// Score in tenths that a severity stands for where there is no rating.
///
/// Choice: near the medians of Snyk's own ratings by label (3.7, 5.3, 7.6, 9.8), and never under the label's CVSS band.
#[must_use]
pub fn fallback(severity: Severity) -> Tenths {
    match severity {
        Severity::Info | Severity::Low => 30,
        Severity::Medium => 55,
        Severity::High => 80,
        Severity::Critical => 90,
    }
}

/// Key of the model's only setting.
const CVSS_SOURCE: &str = "cvss-source";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fact;

    fn setting(key: &str, value: &str) -> SettingEntry {
        SettingEntry {
            key: key.to_owned(),
            value: ParameterValue::Text(value.to_owned()),
        }
    }

    #[test]
    fn the_setting_switches_between_selected_and_highest() {
        let fact = FindingFact {
            cvss_selected: Some(70),
            cvss_highest: Some(98),
            ..fact("V")
        };
        let source = |value| CvssSource::from_settings(&[setting("cvss-source", value)]).unwrap();
        assert_eq!(effective(&fact, source("selected")).tenths, Some(70));
        assert_eq!(effective(&fact, source("highest")).tenths, Some(98));
    }

    #[test]
    fn wrong_settings_are_named() {
        for (settings, key, expected) in [
            (
                vec![setting("cvss-sauce", "highest")],
                "cvss-sauce",
                "unknown setting; the only one is `cvss-source`",
            ),
            (
                vec![setting("cvss-source", "lowest")],
                "cvss-source",
                "expected `selected` or `highest`",
            ),
            (
                vec![setting("cvss-source", "highest"); 2],
                "cvss-source",
                "given more than once; give it once",
            ),
        ] {
            assert_eq!(
                CvssSource::from_settings(&settings),
                Err((key.to_owned(), expected.to_owned()))
            );
        }
    }

    #[test]
    fn a_severity_stands_in_for_a_missing_rating_and_says_so() {
        for (severity, tenths) in [
            (Severity::Low, 30),
            (Severity::Medium, 55),
            (Severity::High, 80),
            (Severity::Critical, 90),
        ] {
            let fact = FindingFact {
                severity: Some(severity),
                ..fact("V")
            };
            assert_eq!(
                effective(&fact, CvssSource::Selected),
                Effective {
                    tenths: Some(tenths),
                    assumed: true
                }
            );
        }
    }

    #[test]
    fn neither_rating_nor_severity_is_unknown_not_zero() {
        assert_eq!(
            effective(&fact("V"), CvssSource::Selected),
            Effective {
                tenths: None,
                assumed: false
            }
        );
    }

    #[test]
    fn a_licence_has_no_cvss() {
        let fact = FindingFact {
            class: FindingClass::License,
            cvss_selected: Some(98),
            severity: Some(Severity::Critical),
            ..fact("V")
        };
        assert_eq!(effective(&fact, CvssSource::Selected).tenths, None);
    }
}
