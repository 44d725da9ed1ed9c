-- The durable queue: jobs, what they hold while running, their log, schedules, and the audit trail.
-- Times are UTC, RFC 3339 with milliseconds; JSON is text.

CREATE TABLE job (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    kind             TEXT    NOT NULL,
    input            TEXT    NOT NULL CHECK (json_valid(input)),
    -- Two jobs of one kind and key are never active at once; NULL: any number may be.
    dedupe_key       TEXT,
    schedule         TEXT,
    state            TEXT    NOT NULL CHECK (state IN
                         ('queued', 'paused', 'running', 'done', 'failed', 'cancelled', 'uncertain')),
    attempts         INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Kills in a row without a checkpoint between them.
    interruptions    INTEGER NOT NULL DEFAULT 0 CHECK (interruptions >= 0),
    -- NULL: at once. A clock is only asked about work that somebody put off.
    run_at           TEXT,
    -- The instance that runs it: the name of its lock file.
    owner            TEXT,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    progress         TEXT CHECK (progress IS NULL OR json_valid(progress)),
    checkpoint       TEXT CHECK (checkpoint IS NULL OR json_valid(checkpoint)),
    result           TEXT CHECK (result IS NULL OR json_valid(result)),
    error            TEXT CHECK (error IS NULL OR json_valid(error)),
    created_at       TEXT    NOT NULL,
    changed_at       TEXT    NOT NULL,
    started_at       TEXT,
    finished_at      TEXT,
    -- Where this row's last change stands among the changes of all jobs, and who made it.
    revision         INTEGER NOT NULL,
    revised_by       TEXT    NOT NULL,
    CHECK ((state = 'running') = (owner IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled', 'uncertain')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'done') = (result IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX job_revision ON job (revision);
CREATE INDEX job_waiting ON job (id) WHERE state IN ('queued', 'paused');
CREATE INDEX job_running ON job (owner) WHERE state = 'running';
CREATE INDEX job_paused ON job (changed_at) WHERE state = 'paused';
CREATE INDEX job_put_off ON job (run_at) WHERE state IN ('queued', 'paused') AND run_at IS NOT NULL;
CREATE UNIQUE INDEX job_active_once ON job (kind, dedupe_key)
    WHERE dedupe_key IS NOT NULL AND state IN ('queued', 'paused', 'running');

-- The last revision given, kept apart from `job` so that deleting old jobs never gives one twice.
CREATE TABLE job_revision_counter (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    value INTEGER NOT NULL
) STRICT;
INSERT INTO job_revision_counter (id, value) VALUES (1, 0);

-- What running jobs hold. The key is what makes a resource exclusive over all processes.
CREATE TABLE job_resource (
    resource TEXT    NOT NULL PRIMARY KEY,
    job_id   INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX job_resource_by_job ON job_resource (job_id);

CREATE TRIGGER job_lets_go AFTER UPDATE OF state ON job
WHEN OLD.state = 'running' AND NEW.state <> 'running'
BEGIN
    DELETE FROM job_resource WHERE job_id = NEW.id;
END;

CREATE TABLE job_log (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    at     TEXT    NOT NULL,
    level  TEXT    NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
    text   TEXT    NOT NULL
) STRICT;
CREATE INDEX job_log_by_job ON job_log (job_id, id);

CREATE TABLE schedule (
    name        TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    input       TEXT    NOT NULL CHECK (json_valid(input)),
    cron        TEXT    NOT NULL,
    -- IANA name.
    zone        TEXT    NOT NULL,
    catch_up    INTEGER NOT NULL CHECK (catch_up IN (0, 1)),
    enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    next_run    TEXT,
    -- When `next_run` was worked out: a clock that stands before it was set back.
    computed_at TEXT    NOT NULL,
    last_run    TEXT,
    last_job    INTEGER REFERENCES job (id) ON DELETE SET NULL,
    CHECK ((enabled = 1) = (next_run IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_next_run ON schedule (next_run) WHERE enabled = 1;
-- For the foreign key: deleting a job looks here.
CREATE INDEX schedule_last_job ON schedule (last_job);

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, id);

CREATE TRIGGER audit_keeps_what_it_says BEFORE UPDATE ON audit
BEGIN
    SELECT raise(ABORT, 'the audit trail is append-only');
END;

CREATE TRIGGER audit_keeps_its_rows BEFORE DELETE ON audit
BEGIN
    SELECT raise(ABORT, 'the audit trail is append-only');
END;

-- `INSERT OR REPLACE` deletes without asking the trigger above.
CREATE TRIGGER audit_replaces_nothing BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
    SELECT raise(ABORT, 'the audit trail is append-only');
END;
