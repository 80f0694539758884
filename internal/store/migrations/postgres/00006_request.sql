-- +goose Up

-- What people have asked for. Times are Unix milliseconds, 0 = not yet.
CREATE TABLE request (
    id           TEXT COLLATE "C" PRIMARY KEY,
    type         TEXT COLLATE "C" NOT NULL,     -- access, erasure, objection, rectification, portability
    reference    TEXT COLLATE "C" NOT NULL,     -- commitment; what was typed is evidence. '' = a processor's flag asked
    received     BIGINT NOT NULL,
    due          BIGINT NOT NULL,     -- last day for the answer, as policy.Day
    confirmed    BIGINT NOT NULL,     -- when it was checked who asks
    confirmed_by TEXT COLLATE "C" NOT NULL,     -- pseudonym of who did
    answered     BIGINT NOT NULL,
    result       TEXT COLLATE "C" NOT NULL,     -- granted, refused, partly
    flagged      BIGINT NOT NULL      -- 1: a processor's flag says so, and has since
);
CREATE TABLE request_key (
    request TEXT COLLATE "C" NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    key     BYTEA NOT NULL,
    public  TEXT COLLATE "C" NOT NULL,          -- pseudonym in the log, for aka
    PRIMARY KEY (request, key)
);
CREATE INDEX request_key_key ON request_key (key);

-- Names of the person, keyed: an address may have several.
CREATE TABLE request_name (
    request TEXT COLLATE "C" NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    name    BYTEA NOT NULL,
    PRIMARY KEY (request, name)
);

-- The duties that carry a request out.
CREATE TABLE request_duty (
    request TEXT COLLATE "C" NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    duty    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (request, duty)
);
