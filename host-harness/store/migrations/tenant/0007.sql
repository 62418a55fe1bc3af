-- How many findings there are of each kind, kept by triggers: whoever asks how many must not read each of them, and an
-- index that was only there to be counted cost more to write.
CREATE TABLE finding_counts (
  connection  INTEGER NOT NULL REFERENCES connections (id),
  class       TEXT NOT NULL,
  fix         TEXT NOT NULL,     -- as its listing has it
  is_open     INTEGER NOT NULL,
  is_missing  INTEGER NOT NULL,  -- whether walks lack it, even if it has vanished since
  is_vanished INTEGER NOT NULL,
  n           INTEGER NOT NULL,
  PRIMARY KEY (connection, class, fix, is_open, is_missing, is_vanished)
) STRICT, WITHOUT ROWID;

-- The first of the resolutions in each 512 rows of findings, so that one which is taken back is looked for among those.
CREATE TABLE finding_resolutions (
  connection INTEGER NOT NULL REFERENCES connections (id),
  block      INTEGER NOT NULL,
  oldest     INTEGER,
  PRIMARY KEY (connection, block)
) STRICT, WITHOUT ROWID;

INSERT INTO finding_counts
  SELECT connection, class, fix, open, missing_since IS NOT NULL, vanished_at IS NOT NULL, count(*)
  FROM findings GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO finding_resolutions
  SELECT connection, row >> 9, min(resolved_at) FROM findings WHERE resolved_at IS NOT NULL GROUP BY 1, 2;
DROP INDEX findings_by_state;

-- The id of a project hardly ever stands in two organizations, and what is looked up by key has vanished: entries of half
-- the bytes, so that a batch writes fewer pages.
DROP INDEX findings_by_project;
CREATE INDEX findings_by_project ON findings (project);
CREATE INDEX findings_vanished ON findings (project, key) WHERE vanished_at IS NOT NULL;

CREATE TRIGGER count_of_a_new_finding AFTER INSERT ON findings
  BEGIN
    INSERT INTO finding_counts VALUES (
      new.connection, new.class, new.fix, new.open, new.missing_since IS NOT NULL, new.vanished_at IS NOT NULL, 1)
      ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO finding_resolutions SELECT new.connection, new.row >> 9, new.resolved_at WHERE new.resolved_at IS NOT NULL
      ON CONFLICT DO UPDATE SET oldest = excluded.oldest WHERE oldest IS NULL OR oldest > excluded.oldest;
  END;

CREATE TRIGGER count_of_a_changed_finding
  AFTER UPDATE OF class, fix, open, missing_since, vanished_at ON findings
  WHEN (new.class, new.fix, new.open, new.missing_since IS NULL, new.vanished_at IS NULL)
    IS NOT (old.class, old.fix, old.open, old.missing_since IS NULL, old.vanished_at IS NULL)
  BEGIN
    UPDATE finding_counts SET n = n - 1
      WHERE connection = old.connection AND class = old.class AND fix = old.fix AND is_open = old.open
        AND is_missing = (old.missing_since IS NOT NULL) AND is_vanished = (old.vanished_at IS NOT NULL);
    INSERT INTO finding_counts VALUES (
      new.connection, new.class, new.fix, new.open, new.missing_since IS NOT NULL, new.vanished_at IS NOT NULL, 1)
      ON CONFLICT DO UPDATE SET n = n + 1;
  END;

CREATE TRIGGER resolution_of_a_changed_finding AFTER UPDATE OF resolved_at ON findings
  WHEN new.resolved_at IS NOT old.resolved_at
  BEGIN
    UPDATE finding_resolutions
      SET oldest = (
        SELECT min(resolved_at) FROM findings
        WHERE connection = new.connection AND row BETWEEN new.row & ~511 AND new.row | 511)
      WHERE connection = new.connection AND block = new.row >> 9 AND oldest = old.resolved_at;
    INSERT INTO finding_resolutions SELECT new.connection, new.row >> 9, new.resolved_at WHERE new.resolved_at IS NOT NULL
      ON CONFLICT DO UPDATE SET oldest = excluded.oldest WHERE oldest IS NULL OR oldest > excluded.oldest;
  END;

-- Open findings about packages of which their listing does not know a fix: few, and all that is known beside is theirs.
CREATE INDEX findings_without_fix ON findings (connection, vulnerability)
  WHERE fix = 'unknown' AND open = 1 AND vanished_at IS NULL AND packages <> '[]';

-- Findings that changed since their segment was kept. The others of the segment still hold, and are not read again.
CREATE TABLE spell_changes (
  row INTEGER PRIMARY KEY
) STRICT;

DROP TRIGGER spells_of_a_changed_finding;
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
    INSERT INTO spell_changes SELECT new.row FROM spell_segments WHERE segment = new.row >> 9 ON CONFLICT DO NOTHING;
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings AS heir
      WHERE heir.connection = new.connection AND heir.organization = new.organization AND heir.continues = new.id
      LIMIT 1);
  END;

-- Apart from the others, because every walk writes this column.
DROP TRIGGER spells_of_a_vanished_finding;
CREATE TRIGGER spells_of_a_vanished_finding AFTER UPDATE OF vanished_at ON findings
  WHEN new.vanished_at IS NOT old.vanished_at
  BEGIN
    INSERT INTO spell_changes SELECT new.row FROM spell_segments WHERE segment = new.row >> 9 ON CONFLICT DO NOTHING;
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings AS heir
      WHERE heir.connection = new.connection AND heir.organization = new.organization AND heir.continues = new.id
      LIMIT 1);
  END;

DROP TRIGGER spells_of_a_new_step;
CREATE TRIGGER spells_of_a_new_step AFTER INSERT ON remediations WHEN new.step <> 'first-seen'
  BEGIN
    INSERT INTO spell_changes SELECT new.finding FROM spell_segments WHERE segment = new.finding >> 9
      ON CONFLICT DO NOTHING;
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings JOIN findings AS heir
        ON  heir.connection = findings.connection AND heir.organization = findings.organization
        AND heir.continues = findings.id
      WHERE findings.row = new.finding LIMIT 1);
  END;

DROP TRIGGER spells_of_a_changed_step;
CREATE TRIGGER spells_of_a_changed_step AFTER UPDATE ON remediations
  WHEN new.step <> 'first-seen' AND new.source IS NOT old.source
  BEGIN
    INSERT INTO spell_changes SELECT new.finding FROM spell_segments WHERE segment = new.finding >> 9
      ON CONFLICT DO NOTHING;
    DELETE FROM spell_segments WHERE segment >= (
      SELECT 0 FROM findings JOIN findings AS heir
        ON  heir.connection = findings.connection AND heir.organization = findings.organization
        AND heir.continues = findings.id
      WHERE findings.row = new.finding LIMIT 1);
  END;
