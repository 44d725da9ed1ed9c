-- What the office chose: one row for each setting that is not as it comes. Owned by crates/app.

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;

-- What a technician should know of a server, as its last test found it: a JSON list of stable names
-- (`default_password`, `superuser`, `unencrypted`). Owned by crates/erp.
ALTER TABLE server ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]';
