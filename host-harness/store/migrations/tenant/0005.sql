-- Where one vulnerability is: over all projects and branches.
CREATE INDEX findings_by_vulnerability ON findings (connection, vulnerability);
CREATE INDEX waivers_by_vulnerability ON waivers (vulnerability);

-- What vulnerabilities are looked for by: their ids, their other names, and their packages. A term may outlive what it
-- was made of.
CREATE TABLE finding_terms (
  connection    INTEGER NOT NULL REFERENCES connections (id),
  term          TEXT NOT NULL COLLATE NOCASE,
  vulnerability TEXT NOT NULL,
  PRIMARY KEY (connection, term, vulnerability)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO finding_terms (connection, term, vulnerability)
  SELECT connection, vulnerability, vulnerability FROM findings
  UNION SELECT connection, value, vulnerability FROM findings, json_each(aliases)
  UNION SELECT connection, value ->> 'name', vulnerability FROM findings, json_each(packages);
