//! A strict reader of the text format of `OpenMetrics`, as far as our metrics use it.

use std::collections::{BTreeMap, BTreeSet};

/// Every sample of a scrape, by its name and labels as they are written.
pub(super) struct Scrape {
    samples: BTreeMap<String, f64>,
}

/// What the lines before its samples say of a metric.
struct Family {
    name: String,
    kind: String,
}

impl Scrape {
    /// Reads a whole scrape, and refuses what a scraper may stumble over.
    #[track_caller]
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.strip_suffix("# EOF\n").expect("it ends with `# EOF`");
        let mut samples = BTreeMap::new();
        let mut names = BTreeSet::new();
        let mut family: Option<Family> = None;
        for line in lines.lines() {
            let Some(about) = line.strip_prefix("# ") else {
                let family = family.as_ref().expect(line);
                let (series, value) = sample(family, line);
                assert!(samples.insert(series, value).is_none(), "twice: {line}");
                continue;
            };
            let (word, rest) = about.split_once(' ').expect(line);
            let (name, rest) = rest.split_once(' ').expect(line);
            match word {
                "HELP" => {
                    assert!(names.insert(name.to_owned()), "twice: {line}");
                    assert!(rest.ends_with('.'), "{line}");
                    family = Some(Family {
                        name: name.to_owned(),
                        kind: String::new(),
                    });
                }
                "TYPE" => {
                    let family = family.as_mut().expect(line);
                    assert_eq!(
                        (family.name.as_str(), family.kind.as_str()),
                        (name, ""),
                        "{line}"
                    );
                    assert!(["counter", "gauge", "histogram"].contains(&rest), "{line}");
                    rest.clone_into(&mut family.kind);
                }
                "UNIT" => {
                    assert_eq!(family.as_ref().expect(line).name, name, "{line}");
                    assert!(name.ends_with(&format!("_{rest}")), "{line}");
                }
                _ => panic!("{line}"),
            }
        }
        let scrape = Self { samples };
        scrape.check_histograms();
        scrape
    }

    /// The value of a series; 0 if it is not there.
    pub(super) fn value(&self, series: &str) -> f64 {
        self.samples.get(series).copied().unwrap_or(0.0)
    }

    pub(super) fn has(&self, series: &str) -> bool {
        self.samples.contains_key(series)
    }

    /// The sum of all series that begin so.
    pub(super) fn sum(&self, beginning: &str) -> f64 {
        let all = self.samples.iter();
        all.filter(|(series, _)| series.starts_with(beginning))
            .map(|(_, value)| value)
            .sum()
    }

    /// Series that only grow, with their values.
    pub(super) fn growing(&self) -> impl Iterator<Item = (&str, f64)> {
        self.samples.iter().filter_map(|(series, value)| {
            let name = series.split('{').next().unwrap();
            let grows = ["_total", "_count", "_bucket", "_sum"];
            grows
                .iter()
                .any(|suffix| name.ends_with(suffix))
                .then_some((series.as_str(), *value))
        })
    }

    /// Buckets hold all that is below them, and the last one everything.
    fn check_histograms(&self) {
        for (series, count) in &self.samples {
            let Some((name, labels)) = series.split_once("_count{") else {
                continue;
            };
            let all = format!("{name}_bucket{{le=\"+Inf\",{labels}");
            assert!((self.value(&all) - count).abs() < 0.5, "{series}");
            let buckets = self.samples.iter().filter_map(|(series, count)| {
                let rest = series.strip_prefix(&format!("{name}_bucket{{le=\""))?;
                let (below, rest) = rest.split_once("\",")?;
                let below: f64 = below.parse().ok()?;
                (rest == labels).then_some((below, *count))
            });
            let mut buckets: Vec<(f64, f64)> = buckets.collect();
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(buckets.len() > 2, "{series}");
            assert!(
                buckets.is_sorted_by(|one, next| one.0 < next.0 && one.1 <= next.1),
                "{series}: {buckets:?}"
            );
        }
    }
}

/// The series of a line, and its value.
#[track_caller]
fn sample(family: &Family, line: &str) -> (String, f64) {
    let (series, value) = line.rsplit_once(' ').expect(line);
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let suffix = name.strip_prefix(&family.name).expect(line);
    let expected: &[&str] = match family.kind.as_str() {
        "counter" => &["_total"],
        "gauge" => &[""],
        "histogram" => &["_bucket", "_count", "_sum"],
        kind => panic!("{kind}: {line}"),
    };
    assert!(expected.contains(&suffix), "{line}");
    let mut names = BTreeSet::new();
    let labels = labels.strip_suffix('}').expect(line);
    let mut rest = labels;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect(line);
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{line}"
        );
        assert!(names.insert(name), "{line}");
        let (value, after) = after.split_once('"').expect(line);
        assert!(!value.contains('\\'), "nothing of ours needs it: {line}");
        rest = after.strip_prefix(',').unwrap_or_else(|| {
            assert_eq!(after, "", "{line}");
            after
        });
    }
    let value: f64 = value.parse().expect(line);
    assert!(value.is_finite(), "{line}");
    assert!(family.kind == "gauge" || value >= 0.0, "{line}");
    (series.to_owned(), value)
}
