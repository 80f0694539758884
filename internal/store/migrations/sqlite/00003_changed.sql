-- +goose Up

-- Where a source's next read of changes begins, how it fares, and what its newest
-- read found.
ALTER TABLE source ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;     -- reads in a row that failed
ALTER TABLE source ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;   -- it rests until then
ALTER TABLE source ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';        -- JSON

ALTER TABLE cycle ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cycle_number ON cycle (number);

-- Everybody is decided again under these columns.
DELETE FROM person;
ALTER TABLE person ADD COLUMN public TEXT NOT NULL DEFAULT '';         -- pseudonym in the log
ALTER TABLE person ADD COLUMN cycle INTEGER NOT NULL DEFAULT 0;        -- number of the cycle that decided
ALTER TABLE person ADD COLUMN demands TEXT NOT NULL DEFAULT '{}';      -- JSON: ground and verb → records
CREATE INDEX person_until ON person (until) WHERE until > 0;
CREATE INDEX person_verdict ON person (verdict, id);
CREATE INDEX person_cycle ON person (cycle, public, verdict, rules);

-- Records whose links have changed, and persons to be decided on again. A cycle's
-- cost is theirs.
CREATE TABLE touched (
    observation INTEGER PRIMARY KEY
) STRICT;
INSERT INTO touched SELECT id FROM observation;
CREATE TABLE undecided (
    person INTEGER PRIMARY KEY,
    calls  INTEGER NOT NULL                 -- how often, so that a call during a decision is not lost
) STRICT;

-- What the decisions on persons found, and how many of everything there are.
CREATE TABLE person_finding (
    code      TEXT NOT NULL,
    processor TEXT NOT NULL,
    subject   TEXT NOT NULL,
    person    INTEGER NOT NULL,
    record    TEXT NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (code, processor, subject, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_finding_person ON person_finding (person);
CREATE TABLE tally (
    kind      TEXT NOT NULL,                -- verdict, demand (records), people, finding
    name      TEXT NOT NULL,
    processor TEXT NOT NULL,
    subject   TEXT NOT NULL,
    count     INTEGER NOT NULL,
    words     TEXT NOT NULL,
    PRIMARY KEY (kind, name, processor, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX duty_waiting ON duty (due) WHERE state = 'waiting';
CREATE INDEX duty_again ON duty (not_before) WHERE state IN ('refused', 'disputed');
CREATE INDEX duty_opened ON duty (opened_day);
