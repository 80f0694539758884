-- +goose Up

-- Where a source's next read of changes begins, how it fares, and what its newest
-- read found.
ALTER TABLE source ADD COLUMN mark TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;     -- reads in a row that failed
ALTER TABLE source ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;   -- it rests until then
ALTER TABLE source ADD COLUMN notes TEXT COLLATE "C" NOT NULL DEFAULT '[]';        -- JSON

ALTER TABLE cycle ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cycle_number ON cycle (number);

-- Everybody is decided again under these columns.
DELETE FROM person;
ALTER TABLE person ADD COLUMN public TEXT COLLATE "C" NOT NULL DEFAULT '';         -- pseudonym in the log
ALTER TABLE person ADD COLUMN cycle BIGINT NOT NULL DEFAULT 0;        -- number of the cycle that decided
ALTER TABLE person ADD COLUMN demands TEXT COLLATE "C" NOT NULL DEFAULT '{}';      -- JSON: ground and verb → records
CREATE INDEX person_until ON person (until) WHERE until > 0;
CREATE INDEX person_verdict ON person (verdict, id);
CREATE INDEX person_cycle ON person (cycle, public, verdict, rules);

-- Records whose links have changed, and persons to be decided on again. A cycle's
-- cost is theirs.
CREATE TABLE touched (
    observation BIGINT PRIMARY KEY
);
INSERT INTO touched SELECT id FROM observation;
CREATE TABLE undecided (
    person BIGINT PRIMARY KEY,
    calls  BIGINT NOT NULL                 -- how often, so that a call during a decision is not lost
);

-- What the decisions on persons found, and how many of everything there are.
CREATE TABLE person_finding (
    code      TEXT COLLATE "C" NOT NULL,
    processor TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    person    BIGINT NOT NULL,
    record    TEXT COLLATE "C" NOT NULL,
    count     BIGINT NOT NULL,
    PRIMARY KEY (code, processor, subject, person)
);
CREATE INDEX person_finding_person ON person_finding (person);
CREATE TABLE tally (
    kind      TEXT COLLATE "C" NOT NULL,                -- verdict, demand (records), people, finding
    name      TEXT COLLATE "C" NOT NULL,
    processor TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    count     BIGINT NOT NULL,
    words     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, name, processor, subject)
);

CREATE INDEX duty_waiting ON duty (due) WHERE state = 'waiting';
CREATE INDEX duty_again ON duty (not_before) WHERE state IN ('refused', 'disputed');
CREATE INDEX duty_opened ON duty (opened_day);
