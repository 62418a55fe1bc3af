//! Upgrades that brought vulnerabilities, and those that took them away.

use super::super::catalogue::{self, Advisory, upgrades};

/// What a package of a repository went through.
pub(super) struct Introduction {
    pub(super) repository: &'static str,
    pub(super) package: &'static str,
    /// Version before; none for a new dependency.
    pub(super) before: Option<&'static str>,
    /// The vulnerable version.
    pub(super) after: &'static str,
    /// The version without the vulnerability.
    pub(super) fixed: &'static str,
    pub(super) direct: bool,
    /// Title of the change that brought it; empty if it came before the window.
    pub(super) title: &'static str,
    pub(super) advisories: &'static [Advisory],
    /// How it ended, and which times are given.
    pub(super) course: Course,
}

/// When it came and went, in days before the end.
#[derive(Clone, Copy)]
pub(super) enum Course {
    /// The sample organization has the issue: it was found then, and resolved then if at all.
    Known(Option<i64>, Option<i64>),
    /// Some time in the window; fixed later.
    Fixed,
    /// Some time in the window; not fixed yet.
    Lasting,
    /// Taken back within a day or two.
    Reverted,
    /// Proposed, and not merged yet.
    Proposed,
}

impl Introduction {
    /// The highest CVSS score it brings, in tenths.
    pub(super) fn score(&self) -> u16 {
        let scores = self.advisories.iter().map(Advisory::score);
        scores.max().unwrap_or(0)
    }
}

macro_rules! introductions {
    ($($repository:literal $package:literal $before:expr, $after:literal, $fixed:literal, $directness:ident, $title:literal, $course:expr, $advisories:expr;)*) => {
        pub(super) static INTRODUCTIONS: &[Introduction] = &[$(Introduction {
            repository: $repository,
            package: $package,
            before: $before,
            after: $after,
            fixed: $fixed,
            direct: Directness::$directness.is_direct(),
            title: $title,
            advisories: &$advisories,
            course: $course,
        }),*];
    };
}

/// Whether the manifest names it.
#[derive(Clone, Copy)]
enum Directness {
    Direct,
    Transitive,
}

impl Directness {
    const fn is_direct(self) -> bool {
        matches!(self, Self::Direct)
    }
}

use Course::{Fixed, Known, Lasting, Proposed, Reverted};

introductions! {
    "acme/payments" "org.apache.logging.log4j:log4j-core" None, "2.14.1", "2.17.1", Direct, "", Known(None, Some(88)), [catalogue::LOG4SHELL, catalogue::LOG4J_CONTEXT];
    "acme/payments" "org.apache.commons:commons-text" None, "1.9", "1.10.0", Direct, "Fill in the placeholders of receipts", Known(Some(75), Some(12)), [catalogue::COMMONS_TEXT];
    "acme/analytics" "django" Some("4.0.6"), "3.2.13", "3.2.14", Direct, "Go back to the long-term Django", Known(Some(70), Some(58)), [catalogue::DJANGO];
    "acme/analytics" "pillow" None, "9.5.0", "10.0.1", Direct, "Draw thumbnails for the sales dashboard", Known(Some(45), None), [catalogue::PILLOW];
    "acme/analytics" "urllib3" None, "1.26.15", "1.26.17", Transitive, "", Known(None, Some(5)), [catalogue::URLLIB3];
    "acme/checkout-api" "qs" None, "6.7.0", "6.7.3", Transitive, "", Known(None, Some(34)), [catalogue::QS];
    "acme/checkout-api" "body-parser" None, "1.20.1", "1.20.3", Direct, "", Known(None, Some(34)), [catalogue::BODY_PARSER];

    "acme/storefront" "ws" None, "8.11.0", "8.17.1", Direct, "Show stock levels while they change", Fixed, [upgrades::WS];
    "acme/storefront" "braces" Some("3.0.3"), "3.0.2", "3.0.3", Transitive, "Pin the file watcher", Fixed, [upgrades::BRACES];
    "acme/storefront" "loader-utils" None, "2.0.2", "2.0.3", Direct, "Inline small icons at build time", Fixed, [upgrades::LOADER_UTILS];
    "acme/storefront" "moment" None, "2.29.1", "2.29.4", Direct, "Show delivery days in the shopper's language", Lasting, [upgrades::MOMENT];
    "acme/storefront" "decode-uri-component" None, "0.2.0", "0.2.2", Transitive, "Read filters from the address", Fixed, [upgrades::DECODE_URI];
    "acme/storefront" "ejs" None, "3.1.6", "3.1.10", Direct, "Render gift cards on the server", Reverted, [upgrades::EJS];
    "acme/storefront" "minimatch" None, "3.0.4", "3.0.5", Transitive, "Lint the style sheets", Fixed, [upgrades::MINIMATCH];
    "acme/storefront" "postcss" Some("8.4.21"), "8.4.30", "8.4.31", Direct, "Update postcss to 8.4.30", Fixed, [upgrades::POSTCSS];
    "acme/storefront" "node-fetch" None, "2.6.6", "2.6.7", Transitive, "Fetch banners from the content service", Fixed, [upgrades::NODE_FETCH];
    "acme/storefront" "handlebars" None, "4.7.6", "4.7.7", Direct, "Let editors preview mails", Proposed, [upgrades::HANDLEBARS];

    "acme/checkout-api" "cross-spawn" Some("7.0.5"), "7.0.3", "7.0.6", Transitive, "Share the release script with the shop", Fixed, [upgrades::CROSS_SPAWN];
    "acme/checkout-api" "path-to-regexp" Some("0.1.10"), "0.1.7", "0.1.12", Transitive, "Match old voucher routes", Fixed, [upgrades::PATH_TO_REGEXP];
    "acme/checkout-api" "tough-cookie" None, "4.1.2", "4.1.4", Direct, "Keep sessions of the carrier's site", Fixed, [upgrades::TOUGH_COOKIE];
    "acme/checkout-api" "mongoose" Some("6.10.5"), "6.11.2", "6.11.3", Direct, "Store drafts of orders", Reverted, [upgrades::MONGOOSE];
    "acme/checkout-api" "tar" None, "6.1.0", "6.1.2", Direct, "Pack invoices of a month into one file", Fixed, [upgrades::TAR];
    "acme/checkout-api" "ejs" None, "3.1.6", "3.1.10", Direct, "Render the invoice mail from a template", Lasting, [upgrades::EJS];
    "acme/checkout-api" "follow-redirects" Some("1.15.6"), "1.15.3", "1.15.4", Transitive, "Pin the HTTP client", Fixed, [upgrades::FOLLOW_REDIRECTS];
    "acme/checkout-api" "ws" None, "8.11.0", "8.17.1", Direct, "Tell the shop about order states at once", Proposed, [upgrades::WS];

    "acme/payments" "org.postgresql:postgresql" Some("42.5.5"), "42.5.4", "42.7.4", Direct, "Pin the database driver for the ledger export", Fixed, [upgrades::POSTGRESQL];
    "acme/payments" "ch.qos.logback:logback-classic" None, "1.2.11", "1.2.13", Direct, "Log settlements to a file of their own", Fixed, [upgrades::LOGBACK];
    "acme/payments" "commons-fileupload:commons-fileupload" None, "1.4", "1.5", Direct, "Take evidence for chargebacks as uploads", Fixed, [upgrades::FILE_UPLOAD];
    "acme/payments" "io.netty:netty-codec-http2" None, "4.1.94.Final", "4.1.100.Final", Transitive, "Talk HTTP/2 to the card network", Lasting, [upgrades::NETTY];
    "acme/payments" "com.google.guava:guava" Some("32.1.3-jre"), "31.1-jre", "32.1.3-jre", Transitive, "Bring back the bank connector", Fixed, [upgrades::GUAVA];
    "acme/payments" "com.google.code.gson:gson" None, "2.8.8", "2.8.9", Direct, "Read the fraud service's answers", Fixed, [upgrades::GSON];
    "acme/payments" "com.h2database:h2" None, "2.0.204", "2.0.206", Direct, "Rehearse refunds on a database in memory", Proposed, [upgrades::H2];

    "acme/analytics" "cryptography" Some("41.0.3"), "41.0.5", "41.0.6", Transitive, "Update cryptography to 41.0.5", Fixed, [upgrades::CRYPTOGRAPHY];
    "acme/analytics" "werkzeug" None, "2.2.2", "2.2.3", Transitive, "Show the import's progress on a page", Fixed, [upgrades::WERKZEUG];
    "acme/analytics" "flask" None, "2.2.3", "2.2.5", Direct, "Give partners a page of their own", Fixed, [upgrades::FLASK];
    "acme/analytics" "aiohttp" None, "3.9.1", "3.9.2", Direct, "Fetch exchange rates side by side", Fixed, [upgrades::AIOHTTP];
    "acme/analytics" "certifi" Some("2024.8.30"), "2022.9.24", "2024.8.30", Transitive, "Reach the old mail server again", Reverted, [upgrades::CERTIFI];
    "acme/analytics" "jinja2" None, "3.1.2", "3.1.3", Direct, "Write report mails from templates", Fixed, [upgrades::JINJA];
    "acme/analytics" "setuptools" None, "65.5.0", "65.5.1", Transitive, "Build the export job as a package", Fixed, [upgrades::SETUPTOOLS];
    "acme/analytics" "pyyaml" None, "5.3.1", "6.0.1", Direct, "Describe partner feeds in files", Proposed, [upgrades::PYYAML];
}
