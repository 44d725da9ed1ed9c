-- Ledger `solar` and sales out of local databases. Owned by crates/sales.
-- The kinds are checked, so that both tables are made anew; foreign keys are off while migrating.

CREATE TABLE ledger_account_new (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    kind        TEXT    NOT NULL CHECK (kind IN ('siigo', 'solar')),
    base_url    TEXT    NOT NULL,
    user_name   TEXT    NOT NULL,
    partner_id  TEXT    NOT NULL,
    -- Requests that the cloud takes in a minute.
    per_minute  INTEGER NOT NULL CHECK (per_minute BETWEEN 1 AND 100000),
    -- Name of the access key in the keyring, never the key.
    secret_name TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    checked_at  TEXT,
    -- JSON of puente_core::Error; NULL when the last contact went well.
    last_error  TEXT,
    -- JSON: what only this kind has.
    settings    TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(settings))
) STRICT;
INSERT INTO ledger_account_new (id, name, kind, base_url, user_name, partner_id, per_minute, secret_name, created_at,
    checked_at, last_error)
    SELECT id, name, kind, base_url, user_name, partner_id, per_minute, secret_name, created_at, checked_at, last_error
    FROM ledger_account;
DROP TABLE ledger_account;
ALTER TABLE ledger_account_new RENAME TO ledger_account;

CREATE TABLE channel_account_new (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL COLLATE NOCASE,
    kind         TEXT    NOT NULL CHECK (kind IN ('mercadolibre', 'database')),
    site         TEXT    NOT NULL,
    api_url      TEXT    NOT NULL,
    auth_url     TEXT    NOT NULL,
    client_id    TEXT    NOT NULL,
    redirect_uri TEXT    NOT NULL,
    -- The channel's own number of the seller; empty until someone authorised.
    seller_id    TEXT    NOT NULL DEFAULT '',
    nickname     TEXT    NOT NULL DEFAULT '',
    ledger_id    INTEGER REFERENCES ledger_account (id),
    -- JSON of puente_sales::Rules.
    rules        TEXT    NOT NULL CHECK (json_valid(rules)),
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'connected', 'lost', 'removed')),
    -- JSON: how far the reading of orders has come.
    checkpoint   TEXT    CHECK (checkpoint IS NULL OR json_valid(checkpoint)),
    created_at   TEXT    NOT NULL,
    synced_at    TEXT,
    last_error   TEXT,
    -- JSON: what only this kind has.
    settings     TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(settings))
) STRICT;
INSERT INTO channel_account_new (id, name, kind, site, api_url, auth_url, client_id, redirect_uri, seller_id, nickname,
    ledger_id, rules, state, checkpoint, created_at, synced_at, last_error)
    SELECT id, name, kind, site, api_url, auth_url, client_id, redirect_uri, seller_id, nickname, ledger_id, rules,
    state, checkpoint, created_at, synced_at, last_error FROM channel_account;
DROP TABLE channel_account;
ALTER TABLE channel_account_new RENAME TO channel_account;
CREATE UNIQUE INDEX channel_account_name ON channel_account (name) WHERE state <> 'removed';
CREATE UNIQUE INDEX channel_account_seller ON channel_account (kind, site, seller_id) WHERE seller_id <> '';

-- Documents that are marked as sent: in their source, or here because the source can't be written.
CREATE TABLE sale_mark (
    sale_id INTEGER NOT NULL PRIMARY KEY REFERENCES sale (id) ON DELETE CASCADE,
    state   TEXT    NOT NULL CHECK (state IN ('source', 'here')),
    at      TEXT    NOT NULL,
    -- Why it is here and not there: a code; empty otherwise.
    why     TEXT    NOT NULL DEFAULT ''
) STRICT;

-- Every attempt at sending to a ledger: when, what, and what came back. Bodies stand in sale_send.
CREATE TABLE sale_attempt (
    id       INTEGER PRIMARY KEY,
    send_id  INTEGER NOT NULL,
    sale_id  INTEGER NOT NULL REFERENCES sale (id) ON DELETE CASCADE,
    version  INTEGER NOT NULL,
    at       TEXT    NOT NULL,
    -- SHA-256 of the body, in hexadecimal.
    sha256   TEXT    NOT NULL,
    -- '' while no answer is known: accepted, there, refused, not_now, stop, unknown.
    answer   TEXT    NOT NULL DEFAULT '',
    said     TEXT    NOT NULL DEFAULT '',
    ended_at TEXT
) STRICT;
CREATE INDEX sale_attempt_by_sale ON sale_attempt (sale_id, id);

-- Whether another sale is the same document in the ledger.
CREATE INDEX sale_send_by_marker ON sale_send (ledger_id, marker);
