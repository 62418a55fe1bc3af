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

-- From here on: what the platform itself knows, whatever is connected.

CREATE TABLE changes (
  id         TEXT PRIMARY KEY,
  repository TEXT NOT NULL COLLATE NOCASE,
  change     TEXT NOT NULL,  -- JSON
  title      TEXT NOT NULL,
  author     TEXT COLLATE NOCASE,
  opened_at  INTEGER,
  state      TEXT NOT NULL,
  merged_at  INTEGER,
  merge_sha  TEXT,
  base_score INTEGER,
  updated_at INTEGER NOT NULL,  -- the time of the event that said so
  source     TEXT NOT NULL
) STRICT;
-- Changes that are not merged come last, so that none is skipped when it is merged between two pages.
CREATE INDEX changes_by_merge ON changes (ifnull(merged_at, 9223372036854775807), id);
CREATE INDEX changes_by_repository ON changes (repository, ifnull(merged_at, 9223372036854775807), id);

CREATE TABLE dependency_lists (
  change   TEXT NOT NULL,
  head_sha TEXT NOT NULL,
  source   TEXT NOT NULL,
  base_sha TEXT,
  complete INTEGER NOT NULL,
  detail   TEXT NOT NULL,
  changes  TEXT NOT NULL,  -- JSON
  at       INTEGER NOT NULL,
  PRIMARY KEY (change, head_sha)
) STRICT;

-- The assessment counts in the evidence's lists, so it is kept with it.
CREATE TABLE decisions (
  integration    TEXT NOT NULL,
  change         TEXT NOT NULL,
  head_sha       TEXT NOT NULL,
  observation    TEXT NOT NULL,
  evidence       TEXT NOT NULL,  -- JSON
  assessment     TEXT NOT NULL,  -- JSON
  verdict        TEXT NOT NULL,  -- JSON
  settled        TEXT NOT NULL,  -- JSON
  plugin_version TEXT NOT NULL,
  asked_at       INTEGER NOT NULL,
  as_of          INTEGER NOT NULL,
  -- What it came to, in figures.
  decision            TEXT NOT NULL,
  enforced            INTEGER NOT NULL,
  introduced_high     INTEGER NOT NULL,
  introduced_low      INTEGER NOT NULL,
  introduced_unscored INTEGER NOT NULL,
  introduced_highest  INTEGER,
  unattributed        INTEGER NOT NULL,
  dependencies        INTEGER,
  waived              INTEGER NOT NULL,
  security            INTEGER NOT NULL,
  score               INTEGER NOT NULL,
  PRIMARY KEY (integration, change, head_sha, observation)
) STRICT;
-- The figures are in it, so that reading all of them opens no row: a row is some pages of evidence.
CREATE INDEX decisions_by_time ON decisions (
  integration, as_of, change, head_sha, observation,
  decision, enforced, introduced_high, introduced_low, introduced_unscored, introduced_highest,
  unattributed, dependencies, waived, security, score
);

CREATE TABLE services (
  name         TEXT PRIMARY KEY COLLATE NOCASE,
  aliases      TEXT NOT NULL,  -- JSON
  repositories TEXT NOT NULL   -- JSON
) STRICT;

CREATE TABLE own_deployments (
  source      TEXT NOT NULL,
  id          TEXT NOT NULL,
  service     TEXT NOT NULL COLLATE NOCASE,
  environment TEXT,
  sha         TEXT,
  state       TEXT NOT NULL,
  at          INTEGER NOT NULL,
  extra       TEXT NOT NULL,  -- JSON
  repository  TEXT COLLATE NOCASE,
  PRIMARY KEY (source, id)
) STRICT;
CREATE INDEX own_deployments_by_service ON own_deployments (service, at);

CREATE TABLE own_incidents (
  source          TEXT NOT NULL,
  id              TEXT NOT NULL,
  service         TEXT NOT NULL COLLATE NOCASE,
  title           TEXT NOT NULL,
  severity        TEXT,
  change          TEXT,
  started_at      INTEGER NOT NULL,
  acknowledged_at INTEGER,
  resolved_at     INTEGER,
  open            INTEGER NOT NULL,
  extra           TEXT NOT NULL,  -- JSON
  updated_at      INTEGER NOT NULL,
  PRIMARY KEY (source, id)
) STRICT;
CREATE INDEX own_incidents_by_service ON own_incidents (service, started_at);

CREATE TABLE actors (
  login TEXT PRIMARY KEY COLLATE NOCASE,
  roles TEXT NOT NULL  -- JSON
) STRICT;

CREATE TABLE overrides (
  change   TEXT NOT NULL,
  head_sha TEXT NOT NULL,
  actor    TEXT NOT NULL COLLATE NOCASE,
  at       INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  PRIMARY KEY (change, head_sha, actor, at)
) STRICT;

CREATE TABLE waivers (
  id            TEXT PRIMARY KEY,
  vulnerability TEXT NOT NULL,
  package       TEXT,
  version       TEXT,
  repository    TEXT,
  reason        TEXT NOT NULL,
  approver      TEXT NOT NULL COLLATE NOCASE,
  author        TEXT COLLATE NOCASE,
  created       INTEGER NOT NULL,
  expires       INTEGER NOT NULL,
  void_if       TEXT NOT NULL,  -- JSON
  revoked_at    INTEGER
) STRICT;

CREATE TABLE policies (
  version INTEGER PRIMARY KEY,
  text    TEXT NOT NULL,
  actor   TEXT NOT NULL COLLATE NOCASE,
  at      INTEGER NOT NULL
) STRICT;

-- Ids of webhook deliveries that were taken. None is ever removed: a signed delivery could be sent again.
CREATE TABLE deliveries (
  source TEXT NOT NULL,
  id     TEXT NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
  name   TEXT PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT;

CREATE TABLE jobs (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  key        TEXT NOT NULL,
  class      TEXT NOT NULL,
  kind       TEXT NOT NULL,
  payload    TEXT NOT NULL,  -- JSON
  attempts   INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  state      TEXT NOT NULL,
  reason     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_waiting_job ON jobs (key) WHERE state = 'waiting';
CREATE INDEX jobs_waiting ON jobs (class, not_before) WHERE state = 'waiting';

-- What is made of other rows and made anew when they change. It is nobody's only copy.
CREATE TABLE derived (
  name  TEXT PRIMARY KEY,
  stamp INTEGER NOT NULL,  -- of the rows that it was made of
  as_of INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

-- How often rows have changed that something derived is made of.
CREATE TABLE stamps (
  topic TEXT PRIMARY KEY,
  n     INTEGER NOT NULL
) STRICT;
INSERT INTO stamps (topic, n) VALUES ('ledger', 0);

-- A walk that only shows a row again changes nothing.
CREATE TRIGGER ledger_after_insert_of_own_deployments AFTER INSERT ON own_deployments
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_own_deployments AFTER UPDATE ON own_deployments
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_own_deployments AFTER DELETE ON own_deployments
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_insert_of_own_incidents AFTER INSERT ON own_incidents
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_own_incidents AFTER UPDATE ON own_incidents
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_own_incidents AFTER DELETE ON own_incidents
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_insert_of_deployments AFTER INSERT ON deployments
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_deployments AFTER UPDATE OF service, environment, sha, state, at ON deployments
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_deployments AFTER DELETE ON deployments
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_insert_of_incidents AFTER INSERT ON incidents
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_incidents AFTER UPDATE OF service, title, severity, change, started_at, resolved_at, open ON incidents
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_incidents AFTER DELETE ON incidents
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_insert_of_services AFTER INSERT ON services
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_services AFTER UPDATE ON services
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_services AFTER DELETE ON services
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_insert_of_changes AFTER INSERT ON changes
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_changes AFTER UPDATE ON changes
  WHEN (old.repository, old.change, old.state, old.merged_at, old.merge_sha)
    IS NOT (new.repository, new.change, new.state, new.merged_at, new.merge_sha)
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_changes AFTER DELETE ON changes
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_insert_of_decisions AFTER INSERT ON decisions
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_decisions AFTER UPDATE ON decisions
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_decisions AFTER DELETE ON decisions
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_insert_of_overrides AFTER INSERT ON overrides
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_overrides AFTER UPDATE ON overrides
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_overrides AFTER DELETE ON overrides
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_insert_of_change_checks AFTER INSERT ON change_checks
  WHEN new.marked_as_success
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_change_checks AFTER UPDATE OF repository, change, head_sha, marked_as_success, at ON change_checks
  WHEN old.marked_as_success OR new.marked_as_success
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_delete_of_change_checks AFTER DELETE ON change_checks
  WHEN old.marked_as_success
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;
CREATE TRIGGER ledger_after_update_of_connections AFTER UPDATE OF current ON connections
  BEGIN UPDATE stamps SET n = n + 1 WHERE topic = 'ledger'; END;

CREATE TABLE audit (
  seq      INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  actor    TEXT NOT NULL,
  act      TEXT NOT NULL,
  subject  TEXT NOT NULL,
  detail   TEXT NOT NULL,  -- JSON
  previous TEXT NOT NULL,
  hash     TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_altered BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is never altered'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is never shortened'); END;
-- An insert that replaces a row does not count as its deletion.
CREATE TRIGGER audit_is_only_appended BEFORE INSERT ON audit
  WHEN new.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM audit)
  BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END;

-- The rows of reports about findings, kept close together. They follow from the tables above and are built again where
-- they are absent: a trigger removes what does not hold any more. A segment holds the findings of 512 rows.

CREATE TABLE spell_segments (
  segment INTEGER PRIMARY KEY,
  format  INTEGER NOT NULL,
  spells  BLOB NOT NULL
) STRICT;

-- Counted from 0 without a gap. None is ever removed.
CREATE TABLE spell_repositories (
  number     INTEGER PRIMARY KEY,
  repository TEXT NOT NULL UNIQUE
) STRICT;

-- Where findings about one package are, or once were, of which their listing does not know a fix.
CREATE TABLE spell_fixes (
  vulnerability TEXT NOT NULL,
  package       TEXT NOT NULL,
  version       TEXT NOT NULL,  -- empty if unknown
  segment       INTEGER NOT NULL,
  PRIMARY KEY (vulnerability, package, version, segment)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER spells_of_a_new_finding AFTER INSERT ON findings
  BEGIN DELETE FROM spell_segments WHERE segment = new.row >> 9; END;

-- A finding that another one continues is told with that one, wherever it is: what changes it removes all. It is rare.
CREATE TRIGGER spells_of_a_changed_finding
  AFTER UPDATE OF project, class, vulnerability, packages, severity, selected, exploit, fix, open, ignored, created_at,
    updated_at, introduced_at, resolved_at, disclosed_at ON findings
  WHEN new.updated_at IS NOT old.updated_at OR new.open IS NOT old.open OR new.ignored IS NOT old.ignored
    OR new.introduced_at IS NOT old.introduced_at OR new.resolved_at IS NOT old.resolved_at
    OR new.created_at IS NOT old.created_at OR new.disclosed_at IS NOT old.disclosed_at
    OR new.fix IS NOT old.fix OR new.severity IS NOT old.severity OR new.exploit IS NOT old.exploit
    OR new.class IS NOT old.class OR new.project IS NOT old.project OR new.selected IS NOT old.selected
    OR new.vulnerability IS NOT old.vulnerability OR new.packages IS NOT old.packages
  BEGIN
    DELETE FROM spell_segments WHERE segment = new.row >> 9;
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings AS heir
      WHERE heir.connection = new.connection AND heir.organization = new.organization AND heir.continues = new.id
      LIMIT 1);
  END;

-- Apart from the others, because every walk writes this column.
CREATE TRIGGER spells_of_a_vanished_finding AFTER UPDATE OF vanished_at ON findings
  WHEN new.vanished_at IS NOT old.vanished_at
  BEGIN
    DELETE FROM spell_segments WHERE segment = new.row >> 9;
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings AS heir
      WHERE heir.connection = new.connection AND heir.organization = new.organization AND heir.continues = new.id
      LIMIT 1);
  END;

CREATE TRIGGER spells_of_a_continued_finding AFTER UPDATE OF continues ON findings
  WHEN new.continues IS NOT old.continues
  BEGIN
    DELETE FROM spell_segments WHERE segment = new.row >> 9;
    DELETE FROM spell_segments WHERE segment IN (
      SELECT row >> 9 FROM findings
      WHERE connection = new.connection AND organization = new.organization AND id IN (old.continues, new.continues));
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings AS heir
      WHERE heir.connection = new.connection AND heir.organization = new.organization AND heir.continues = new.id
      LIMIT 1);
  END;

CREATE TRIGGER spells_of_a_new_step AFTER INSERT ON remediations WHEN new.step <> 'first-seen'
  BEGIN
    DELETE FROM spell_segments WHERE segment = new.finding >> 9;
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings JOIN findings AS heir
        ON  heir.connection = findings.connection AND heir.organization = findings.organization
        AND heir.continues = findings.id
      WHERE findings.row = new.finding LIMIT 1);
  END;

CREATE TRIGGER spells_of_a_changed_step AFTER UPDATE ON remediations
  WHEN new.step <> 'first-seen' AND new.source IS NOT old.source
  BEGIN
    DELETE FROM spell_segments WHERE segment = new.finding >> 9;
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings JOIN findings AS heir
        ON  heir.connection = findings.connection AND heir.organization = findings.organization
        AND heir.continues = findings.id
      WHERE findings.row = new.finding LIMIT 1);
  END;

CREATE TRIGGER spells_of_a_new_project AFTER INSERT ON projects
  BEGIN
    DELETE FROM spell_segments WHERE segment IN (
      SELECT row >> 9 FROM findings
      WHERE connection = new.connection AND organization = new.organization AND project = new.id);
  END;

CREATE TRIGGER spells_of_a_changed_project AFTER UPDATE OF repository, created_at ON projects
  WHEN new.repository IS NOT old.repository OR new.created_at IS NOT old.created_at
  BEGIN
    DELETE FROM spell_segments WHERE segment IN (
      SELECT row >> 9 FROM findings
      WHERE connection = new.connection AND organization = new.organization AND project = new.id);
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM projects AS heir
      WHERE heir.connection = new.connection AND heir.organization = new.organization AND heir.continues = new.id
      LIMIT 1);
  END;

CREATE TRIGGER spells_of_a_new_fix AFTER INSERT ON fixes
  BEGIN
    DELETE FROM spell_segments WHERE segment IN (
      SELECT segment FROM spell_fixes
      WHERE vulnerability = new.vulnerability AND package = new.package AND version = ifnull(new.version, ''));
  END;

-- Asked again, it says the same and is the newest: that matters only where another organization was told otherwise.
CREATE TRIGGER spells_of_a_changed_fix AFTER UPDATE OF state, as_of ON fixes
  WHEN new.state IS NOT old.state OR new.as_of IS NOT old.as_of AND EXISTS (
    SELECT 1 FROM fixes AS other
    WHERE other.connection = new.connection AND other.vulnerability = new.vulnerability
      AND other.package = new.package AND other.state <> new.state)
  BEGIN
    DELETE FROM spell_segments WHERE segment IN (
      SELECT segment FROM spell_fixes
      WHERE vulnerability = new.vulnerability AND package = new.package AND version = ifnull(new.version, ''));
  END;
