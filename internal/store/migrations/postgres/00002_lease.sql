-- +goose Up

-- Who works on what. Times are of the machines' clocks, Unix milliseconds.
CREATE TABLE lease (
    name       TEXT COLLATE "C" PRIMARY KEY,
    holder     TEXT COLLATE "C" NOT NULL,   -- '' = free
    epoch      BIGINT NOT NULL,             -- grows with every claim
    until      BIGINT NOT NULL,             -- when it runs out
    not_before BIGINT NOT NULL,             -- when it may be claimed after a failure
    failures   BIGINT NOT NULL,             -- in a row
    UNIQUE (name, epoch)                    -- makes a new epoch a change of key: a claim waits for who shares the key, a renewal doesn't
);
