-- +goose Up

-- What people have asked for. Times are Unix milliseconds, 0 = not yet.
CREATE TABLE request (
    id           TEXT PRIMARY KEY,
    type         TEXT NOT NULL,     -- access, erasure, objection, rectification, portability
    reference    TEXT NOT NULL,     -- commitment; what was typed is evidence. '' = a processor's flag asked
    received     INTEGER NOT NULL,
    due          INTEGER NOT NULL,     -- last day for the answer, as policy.Day
    confirmed    INTEGER NOT NULL,     -- when it was checked who asks
    confirmed_by TEXT NOT NULL,     -- pseudonym of who did
    answered     INTEGER NOT NULL,
    result       TEXT NOT NULL,     -- granted, refused, partly
    flagged      INTEGER NOT NULL      -- 1: a processor's flag says so, and has since
) STRICT;
CREATE TABLE request_key (
    request TEXT NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    key     BLOB NOT NULL,
    public  TEXT NOT NULL,          -- pseudonym in the log, for aka
    PRIMARY KEY (request, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_key_key ON request_key (key);

-- Names of the person, keyed: an address may have several.
CREATE TABLE request_name (
    request TEXT NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    name    BLOB NOT NULL,
    PRIMARY KEY (request, name)
) STRICT, WITHOUT ROWID;

-- The duties that carry a request out.
CREATE TABLE request_duty (
    request TEXT NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    duty    TEXT NOT NULL,
    PRIMARY KEY (request, duty)
) STRICT, WITHOUT ROWID;
