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
CREATE INDEX once_under_way ON once (at) WHERE status IS NULL;

-- Sealed credentials of connections, in a table of their own: what is removed here is overwritten, and nothing else is
-- ever written beside it. Empty from the removal until the log has nothing of it any more; then there is no row.
CREATE TABLE credentials (
  connection INTEGER PRIMARY KEY REFERENCES connections (id),
  sealed     BLOB NOT NULL
) STRICT;
INSERT INTO credentials SELECT id, sealed FROM connections WHERE sealed IS NOT NULL;
ALTER TABLE connections DROP COLUMN sealed;
