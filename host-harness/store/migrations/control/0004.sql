-- Versions of integrations that were installed. The bytes of each are in `plugins/<hash>.wasm`.
CREATE TABLE plugin_versions (
  hash         TEXT PRIMARY KEY,  -- SHA-256 of the component, in hexadecimal
  integration  TEXT NOT NULL,
  version      TEXT NOT NULL,
  bytes        INTEGER NOT NULL,
  manifest     TEXT NOT NULL,     -- JSON, as the component gave it when it was installed
  installed_at INTEGER NOT NULL,
  installed_by TEXT NOT NULL,
  file         TEXT NOT NULL,
  signer       TEXT,              -- id of the key; null for none
  signature    BLOB,
  UNIQUE (integration, version),
  CHECK ((signer IS NULL) = (signature IS NULL))
) STRICT;

-- Which versions serve whom; an integration that nothing was swapped in for has none.
CREATE TABLE rollouts (
  integration TEXT PRIMARY KEY,
  rollout     TEXT NOT NULL  -- JSON
) STRICT;

-- Everything that was done with them. The last number tells programs that run whether anything changed.
CREATE TABLE plugin_history (
  seq         INTEGER PRIMARY KEY,
  integration TEXT NOT NULL,
  swap        TEXT NOT NULL  -- JSON
) STRICT;
CREATE INDEX plugin_history_of_integration ON plugin_history (integration, seq);
CREATE TRIGGER plugin_history_is_not_altered BEFORE UPDATE ON plugin_history
  BEGIN SELECT RAISE(ABORT, 'the history of plugins is never altered'); END;
CREATE TRIGGER plugin_history_is_not_shortened BEFORE DELETE ON plugin_history
  BEGIN SELECT RAISE(ABORT, 'the history of plugins is never shortened'); END;
-- An insert that replaces a row does not count as its deletion.
CREATE TRIGGER plugin_history_is_only_appended BEFORE INSERT ON plugin_history
  WHEN new.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM plugin_history)
  BEGIN SELECT RAISE(ABORT, 'the history of plugins is only appended to'); END;
