-- What the platform itself knows, whatever is connected. Conventions are those of the first file.

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
  told                INTEGER NOT NULL,
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
  decision, enforced, told, introduced_high, introduced_low, introduced_unscored, introduced_highest,
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
