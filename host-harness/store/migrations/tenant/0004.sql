-- Requests of the API that are to be done once, whoever sends them again: what was asked, and what was answered.
CREATE TABLE once (
  api_key     TEXT NOT NULL,
  key         TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  at          INTEGER NOT NULL,
  status      INTEGER,  -- null while it is under way
  body        TEXT,     -- JSON
  PRIMARY KEY (api_key, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX once_by_age ON once (at);

-- Pages of changes by the time they were opened, those of which it is not known last, and of deployments by time.
CREATE INDEX changes_by_opening ON changes (ifnull(opened_at, -9223372036854775807) DESC, id);
CREATE INDEX own_deployments_by_time ON own_deployments (at DESC);
CREATE INDEX deployments_by_time ON deployments (at DESC);
