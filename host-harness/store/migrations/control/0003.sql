-- One-time links that sign a person in. Only the hash of each is kept.
CREATE TABLE sign_ins (
  hash       BLOB PRIMARY KEY,
  tenant     TEXT NOT NULL REFERENCES tenants (id),
  login      TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- People who are signed in to the pages. Only the hash of what their browser holds is kept.
CREATE TABLE visits (
  hash       BLOB PRIMARY KEY,
  tenant     TEXT NOT NULL REFERENCES tenants (id),
  login      TEXT NOT NULL,
  began_at   INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_of_tenant ON visits (tenant);
