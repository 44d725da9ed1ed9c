-- SQL Server among the kinds of servers. Owned by crates/erp.
--
-- A CHECK can't be changed, so that the table is made anew. Rows of `company` point at it: until the
-- rows are back, that they point at nothing is passed over.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE server_before AS SELECT * FROM server;
DROP TABLE server;

CREATE TABLE server (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    kind TEXT NOT NULL CHECK (kind IN ('firebird', 'sqlserver', 'files')),
    host TEXT NOT NULL DEFAULT '',
    -- 0 for files, and where SQL Browser tells the port of a named instance.
    port INTEGER NOT NULL DEFAULT 0,
    user_name TEXT NOT NULL DEFAULT '',
    -- Name of the secret in the keyring, never the secret.
    secret_name TEXT,
    -- Database that lists the companies (path on the server, alias or name); the folder for `files`.
    master TEXT NOT NULL,
    profile TEXT NOT NULL,
    -- JSON of erp::servers::Options.
    options TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    checked_at TEXT,
    -- JSON of puente_core::Error; NULL when the last contact went well.
    last_error TEXT,
    -- A JSON list of stable names.
    warnings TEXT NOT NULL DEFAULT '[]'
) STRICT;

INSERT INTO server (id, name, kind, host, port, user_name, secret_name, master, profile, options,
    created_at, updated_at, checked_at, last_error, warnings)
SELECT id, name, kind, host, port, user_name, secret_name, master, profile, options,
    created_at, updated_at, checked_at, last_error, warnings
FROM server_before;
DROP TABLE server_before;
