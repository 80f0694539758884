-- +goose Up

-- The day by which a finding must be dealt with, as policy.Day; 0 = none.
ALTER TABLE finding ADD COLUMN due BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person_finding ADD COLUMN due BIGINT NOT NULL DEFAULT 0;
CREATE INDEX person_finding_due ON person_finding (code, processor, subject, due, person) WHERE due > 0;

-- What a processor's account shows beside its contacts, as it was last asked.
ALTER TABLE source ADD COLUMN account TEXT COLLATE "C" NOT NULL DEFAULT '';       -- JSON, '' = never seen
ALTER TABLE source ADD COLUMN account_at BIGINT NOT NULL DEFAULT 0;               -- when it was seen, Unix milliseconds
ALTER TABLE source ADD COLUMN account_fault TEXT COLLATE "C" NOT NULL DEFAULT ''; -- of the latest try, '' = none
