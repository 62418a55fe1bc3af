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
