//! Published vulnerabilities.

pub(super) mod upgrades;

use crate::data::{Exploit, Rating, Severity, Vulnerability};

/// A vulnerability as its sources publish it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Advisory {
    id: &'static str,
    /// In our words.
    pub(super) title: &'static str,
    /// Empty if it has none.
    cve: &'static str,
    /// Empty if it has none.
    cwe: &'static str,
    /// Who rated, score in tenths, vector.
    ratings: &'static [(&'static str, u16, &'static str)],
    exploit: Exploit,
    disclosed_on: &'static str,
    fixed_in: &'static [&'static str],
}

impl Advisory {
    /// The level of the first rating; low where nobody rated.
    pub(super) fn severity(&self) -> Severity {
        self.ratings
            .first()
            .map_or(Severity::Low, |(_, score, _)| Severity::of_score(*score))
    }

    /// The highest score of its ratings, in tenths; 0 where nobody rated.
    pub(super) fn score(&self) -> u16 {
        let scores = self.ratings.iter().map(|(_, score, _)| *score);
        scores.max().unwrap_or(0)
    }

    pub(super) fn vulnerability(&self) -> Vulnerability {
        let list = |text: &str| -> Vec<String> {
            let ids = text.split(' ').filter(|id| !id.is_empty());
            ids.map(str::to_owned).collect()
        };
        Vulnerability {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            cves: list(self.cve),
            weaknesses: list(self.cwe),
            severity: self.severity(),
            ratings: self
                .ratings
                .iter()
                .map(|(source, score, vector)| Rating {
                    source: (*source).to_owned(),
                    score: *score,
                    vector: (*vector).to_owned(),
                })
                .collect(),
            exploit: self.exploit,
            disclosed_on: self.disclosed_on.to_owned(),
            fixed_in: self
                .fixed_in
                .iter()
                .map(|item| (*item).to_owned())
                .collect(),
        }
    }
}

pub(super) const LODASH_TEMPLATE: Advisory = Advisory {
    id: "SNYK-JS-LODASH-1040724",
    title: "Command injection through templates",
    cve: "CVE-2021-23337",
    cwe: "CWE-94",
    ratings: &[
        (
            "Snyk",
            72,
            "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H/E:P",
        ),
        ("NVD", 72, "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"),
    ],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2021-02-15",
    fixed_in: &["4.17.21"],
};
pub(super) const LODASH_REGEX: Advisory = Advisory {
    id: "SNYK-JS-LODASH-1018905",
    title: "Slow regular expression in trimming",
    cve: "CVE-2020-28500",
    cwe: "CWE-1333",
    ratings: &[(
        "Snyk",
        53,
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L/E:P",
    )],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2021-02-15",
    fixed_in: &["4.17.21"],
};
pub(super) const AXIOS_TOKEN: Advisory = Advisory {
    id: "SNYK-JS-AXIOS-6032459",
    title: "Anti-forgery token sent to other hosts",
    cve: "CVE-2023-45857",
    cwe: "CWE-352",
    ratings: &[("NVD", 65, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:N")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2023-11-08",
    fixed_in: &["0.28.0", "1.6.0"],
};
pub(super) const AXIOS_REQUESTS: Advisory = Advisory {
    id: "SNYK-JS-AXIOS-7361793",
    title: "Server-side request forgery by path-relative addresses",
    cve: "CVE-2024-39338",
    cwe: "CWE-918",
    ratings: &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2024-08-12",
    fixed_in: &["1.7.4"],
};
pub(super) const AXIOS_MEMORY: Advisory = Advisory {
    id: "SNYK-JS-AXIOS-12613773",
    title: "Unbounded memory for data addresses",
    cve: "CVE-2025-58754",
    cwe: "CWE-770",
    ratings: &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2025-09-12",
    fixed_in: &["0.30.2", "1.12.0"],
};
pub(super) const SEMVER: Advisory = Advisory {
    id: "SNYK-JS-SEMVER-3247795",
    title: "Slow regular expression in ranges",
    cve: "CVE-2022-25883",
    cwe: "CWE-1333",
    ratings: &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2023-06-21",
    fixed_in: &["5.7.2", "6.3.1", "7.5.2"],
};
pub(super) const JSON5: Advisory = Advisory {
    id: "SNYK-JS-JSON5-3182856",
    title: "Prototype pollution in parsing",
    cve: "CVE-2022-46175",
    cwe: "CWE-1321",
    ratings: &[("NVD", 88, "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2022-12-24",
    fixed_in: &["1.0.2", "2.2.2"],
};
pub(super) const MINIMIST: Advisory = Advisory {
    id: "SNYK-JS-MINIMIST-2429795",
    title: "Prototype pollution by constructor",
    cve: "CVE-2021-44906",
    cwe: "CWE-1321",
    ratings: &[("NVD", 98, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2022-03-17",
    fixed_in: &["0.2.4", "1.2.6"],
};
/// The one with a CVSS 4.0 rating alone.
pub(super) const FORM_DATA: Advisory = Advisory {
    id: "SNYK-JS-FORMDATA-10841150",
    title: "Predictable boundary lets values be injected",
    cve: "CVE-2025-7783",
    cwe: "CWE-330",
    ratings: &[(
        "Snyk",
        94,
        "CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:H/SI:H/SA:N",
    )],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2025-07-18",
    fixed_in: &["2.5.4", "3.0.4", "4.0.4"],
};
pub(super) const JWT_KEYS: Advisory = Advisory {
    id: "SNYK-JS-JSONWEBTOKEN-3180026",
    title: "Weak key types accepted for signatures",
    cve: "CVE-2022-23539",
    cwe: "CWE-327",
    ratings: &[("NVD", 81, "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N")],
    exploit: Exploit::NotDefined,
    disclosed_on: "2022-12-23",
    fixed_in: &["9.0.0"],
};
pub(super) const JWT_DEFAULT: Advisory = Advisory {
    id: "SNYK-JS-JSONWEBTOKEN-3180022",
    title: "Unsigned tokens accepted by default",
    cve: "CVE-2022-23540",
    cwe: "CWE-287",
    ratings: &[("NVD", 76, "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:H/A:L")],
    exploit: Exploit::NotDefined,
    disclosed_on: "2022-12-22",
    fixed_in: &["9.0.0"],
};
pub(super) const JWT_RETRIEVAL: Advisory = Advisory {
    id: "SNYK-JS-JSONWEBTOKEN-3180024",
    title: "Forged tokens by insecure key retrieval",
    cve: "CVE-2022-23541",
    cwe: "CWE-287",
    ratings: &[("NVD", 63, "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:L")],
    exploit: Exploit::NotDefined,
    disclosed_on: "2022-12-22",
    fixed_in: &["9.0.0"],
};
pub(super) const EXPRESS: Advisory = Advisory {
    id: "SNYK-JS-EXPRESS-6474509",
    title: "Open redirect by malformed addresses",
    cve: "CVE-2024-29041",
    cwe: "CWE-601",
    ratings: &[("NVD", 61, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N")],
    exploit: Exploit::NotDefined,
    disclosed_on: "2024-03-25",
    fixed_in: &["4.19.2"],
};
pub(super) const QS: Advisory = Advisory {
    id: "SNYK-JS-QS-3153490",
    title: "Prototype poisoning by query keys",
    cve: "CVE-2022-24999",
    cwe: "CWE-1321",
    ratings: &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2022-11-26",
    fixed_in: &["6.5.3", "6.7.3"],
};
pub(super) const BODY_PARSER: Advisory = Advisory {
    id: "SNYK-JS-BODYPARSER-7926860",
    title: "Denial of service by encoded bodies",
    cve: "CVE-2024-45590",
    cwe: "CWE-405",
    ratings: &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")],
    exploit: Exploit::NotDefined,
    disclosed_on: "2024-09-10",
    fixed_in: &["1.20.3"],
};
pub(super) const LOG4SHELL: Advisory = Advisory {
    id: "SNYK-JAVA-ORGAPACHELOGGINGLOG4J-2314720",
    title: "Remote code execution by logged lookups",
    cve: "CVE-2021-44228",
    cwe: "CWE-502",
    ratings: &[("NVD", 100, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")],
    exploit: Exploit::Attacked,
    disclosed_on: "2021-12-10",
    fixed_in: &["2.3.1", "2.12.2", "2.15.0"],
};
pub(super) const LOG4J_CONTEXT: Advisory = Advisory {
    id: "SNYK-JAVA-ORGAPACHELOGGINGLOG4J-2320014",
    title: "Remote code execution by context lookups",
    cve: "CVE-2021-45046",
    cwe: "CWE-917",
    ratings: &[("NVD", 90, "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H")],
    exploit: Exploit::Attacked,
    disclosed_on: "2021-12-14",
    fixed_in: &["2.12.2", "2.16.0"],
};
pub(super) const SPRING_BINDING: Advisory = Advisory {
    id: "SNYK-JAVA-ORGSPRINGFRAMEWORK-2436751",
    title: "Remote code execution by data binding",
    cve: "CVE-2022-22965",
    cwe: "CWE-94",
    ratings: &[
        (
            "Snyk",
            98,
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:H",
        ),
        ("NVD", 98, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
    ],
    exploit: Exploit::Attacked,
    disclosed_on: "2022-04-01",
    fixed_in: &["5.2.20", "5.3.18"],
};
pub(super) const JACKSON: Advisory = Advisory {
    id: "SNYK-JAVA-COMFASTERXMLJACKSONCORE-2421244",
    title: "Denial of service by deep nesting",
    cve: "CVE-2020-36518",
    cwe: "CWE-787",
    ratings: &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2022-03-11",
    fixed_in: &["2.12.6.1", "2.13.2.1"],
};
pub(super) const SNAKEYAML: Advisory = Advisory {
    id: "SNYK-JAVA-ORGYAML-3152153",
    title: "Code execution by unsafe construction",
    cve: "CVE-2022-1471",
    cwe: "CWE-502",
    ratings: &[("NVD", 98, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2022-12-01",
    fixed_in: &["2.0"],
};
pub(super) const COMMONS_TEXT: Advisory = Advisory {
    id: "SNYK-JAVA-ORGAPACHECOMMONS-3043138",
    title: "Code execution by string interpolation",
    cve: "CVE-2022-42889",
    cwe: "CWE-94",
    ratings: &[("NVD", 98, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2022-10-13",
    fixed_in: &["1.10.0"],
};
pub(super) const PILLOW: Advisory = Advisory {
    id: "SNYK-PYTHON-PILLOW-5918878",
    title: "Heap overflow in WebP images",
    cve: "CVE-2023-4863",
    cwe: "CWE-787",
    ratings: &[
        (
            "Snyk",
            96,
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H/E:H",
        ),
        ("NVD", 88, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"),
    ],
    exploit: Exploit::Attacked,
    disclosed_on: "2023-09-12",
    fixed_in: &["10.0.1"],
};
pub(super) const REQUESTS: Advisory = Advisory {
    id: "SNYK-PYTHON-REQUESTS-5595532",
    title: "Proxy credentials sent to other hosts",
    cve: "CVE-2023-32681",
    cwe: "CWE-200",
    ratings: &[("NVD", 61, "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2023-05-26",
    fixed_in: &["2.31.0"],
};
pub(super) const DJANGO: Advisory = Advisory {
    id: "SNYK-PYTHON-DJANGO-SAMPLE",
    title: "SQL injection by date functions",
    cve: "CVE-2022-34265",
    cwe: "CWE-89",
    ratings: &[("NVD", 98, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")],
    exploit: Exploit::ProofOfConcept,
    disclosed_on: "2022-07-04",
    fixed_in: &["3.2.14", "4.0.6"],
};
pub(super) const URLLIB3: Advisory = Advisory {
    id: "SNYK-PYTHON-URLLIB3-SAMPLE",
    title: "Cookies sent along redirects",
    cve: "CVE-2023-43804",
    cwe: "CWE-200",
    ratings: &[("NVD", 81, "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N")],
    exploit: Exploit::NotDefined,
    disclosed_on: "2023-10-04",
    fixed_in: &["1.26.17", "2.0.6"],
};
/// Debian 12 has no fixed version of it.
pub(super) const DEBIAN_ZLIB: Advisory = Advisory {
    id: "SNYK-DEBIAN12-ZLIB-6008963",
    title: "Integer overflow in MiniZip",
    cve: "CVE-2023-45853",
    cwe: "CWE-190",
    ratings: &[("NVD", 98, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")],
    exploit: Exploit::NotDefined,
    disclosed_on: "2023-10-14",
    fixed_in: &[],
};
pub(super) const DEBIAN_GLIBC: Advisory = Advisory {
    id: "SNYK-DEBIAN12-GLIBC-SAMPLE",
    title: "Buffer overflow in the dynamic loader",
    cve: "CVE-2023-4911",
    cwe: "CWE-787",
    ratings: &[("NVD", 78, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")],
    exploit: Exploit::Attacked,
    disclosed_on: "2023-10-03",
    fixed_in: &["2.36-9+deb12u3"],
};
/// Debian's tracker knows it without a CVE, and nobody rated it.
pub(super) const DEBIAN_SYSVINIT: Advisory = Advisory {
    id: "SNYK-DEBIAN12-SYSVINIT-SAMPLE",
    title: "Installer without a root account",
    cve: "",
    cwe: "",
    ratings: &[],
    exploit: Exploit::NotDefined,
    disclosed_on: "2011-01-01",
    fixed_in: &[],
};
