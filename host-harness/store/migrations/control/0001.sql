-- The key file that everything here is wrapped with: its id, and an empty text sealed with it.
CREATE TABLE vault (
  one       INTEGER PRIMARY KEY CHECK (one = 1),
  key_id    TEXT NOT NULL,
  key_check BLOB NOT NULL
) STRICT;

-- Who may have a database, and the wrapped data key of each.
CREATE TABLE tenants (
  id       TEXT PRIMARY KEY,
  data_key BLOB NOT NULL
) STRICT;

-- Keys of the HTTP API. Only their hashes: 32 random bytes cannot be guessed, so no salt and no slow hash are needed.
CREATE TABLE api_keys (
  id           TEXT PRIMARY KEY,
  tenant       TEXT NOT NULL REFERENCES tenants (id),
  name         TEXT NOT NULL,
  scopes       TEXT NOT NULL,  -- JSON
  login        TEXT,
  hash         BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at   INTEGER
) STRICT;
CREATE INDEX api_keys_of_tenant ON api_keys (tenant, created_at, id);
