-- +goose Up

-- Who works on what. Times are of the machines' clocks, Unix milliseconds.
CREATE TABLE lease (
    name       TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,               -- '' = free
    epoch      INTEGER NOT NULL,            -- grows with every claim
    until      INTEGER NOT NULL,            -- when it runs out
    not_before INTEGER NOT NULL,            -- when it may be claimed after a failure
    failures   INTEGER NOT NULL,            -- in a row
    UNIQUE (name, epoch)
) STRICT;
