-- +goose Up

-- One value a key: what the state is of, and what the daemon remembers of itself.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The latest reads of each processor. Times are Unix milliseconds, 0 = never.
CREATE TABLE source (
    processor  TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,            -- of the read that is newest
    read_at    INTEGER NOT NULL,            -- when it began
    whole      INTEGER NOT NULL,            -- 1: it saw everything
    whole_at   INTEGER NOT NULL,            -- when the latest whole read began
    wholes     INTEGER NOT NULL,            -- whole reads so far
    first_at   INTEGER NOT NULL,            -- when the first whole one began
    contacts   INTEGER NOT NULL,            -- records in the latest whole read
    signature  TEXT NOT NULL,               -- the observations' of the latest whole read
    hosting    TEXT NOT NULL,
    region     TEXT NOT NULL,
    fault      TEXT NOT NULL                -- of the newest read, '' = none
) STRICT;

-- What is kept of a contact. No column holds a direct identifier.
CREATE TABLE observation (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never again: it names a person, of whom duties and limits remain
    processor  TEXT NOT NULL,
    object     TEXT NOT NULL,
    record     TEXT NOT NULL,
    person     INTEGER NOT NULL,            -- smallest id of the person's observations
    generation INTEGER NOT NULL,
    read_at    INTEGER NOT NULL,
    name       BLOB NOT NULL,
    facts      TEXT NOT NULL,
    UNIQUE (processor, object, record)
) STRICT;
CREATE INDEX observation_person ON observation (person, id);

CREATE TABLE identifier (
    key         BLOB NOT NULL,
    observation INTEGER NOT NULL REFERENCES observation (id) ON DELETE CASCADE,
    alone       INTEGER NOT NULL,
    email       INTEGER NOT NULL,
    public      TEXT NOT NULL,              -- pseudonym in the log, '' for a link
    PRIMARY KEY (key, observation)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_observation ON identifier (observation);

-- The latest decision on each person.
CREATE TABLE person (
    id       INTEGER PRIMARY KEY,
    verdict  TEXT NOT NULL,
    rules    TEXT NOT NULL,                 -- grounds and verbs, for "has it changed?"
    revision TEXT NOT NULL,
    lapses   INTEGER NOT NULL,              -- day, as policy.Day
    until    INTEGER NOT NULL               -- Unix milliseconds, 0 = never
) STRICT;

CREATE TABLE duty (
    id         TEXT PRIMARY KEY,
    person     INTEGER NOT NULL,
    processor  TEXT NOT NULL,
    object     TEXT NOT NULL,
    record     TEXT NOT NULL,
    verb       TEXT NOT NULL,
    extent     INTEGER NOT NULL,
    topic      TEXT NOT NULL,
    ground     TEXT NOT NULL,
    episode    INTEGER NOT NULL,
    state      TEXT NOT NULL,
    opened     INTEGER NOT NULL,
    opened_day INTEGER NOT NULL,            -- the controller's
    due        INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    restorable INTEGER NOT NULL,
    batch      TEXT NOT NULL,
    decision   TEXT NOT NULL                -- id of the decision that opened it
) STRICT;
CREATE INDEX duty_person ON duty (person);
CREATE INDEX duty_state ON duty (state, processor);
CREATE INDEX duty_record ON duty (processor, object, record);

-- Who was acted on, for the daily limits.
CREATE TABLE spent (
    day    INTEGER NOT NULL,
    verb   TEXT NOT NULL,
    person INTEGER NOT NULL,
    PRIMARY KEY (day, verb, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
    digest  TEXT PRIMARY KEY,
    why     TEXT NOT NULL,
    duties  INTEGER NOT NULL,
    persons INTEGER NOT NULL,
    population INTEGER NOT NULL,
    verbs   TEXT NOT NULL,                  -- JSON
    frozen  INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE TABLE batch_duty (
    batch TEXT NOT NULL REFERENCES batch (digest) ON DELETE CASCADE,
    duty  TEXT NOT NULL,
    PRIMARY KEY (batch, duty)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_duty_duty ON batch_duty (duty);
CREATE TABLE approval (
    batch TEXT NOT NULL REFERENCES batch (digest) ON DELETE CASCADE,
    who   TEXT NOT NULL,                    -- pseudonym
    at    INTEGER NOT NULL,
    sample INTEGER NOT NULL,                -- 1: of a sample only
    PRIMARY KEY (batch, who)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold (
    id        TEXT PRIMARY KEY,
    basis     TEXT NOT NULL,
    reference TEXT NOT NULL,                -- commitment; what was typed is evidence
    until_day INTEGER NOT NULL,
    added     INTEGER NOT NULL,
    released  INTEGER NOT NULL              -- 0 = in force
) STRICT;
CREATE TABLE hold_key (
    hold   TEXT NOT NULL REFERENCES hold (id) ON DELETE CASCADE,
    key    BLOB NOT NULL,
    public TEXT NOT NULL,                   -- pseudonym in the log, for aka
    PRIMARY KEY (hold, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_key_key ON hold_key (key);

-- What remains of people.
CREATE TABLE suppression (
    key    BLOB NOT NULL,
    kind   TEXT NOT NULL,                   -- refused, erased, lapsed
    extent INTEGER NOT NULL,
    topic  TEXT NOT NULL,                   -- the policy's name of it
    since  INTEGER NOT NULL,                -- Unix seconds: of the refusal, else of the deletion
    until_day INTEGER NOT NULL,             -- 0 = until lifted
    public TEXT NOT NULL,                   -- the person's pseudonym in the log when it was added
    PRIMARY KEY (key, kind, extent, topic)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
    id        TEXT PRIMARY KEY,
    code      TEXT NOT NULL,
    clause    TEXT NOT NULL,
    processor TEXT NOT NULL,
    subject   TEXT NOT NULL,                -- what tells two of one code apart
    count     INTEGER NOT NULL,
    sample    TEXT NOT NULL,                -- refs of records, spaces between
    opened    INTEGER NOT NULL,
    resolved  INTEGER NOT NULL              -- 0 = open
) STRICT;
CREATE UNIQUE INDEX finding_open ON finding (code, processor, subject) WHERE resolved = 0;

CREATE TABLE cycle (
    id       TEXT PRIMARY KEY,
    started  INTEGER NOT NULL,
    finished INTEGER NOT NULL,              -- 0 = running or interrupted
    mode     TEXT NOT NULL,
    summary  TEXT NOT NULL                  -- JSON
) STRICT;

CREATE TABLE policy (
    revision  TEXT PRIMARY KEY,
    version   TEXT NOT NULL,
    text      TEXT NOT NULL,
    activated INTEGER NOT NULL              -- 0 = only proposed
) STRICT;

-- The audit log. audit_entry.bytes is the truth; the other columns are an index.
CREATE TABLE audit_head (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    size  INTEGER NOT NULL,
    roots BLOB NOT NULL,                    -- roots of the perfect subtrees, 32 bytes each
    at    TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (id, size, roots, at) VALUES (1, 0, x'', '');
CREATE TABLE audit_entry (
    idx    INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    person TEXT NOT NULL,
    cycle  TEXT NOT NULL,
    bytes  BLOB NOT NULL
) STRICT;
CREATE INDEX audit_entry_person ON audit_entry (person) WHERE person <> '';
CREATE TABLE audit_tile (
    level  INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_checkpoint (
    size INTEGER PRIMARY KEY,
    note BLOB NOT NULL
) STRICT;
CREATE TABLE audit_evidence (
    commitment TEXT PRIMARY KEY,
    salt       BLOB NOT NULL,
    data       BLOB NOT NULL,
    expires    INTEGER NOT NULL
) STRICT;

-- Seat belts, no evidence: what was logged is not changed, and has no gaps.
-- +goose StatementBegin
CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'an audit entry is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entry_gap BEFORE INSERT ON audit_entry WHEN NEW.idx <> COALESCE((SELECT MAX(idx) + 1 FROM audit_entry), 0)
BEGIN SELECT RAISE(ABORT, 'audit entries have no gaps'); END;
-- +goose StatementEnd
