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
