-- Servers of ERPs, the companies found on them, and what was extracted. Owned by crates/erp.

CREATE TABLE server (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    kind TEXT NOT NULL CHECK (kind IN ('firebird', 'files')),
    host TEXT NOT NULL DEFAULT '',
    port INTEGER NOT NULL DEFAULT 0,
    user_name TEXT NOT NULL DEFAULT '',
    -- Name of the secret in the keyring, never the secret.
    secret_name TEXT,
    -- Database that lists the companies (path on the server, or alias); the folder for `files`.
    master TEXT NOT NULL,
    profile TEXT NOT NULL,
    -- JSON of erp::servers::Options.
    options TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    checked_at TEXT,
    -- JSON of puente_core::Error; NULL when the last contact went well.
    last_error TEXT
) STRICT;

CREATE TABLE company (
    id INTEGER PRIMARY KEY,
    server_id INTEGER NOT NULL REFERENCES server (id),
    -- Digits only, check digit included. Unique with the year over all servers.
    nit TEXT NOT NULL,
    fiscal_year INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The NIT as the ERP writes it.
    nit_written TEXT NOT NULL,
    check_digit_ok INTEGER NOT NULL,
    -- Database of this company and year, as the ERP writes it.
    location TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'gone')),
    discovered_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    UNIQUE (nit, fiscal_year)
) STRICT;
CREATE INDEX company_server ON company (server_id);

-- One row for each run that read a company, whatever its end.
CREATE TABLE extraction (
    id INTEGER PRIMARY KEY,
    company_id INTEGER NOT NULL REFERENCES company (id),
    job_id TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('full', 'incremental')),
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    rows_read INTEGER NOT NULL,
    inserted INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    -- JSON of erp::extract::Notes: what was odd, counters of the server before and after.
    notes TEXT NOT NULL
) STRICT;
CREATE INDEX extraction_company ON extraction (company_id, id);

-- The proof of completeness of a run, kept whether it held or not.
CREATE TABLE proof (
    id INTEGER PRIMARY KEY,
    company_id INTEGER NOT NULL REFERENCES company (id),
    taken_at TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('totals', 'deep')),
    holds INTEGER NOT NULL,
    -- JSON of erp::proof::Proof.
    body TEXT NOT NULL
) STRICT;
CREATE INDEX proof_company ON proof (company_id, id);

-- What a warehouse of the ERP means, by its name: the first pattern that fits decides.
-- Empty for a profile = the rules that the profile ships.
CREATE TABLE place_rule (
    profile TEXT NOT NULL,
    position INTEGER NOT NULL,
    pattern TEXT NOT NULL,
    flag TEXT NOT NULL,
    PRIMARY KEY (profile, position)
) STRICT;
