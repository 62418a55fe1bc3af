-- Times are milliseconds since 1970-01-01T00:00:00Z, scores are tenths, flags are 0 or 1.
-- A column without NOT NULL is unknown where it is NULL, never zero.
-- Walks of organizations are numbered from 1 in each connection, because a clock may jump: `first_in` is the walk that
-- first showed a row, `seen_in` the last one that did.

-- Whose file this is.
CREATE TABLE owner (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  tenant TEXT NOT NULL
) STRICT;

CREATE TABLE connections (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  integration    TEXT NOT NULL,
  origin         TEXT NOT NULL,
  base           TEXT NOT NULL,
  current        INTEGER NOT NULL,
  allow_loopback INTEGER NOT NULL,
  kind           TEXT,
  audience_host  TEXT,
  sealed         BLOB,           -- NULL once another connection has replaced this one
  account        TEXT NOT NULL,  -- JSON
  organizations  TEXT NOT NULL,  -- JSON
  capabilities   TEXT NOT NULL,  -- JSON
  warnings       TEXT NOT NULL,  -- JSON
  extra          TEXT NOT NULL,  -- JSON
  plugin_version TEXT NOT NULL,
  ca_pem         TEXT,
  downloads      TEXT NOT NULL,  -- JSON
  connected_at   INTEGER NOT NULL,
  walks          INTEGER NOT NULL DEFAULT 0,  -- walks of organizations that ever began
  reach_days     INTEGER,        -- days of resolved findings that were wanted so far; 0 is without limit
  UNIQUE (integration, base)
) STRICT;
CREATE UNIQUE INDEX one_current_connection ON connections (integration) WHERE current = 1;

CREATE TABLE sync_states (
  connection    INTEGER NOT NULL REFERENCES connections (id),
  scope         TEXT NOT NULL,
  walk          INTEGER,  -- NULL where the scope is not organizations
  cursor_format INTEGER,
  cursor_bytes  BLOB,
  started_at    INTEGER NOT NULL,
  done_at       INTEGER,
  resume_at     INTEGER,
  PRIMARY KEY (connection, scope),
  CHECK ((cursor_format IS NULL) = (cursor_bytes IS NULL))
) STRICT;

CREATE TABLE coverage (
  connection INTEGER NOT NULL REFERENCES connections (id),
  scope      TEXT NOT NULL,
  route      TEXT NOT NULL,
  subject    TEXT NOT NULL,
  state      TEXT NOT NULL,
  as_of      INTEGER,
  detail     TEXT NOT NULL,
  PRIMARY KEY (connection, scope, route, subject)
) STRICT;
CREATE INDEX coverage_by_subject ON coverage (connection, route, subject);

CREATE TABLE walks (
  connection    INTEGER NOT NULL REFERENCES connections (id),
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL,
  scope         TEXT NOT NULL,
  state         TEXT NOT NULL,
  route         TEXT NOT NULL,
  organization  TEXT NOT NULL,
  changed_since INTEGER,
  pages         INTEGER NOT NULL,
  records       INTEGER NOT NULL,
  PRIMARY KEY (connection, scope, route, organization, state)
) STRICT;

CREATE TABLE projects (
  connection   INTEGER NOT NULL REFERENCES connections (id),
  first_seen   INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL,
  first_in     INTEGER NOT NULL,
  seen_in      INTEGER NOT NULL,
  gone_at      INTEGER,  -- since when a completed project list lacks it
  continues    TEXT,     -- the project that was imported again as this one
  id           TEXT NOT NULL,
  organization TEXT NOT NULL,
  name         TEXT NOT NULL,
  class        TEXT NOT NULL,
  kind         TEXT NOT NULL,
  origin       TEXT NOT NULL,
  repository   TEXT,
  target       TEXT,
  reference    TEXT,
  file         TEXT,
  active       INTEGER NOT NULL,
  created_at   INTEGER,
  extra        TEXT NOT NULL,  -- JSON
  PRIMARY KEY (connection, organization, id)
) STRICT;
CREATE INDEX projects_by_repository ON projects (connection, repository);
CREATE INDEX projects_by_place ON projects (connection, organization, kind, file);
CREATE INDEX projects_continued ON projects (connection, organization, continues) WHERE continues IS NOT NULL;

CREATE TABLE findings (
  row           INTEGER PRIMARY KEY,
  connection    INTEGER NOT NULL REFERENCES connections (id),
  organization  TEXT NOT NULL,
  id            TEXT NOT NULL,
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL,
  first_in      INTEGER NOT NULL,
  seen_in       INTEGER NOT NULL,
  missing_in    INTEGER,  -- the walk that first lacked it
  missing_since INTEGER,
  vanished_at   INTEGER,
  continues     TEXT,     -- the finding that was imported again as this one
  key           TEXT NOT NULL,
  project       TEXT NOT NULL,
  class         TEXT NOT NULL,
  kind          TEXT NOT NULL,
  title         TEXT NOT NULL,
  vulnerability TEXT NOT NULL,
  aliases       TEXT NOT NULL,  -- JSON
  weaknesses    TEXT NOT NULL,  -- JSON
  packages      TEXT NOT NULL,  -- JSON
  severity      TEXT,
  cvss          TEXT NOT NULL,  -- JSON
  selected      TEXT,           -- JSON
  exploit       TEXT NOT NULL,
  risk          INTEGER,
  reachability  TEXT NOT NULL,
  fix           TEXT NOT NULL,
  fix_source    TEXT NOT NULL,
  fixed_in      TEXT NOT NULL,  -- JSON
  license       TEXT,
  location      TEXT,
  open          INTEGER NOT NULL,
  ignored       INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  introduced_at INTEGER,
  resolved_at   INTEGER,
  disclosed_at  INTEGER,
  extra         TEXT NOT NULL,  -- JSON
  UNIQUE (connection, organization, id)
) STRICT;
CREATE INDEX findings_by_project ON findings (connection, organization, project, key);
CREATE INDEX findings_missing ON findings (connection, organization, missing_since) WHERE missing_since IS NOT NULL;
CREATE INDEX findings_continued ON findings (connection, organization, continues) WHERE continues IS NOT NULL;

CREATE TABLE change_checks (
  connection        INTEGER NOT NULL REFERENCES connections (id),
  first_seen        INTEGER NOT NULL,
  last_seen         INTEGER NOT NULL,
  organization      TEXT NOT NULL,
  change            TEXT NOT NULL,
  repository        TEXT NOT NULL,
  head_sha          TEXT,
  base_sha          TEXT,
  project           TEXT,
  product           TEXT NOT NULL,
  state             TEXT NOT NULL,
  marked_as_success INTEGER NOT NULL,
  at                INTEGER,
  test              TEXT,
  extra             TEXT NOT NULL  -- JSON
) STRICT;
CREATE UNIQUE INDEX change_checks_key
  ON change_checks (
    connection, organization, repository, change, ifnull(project, ''), product, ifnull(head_sha, '')
  );
CREATE INDEX change_checks_by_change ON change_checks (connection, repository, change);
CREATE INDEX change_checks_marked ON change_checks (connection) WHERE marked_as_success;

-- The scope names the change and the head that the walk was about.
CREATE TABLE change_findings (
  connection   INTEGER NOT NULL REFERENCES connections (id),
  first_seen   INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL,
  scope        TEXT NOT NULL,
  organization TEXT NOT NULL,
  id           TEXT NOT NULL,
  updated_at   INTEGER NOT NULL,
  change       TEXT NOT NULL,
  route        TEXT NOT NULL,
  finding      TEXT NOT NULL,  -- JSON
  PRIMARY KEY (connection, scope, change, route, organization, id)
) STRICT;

CREATE TABLE remediations (
  finding    INTEGER NOT NULL REFERENCES findings (row),
  step       TEXT NOT NULL,
  at         INTEGER NOT NULL,
  connection INTEGER NOT NULL REFERENCES connections (id),
  first_seen INTEGER NOT NULL,
  source     TEXT NOT NULL,
  PRIMARY KEY (finding, step, at)
) STRICT, WITHOUT ROWID;

-- What is known about fixes of a vulnerability in a package version, whichever finding it is about.
CREATE TABLE fixes (
  connection    INTEGER NOT NULL REFERENCES connections (id),
  first_seen    INTEGER NOT NULL,
  last_seen     INTEGER NOT NULL,
  ecosystem     TEXT,
  package       TEXT NOT NULL,
  version       TEXT,
  organization  TEXT NOT NULL,
  vulnerability TEXT NOT NULL,
  affected      TEXT NOT NULL,  -- JSON
  state         TEXT NOT NULL,
  versions      TEXT NOT NULL,  -- JSON
  source        TEXT NOT NULL,
  as_of         INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX fixes_key
  ON fixes (connection, vulnerability, package, ifnull(version, ''), ifnull(ecosystem, ''), organization);

CREATE TABLE measurements (
  connection INTEGER NOT NULL REFERENCES connections (id),
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  subject    TEXT NOT NULL,
  metric     TEXT NOT NULL,
  value      REAL NOT NULL,
  unit       TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (connection, subject, metric, at)
) STRICT;

CREATE TABLE incidents (
  connection      INTEGER NOT NULL REFERENCES connections (id),
  first_seen      INTEGER NOT NULL,
  last_seen       INTEGER NOT NULL,
  id              TEXT NOT NULL,
  service         TEXT NOT NULL,
  title           TEXT NOT NULL,
  severity        TEXT,
  change          TEXT,
  started_at      INTEGER NOT NULL,
  acknowledged_at INTEGER,
  resolved_at     INTEGER,
  open            INTEGER NOT NULL,
  extra           TEXT NOT NULL,  -- JSON
  PRIMARY KEY (connection, id)
) STRICT;
CREATE INDEX incidents_by_service ON incidents (service COLLATE NOCASE, started_at);

CREATE TABLE deployments (
  connection  INTEGER NOT NULL REFERENCES connections (id),
  first_seen  INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  id          TEXT NOT NULL,
  service     TEXT NOT NULL,
  environment TEXT,
  sha         TEXT,
  state       TEXT NOT NULL,
  at          INTEGER NOT NULL,
  extra       TEXT NOT NULL,  -- JSON
  PRIMARY KEY (connection, id)
) STRICT;
CREATE INDEX deployments_by_service ON deployments (service COLLATE NOCASE, at);

CREATE TABLE others (
  connection INTEGER NOT NULL REFERENCES connections (id),
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  key        TEXT NOT NULL,
  json       TEXT NOT NULL,
  PRIMARY KEY (connection, kind, key)
) STRICT;
