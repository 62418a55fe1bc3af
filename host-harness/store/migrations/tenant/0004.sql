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

-- What a decision came to beside its figures, as it stands in its JSON.
ALTER TABLE decisions ADD COLUMN bound TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN mode TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN band TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN overridden_by TEXT;
UPDATE decisions SET
  bound = settled ->> '$.decision', mode = settled ->> '$.mode', band = settled ->> '$.score.band',
  overridden_by = settled ->> '$.overridden.actor';

-- Lists of decisions are read from their indices alone: a row is some pages of evidence.
DROP INDEX decisions_by_time;
CREATE INDEX decisions_by_time ON decisions (
  integration, as_of, change, head_sha, observation,
  decision, enforced, told, introduced_high, introduced_low, introduced_unscored, introduced_highest,
  unattributed, dependencies, waived, security, score,
  asked_at, bound, mode, band, overridden_by
);
CREATE INDEX decisions_of_change ON decisions (
  integration, change, observation, as_of, asked_at, head_sha,
  decision, waived, security, score, bound, mode, band, overridden_by
);

-- Lists of changes, newest first. When one was opened does not change; where it is not known, the change comes last.
CREATE INDEX changes_by_opening ON changes (ifnull(opened_at, -9223372036854775807), id, state);
CREATE INDEX changes_by_opening_in_repository
  ON changes (repository, ifnull(opened_at, -9223372036854775807), id, state);

CREATE INDEX waivers_by_time ON waivers (created, id);
CREATE INDEX overrides_by_time ON overrides (at, change, head_sha, actor);
CREATE INDEX jobs_running ON jobs (key) WHERE state = 'running';

-- Pages of deployments by time.
CREATE INDEX own_deployments_by_time ON own_deployments (at DESC);
CREATE INDEX deployments_by_time ON deployments (at DESC);
