-- How many findings are open is told on pages, which must not read them all.
CREATE INDEX findings_open ON findings (connection) WHERE open = 1 AND vanished_at IS NULL;
CREATE INDEX findings_vanished ON findings (connection) WHERE vanished_at IS NOT NULL;
