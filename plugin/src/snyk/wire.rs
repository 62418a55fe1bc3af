//! Snyk's JSON as it stands, borrowed from the body.
//!
//! Every field may be absent: whether that makes a record useless is decided where the record is read. Unknown fields
//! are ignored.

mod link;

use crate::json::{Raw, Text, Value, objects};

pub(crate) use self::link::Link;

/// A record of a listing.
pub(crate) trait Record<'a>: Value<'a> + Default {
    /// Its id; none if it has none.
    fn id(&self) -> Option<&str>;
}

macro_rules! records {
    ($($name:ident)*) => {$(
        impl<'a> Record<'a> for $name<'a> {
            fn id(&self) -> Option<&str> {
                self.id.as_ref()?.filled()
            }
        }
    )*};
}

records!(Principal Project Issue);

/// A text that is there and not empty.
pub(crate) fn owned(text: Option<&Text<'_>>) -> Option<String> {
    text.and_then(Text::filled).map(str::to_owned)
}

objects! {
    /// A listing's page. Without data it is none.
    Listing<'a, T> {
        data: Option<Vec<T>> = "data",
        links: Option<Links<'a>> = "links",
    }

    Links<'a> {
        next: Option<Link<'a>> = "next",
    }

    /// Just enough of a record that could not be read to name it.
    Named<'a> {
        id: Option<Text<'a>> = "id",
    }

    /// A document that holds one record.
    Single<'a> {
        data: Option<Named<'a>> = "data",
    }

    ErrorDocument<'a> {
        errors: Vec<ErrorObject<'a>> = "errors",
    }

    ErrorObject<'a> {
        title: Option<Text<'a>> = "title",
        detail: Option<Text<'a>> = "detail",
    }

    /// The answer of `/rest/self`.
    Owner<'a> {
        data: Option<Principal<'a>> = "data",
    }

    /// An owner of credentials, or an organization.
    Principal<'a> {
        id: Option<Text<'a>> = "id",
        kind: Option<Text<'a>> = "type",
        attributes: Option<PrincipalAttributes<'a>> = "attributes",
    }

    PrincipalAttributes<'a> {
        name: Option<Text<'a>> = "name",
        username: Option<Text<'a>> = "username",
        slug: Option<Text<'a>> = "slug",
    }

    Project<'a> {
        id: Option<Text<'a>> = "id",
        attributes: Option<ProjectAttributes<'a>> = "attributes",
        relationships: Option<ProjectRelationships<'a>> = "relationships",
        meta: Option<Raw<'a>> = "meta",
    }

    /// A project's meta data, which is worth no record: what is odd in it is ignored.
    ProjectMeta {
        latest_issue_counts: Option<IssueCounts> = "latest_issue_counts",
    }

    /// Open issues by severity.
    IssueCounts {
        critical: Option<u32> = "critical",
        high: Option<u32> = "high",
        medium: Option<u32> = "medium",
        low: Option<u32> = "low",
    }

    /// The second spellings are those of answers of 2023 and before.
    ProjectAttributes<'a> {
        name: Option<Text<'a>> = "name",
        kind: Option<Text<'a>> = "type",
        origin: Option<Text<'a>> = "origin",
        status: Option<Text<'a>> = "status",
        target_file: Option<Text<'a>> = "target_file" | "targetFile",
        target_reference: Option<Text<'a>> = "target_reference" | "targetReference",
        created: Option<Text<'a>> = "created",
    }

    ProjectRelationships<'a> {
        target: Option<TargetRelationship<'a>> = "target",
    }

    TargetRelationship<'a> {
        data: Option<Target<'a>> = "data",
    }

    Target<'a> {
        id: Option<Text<'a>> = "id",
        attributes: Option<TargetAttributes<'a>> = "attributes",
    }

    TargetAttributes<'a> {
        display_name: Option<Text<'a>> = "display_name" | "displayName",
        url: Option<Text<'a>> = "url" | "remoteUrl",
    }

    /// An issue of an organization's feed or of a package version.
    Issue<'a> {
        id: Option<Text<'a>> = "id",
        attributes: Option<IssueAttributes<'a>> = "attributes",
        relationships: Option<IssueRelationships<'a>> = "relationships",
    }

    IssueAttributes<'a> {
        key: Option<Text<'a>> = "key",
        kind: Option<Text<'a>> = "type",
        title: Option<Text<'a>> = "title",
        status: Option<Text<'a>> = "status",
        ignored: Option<bool> = "ignored",
        effective_severity_level: Option<Text<'a>> = "effective_severity_level",
        created_at: Option<Text<'a>> = "created_at",
        updated_at: Option<Text<'a>> = "updated_at",
        problems: Vec<Problem<'a>> = "problems",
        classes: Vec<Problem<'a>> = "classes",
        severities: Vec<Rating<'a>> = "severities",
        risk: Option<Risk> = "risk",
        exploit_details: Option<ExploitDetails<'a>> = "exploit_details",
        resolution: Option<Resolution<'a>> = "resolution",
        coordinates: Vec<Coordinate<'a>> = "coordinates",
        slots: Option<Slots<'a>> = "slots",
    }

    /// A problem or a class.
    Problem<'a> {
        id: Option<Text<'a>> = "id",
        source: Option<Text<'a>> = "source",
        disclosed_at: Option<Text<'a>> = "disclosed_at",
    }

    Rating<'a> {
        source: Option<Text<'a>> = "source",
        version: Option<Text<'a>> = "version",
        vector: Option<Text<'a>> = "vector",
        score: Option<f64> = "score",
    }

    Risk {
        score: Option<RiskScore> = "score",
    }

    RiskScore {
        value: Option<f64> = "value",
    }

    ExploitDetails<'a> {
        maturity_levels: Vec<Maturity<'a>> = "maturity_levels",
    }

    Maturity<'a> {
        level: Option<Text<'a>> = "level",
    }

    Resolution<'a> {
        kind: Option<Text<'a>> = "type",
        resolved_at: Option<Text<'a>> = "resolved_at",
    }

    /// What only issues of a package version have.
    Slots<'a> {
        disclosure_time: Option<Text<'a>> = "disclosure_time",
        publication_time: Option<Text<'a>> = "publication_time",
        exploit_details: Option<ExploitDetails<'a>> = "exploit_details",
    }

    Coordinate<'a> {
        is_fixable_snyk: Option<bool> = "is_fixable_snyk",
        is_patchable: Option<bool> = "is_patchable",
        is_pinnable: Option<bool> = "is_pinnable",
        is_upgradeable: Option<bool> = "is_upgradeable",
        reachability: Option<Text<'a>> = "reachability",
        created_at: Option<Text<'a>> = "created_at",
        last_introduced_at: Option<Text<'a>> = "last_introduced_at",
        last_resolved_at: Option<Text<'a>> = "last_resolved_at",
        remedies: Vec<Remedy<'a>> = "remedies",
        representations: Vec<Representation<'a>> = "representations",
    }

    Remedy<'a> {
        details: Option<RemedyDetails<'a>> = "details",
        meta: Option<RemedyMeta<'a>> = "meta",
    }

    /// The versions are separated by commas.
    RemedyDetails<'a> {
        upgrade_package: Option<Text<'a>> = "upgrade_package",
    }

    /// Snyk declares no shape for the data: see [`RemedyData`].
    RemedyMeta<'a> {
        data: Option<Raw<'a>> = "data",
    }

    /// A shape of a remedy's data that has been seen.
    RemedyData<'a> {
        fixed_in: Vec<Text<'a>> = "fixed_in",
    }

    Representation<'a> {
        dependency: Option<Package<'a>> = "dependency" | "package",
        source_location: Option<SourceLocation<'a>> = "sourceLocation" | "source_location",
        resource_path: Option<Text<'a>> = "resourcePath" | "resource_path",
        cloud_resource: Option<CloudResource<'a>> = "cloud_resource",
    }

    /// The longer names are those of an organization's feed.
    Package<'a> {
        name: Option<Text<'a>> = "package_name" | "name",
        version: Option<Text<'a>> = "package_version" | "version",
    }

    SourceLocation<'a> {
        file: Option<Text<'a>> = "file",
        region: Option<Region> = "region",
    }

    Region {
        start: Option<Spot> = "start",
    }

    Spot {
        line: Option<u32> = "line",
    }

    CloudResource<'a> {
        resource: Option<Resource<'a>> = "resource",
    }

    Resource<'a> {
        native_id: Option<Text<'a>> = "native_id",
        name: Option<Text<'a>> = "name",
    }

    IssueRelationships<'a> {
        scan_item: Option<ScanItemRelationship<'a>> = "scan_item",
    }

    ScanItemRelationship<'a> {
        data: Option<ScanItem<'a>> = "data",
    }

    ScanItem<'a> {
        id: Option<Text<'a>> = "id",
        kind: Option<Text<'a>> = "type",
    }
}
