//! Vulnerabilities that came and went with upgrades of the sample team.

use super::Advisory;
use crate::data::Exploit;

/// A vulnerability that NVD rated, without a known exploit.
const fn rated(
    id: &'static str,
    title: &'static str,
    (cve, cwe): (&'static str, &'static str),
    ratings: &'static [(&'static str, u16, &'static str)],
    disclosed_on: &'static str,
    fixed_in: &'static [&'static str],
) -> Advisory {
    Advisory {
        id,
        title,
        cve,
        cwe,
        ratings,
        exploit: Exploit::NotDefined,
        disclosed_on,
        fixed_in,
    }
}

type Ratings = &'static [(&'static str, u16, &'static str)];

const TAKEN_OVER: Ratings = &[("NVD", 98, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")];
const STOPPED: Ratings = &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")];
const READ: Ratings = &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N")];
const WRITTEN: Ratings = &[("NVD", 75, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N")];
const UNPACKED: Ratings = &[("NVD", 81, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:H")];
const LOCAL: Ratings = &[("NVD", 71, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N")];
const SCRIPTED: Ratings = &[("NVD", 61, "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N")];
const SLOWED: Ratings = &[("NVD", 59, "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H")];
const CONFUSED: Ratings = &[("NVD", 53, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N")];

macro_rules! advisories {
    ($($name:ident: $id:literal, $title:literal, $cve:literal, $cwe:literal, $ratings:ident, $disclosed:literal, $fixed:expr;)*) => {
        $(pub(in crate::sample) const $name: Advisory = rated($id, $title, ($cve, $cwe), $ratings, $disclosed, &$fixed);)*
    };
}

advisories! {
    WS: "SNYK-JS-WS-7266574", "Crash by too many headers", "CVE-2024-37890", "CWE-476", STOPPED, "2024-06-17", ["5.2.4", "6.2.3", "7.5.10", "8.17.1"];
    BRACES: "SNYK-JS-BRACES-6838727", "Unbounded memory for unbalanced braces", "CVE-2024-4068", "CWE-1050", STOPPED, "2024-05-14", ["3.0.3"];
    CROSS_SPAWN: "SNYK-JS-CROSSSPAWN-8303230", "Slow regular expression in arguments", "CVE-2024-21538", "CWE-1333", STOPPED, "2024-11-08", ["6.0.6", "7.0.5"];
    PATH_TO_REGEXP: "SNYK-JS-PATHTOREGEXP-7925106", "Slow regular expression in routes", "CVE-2024-45296", "CWE-1333", STOPPED, "2024-09-09", ["0.1.10", "8.0.0"];
    TAR: "SNYK-JS-TAR-SAMPLE", "Files written outside of the target", "CVE-2021-32803", "CWE-59", UNPACKED, "2021-08-03", ["3.2.3", "4.4.15", "5.0.7", "6.1.2"];
    NODE_FETCH: "SNYK-JS-NODEFETCH-SAMPLE", "Headers sent along to other hosts", "CVE-2022-0235", "CWE-601", SCRIPTED, "2022-01-16", ["2.6.7", "3.1.1"];
    DECODE_URI: "SNYK-JS-DECODEURICOMPONENT-SAMPLE", "Crash by malformed escapes", "CVE-2022-38900", "CWE-20", STOPPED, "2022-11-28", ["0.2.1"];
    LOADER_UTILS: "SNYK-JS-LOADERUTILS-SAMPLE", "Prototype pollution by loader queries", "CVE-2022-37601", "CWE-1321", TAKEN_OVER, "2022-10-12", ["1.4.1", "2.0.3"];
    MOMENT: "SNYK-JS-MOMENT-2440688", "Path traversal by names of locales", "CVE-2022-24785", "CWE-22", WRITTEN, "2022-04-04", ["2.29.2"];
    MINIMATCH: "SNYK-JS-MINIMATCH-SAMPLE", "Slow regular expression in patterns", "CVE-2022-3517", "CWE-1333", STOPPED, "2022-10-17", ["3.0.5"];
    TOUGH_COOKIE: "SNYK-JS-TOUGHCOOKIE-5672873", "Prototype pollution by cookies", "CVE-2023-26136", "CWE-1321", TAKEN_OVER, "2023-07-01", ["4.1.3"];
    EJS: "SNYK-JS-EJS-SAMPLE", "Code execution by template options", "CVE-2022-29078", "CWE-94", TAKEN_OVER, "2022-04-25", ["3.1.7"];
    HANDLEBARS: "SNYK-JS-HANDLEBARS-SAMPLE", "Code execution by compiled templates", "CVE-2021-23369", "CWE-94", TAKEN_OVER, "2021-04-12", ["4.7.7"];
    POSTCSS: "SNYK-JS-POSTCSS-SAMPLE", "Comments read as declarations", "CVE-2023-44270", "CWE-74", CONFUSED, "2023-09-29", ["8.4.31"];
    FOLLOW_REDIRECTS: "SNYK-JS-FOLLOWREDIRECTS-SAMPLE", "Redirects to misread hosts", "CVE-2023-26159", "CWE-601", SCRIPTED, "2024-01-02", ["1.15.4"];
    MONGOOSE: "SNYK-JS-MONGOOSE-SAMPLE", "Prototype pollution by updates", "CVE-2023-3696", "CWE-1321", TAKEN_OVER, "2023-07-17", ["5.13.20", "6.11.3", "7.3.3"];
    POSTGRESQL: "SNYK-JAVA-ORGPOSTGRESQL-SAMPLE", "SQL injection by negated parameters", "CVE-2024-1597", "CWE-89", TAKEN_OVER, "2024-02-19", ["42.2.28", "42.5.5", "42.6.1", "42.7.2"];
    H2: "SNYK-JAVA-COMH2DATABASE-SAMPLE", "Code execution by lookups in the console", "CVE-2021-42392", "CWE-502", TAKEN_OVER, "2022-01-10", ["2.0.206"];
    LOGBACK: "SNYK-JAVA-CHQOSLOGBACK-SAMPLE", "Denial of service by serialized events", "CVE-2023-6378", "CWE-502", STOPPED, "2023-11-29", ["1.2.13", "1.3.12", "1.4.12"];
    FILE_UPLOAD: "SNYK-JAVA-COMMONSFILEUPLOAD-SAMPLE", "Unbounded number of uploaded parts", "CVE-2023-24998", "CWE-770", STOPPED, "2023-02-20", ["1.5"];
    NETTY: "SNYK-JAVA-IONETTY-SAMPLE", "Denial of service by rapid resets", "CVE-2023-44487", "CWE-400", STOPPED, "2023-10-10", ["4.1.100.Final"];
    GUAVA: "SNYK-JAVA-COMGOOGLEGUAVA-SAMPLE", "Temporary files that others can read", "CVE-2023-2976", "CWE-552", LOCAL, "2023-06-14", ["32.0.0-jre"];
    GSON: "SNYK-JAVA-COMGOOGLECODEGSON-SAMPLE", "Denial of service by serialized numbers", "CVE-2022-25647", "CWE-502", STOPPED, "2022-05-01", ["2.8.9"];
    CRYPTOGRAPHY: "SNYK-PYTHON-CRYPTOGRAPHY-SAMPLE", "Crash by malformed key containers", "CVE-2023-49083", "CWE-476", STOPPED, "2023-11-29", ["41.0.6"];
    WERKZEUG: "SNYK-PYTHON-WERKZEUG-SAMPLE", "Unbounded number of form parts", "CVE-2023-25577", "CWE-770", STOPPED, "2023-02-14", ["2.2.3"];
    FLASK: "SNYK-PYTHON-FLASK-SAMPLE", "Session cookies kept by caches", "CVE-2023-30861", "CWE-539", READ, "2023-05-02", ["2.2.5", "2.3.2"];
    JINJA: "SNYK-PYTHON-JINJA2-SAMPLE", "Markup through attribute names", "CVE-2024-22195", "CWE-79", SCRIPTED, "2024-01-11", ["3.1.3"];
    AIOHTTP: "SNYK-PYTHON-AIOHTTP-SAMPLE", "Path traversal in static routes", "CVE-2024-23334", "CWE-22", READ, "2024-01-29", ["3.9.2"];
    CERTIFI: "SNYK-PYTHON-CERTIFI-SAMPLE", "Distrusted root certificates", "CVE-2022-23491", "CWE-345", WRITTEN, "2022-12-07", ["2022.12.7"];
    SETUPTOOLS: "SNYK-PYTHON-SETUPTOOLS-SAMPLE", "Slow regular expression in package pages", "CVE-2022-40897", "CWE-1333", SLOWED, "2022-12-23", ["65.5.1"];
    PYYAML: "SNYK-PYTHON-PYYAML-SAMPLE", "Code execution by the full loader", "CVE-2020-14343", "CWE-20", TAKEN_OVER, "2021-02-09", ["5.4"];
}
