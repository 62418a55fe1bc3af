-- How many findings are open is told on pages, which must not read each finding for it. In this order no other query
-- takes it for the better way to its rows.
CREATE INDEX findings_by_state ON findings (connection, missing_since, open, vanished_at);
