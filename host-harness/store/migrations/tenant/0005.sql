-- Where one vulnerability is: over all projects and branches.
CREATE INDEX findings_by_vulnerability ON findings (connection, vulnerability);
