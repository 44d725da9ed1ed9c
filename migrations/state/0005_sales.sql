-- Sales of channels, their invoices in ledgers, and what each earned. Owned by crates/sales.
-- Amounts are integers x 10^4; times UTC, RFC 3339 with milliseconds; JSON is text.

-- A company in an accounting cloud.
CREATE TABLE ledger_account (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    kind        TEXT    NOT NULL CHECK (kind IN ('siigo')),
    base_url    TEXT    NOT NULL,
    user_name   TEXT    NOT NULL,
    partner_id  TEXT    NOT NULL,
    -- Requests that the cloud takes in a minute.
    per_minute  INTEGER NOT NULL CHECK (per_minute BETWEEN 1 AND 1000),
    -- Name of the access key in the keyring, never the key.
    secret_name TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    checked_at  TEXT,
    -- JSON of puente_core::Error; NULL when the last contact went well.
    last_error  TEXT
) STRICT;

-- What a ledger expects, as it was last fetched.
CREATE TABLE ledger_catalogue (
    ledger_id  INTEGER NOT NULL REFERENCES ledger_account (id),
    kind       TEXT    NOT NULL,
    fetched_at TEXT    NOT NULL,
    body       TEXT    NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (ledger_id, kind)
) STRICT, WITHOUT ROWID;

-- Requests that were let through lately, over all processes: what keeps a company within its quota.
CREATE TABLE quota_use (
    scope TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX quota_use_by_scope ON quota_use (scope, at_ms);

-- A seller's account in a sales channel. Removed ones stay, so that what was invoiced stays known.
CREATE TABLE channel_account (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL COLLATE NOCASE,
    kind         TEXT    NOT NULL CHECK (kind IN ('mercadolibre')),
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
    last_error   TEXT
) STRICT;
CREATE UNIQUE INDEX channel_account_name ON channel_account (name) WHERE state <> 'removed';
CREATE UNIQUE INDEX channel_account_seller ON channel_account (kind, site, seller_id) WHERE seller_id <> '';

-- Who renews the tokens of an account now: a refresh token is good once.
CREATE TABLE channel_renewal (
    channel_id INTEGER NOT NULL PRIMARY KEY REFERENCES channel_account (id),
    owner      TEXT    NOT NULL,
    until_ms   INTEGER NOT NULL
) STRICT;

-- What a sale's values become in the ledger.
CREATE TABLE sale_mapping (
    channel_id INTEGER NOT NULL REFERENCES channel_account (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('product', 'payment', 'tax', 'city', 'id_type')),
    source     TEXT    NOT NULL,
    target     TEXT    NOT NULL,
    updated_at TEXT    NOT NULL,
    PRIMARY KEY (channel_id, kind, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE sale (
    id         INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL REFERENCES channel_account (id),
    -- The pack, or the order that is in none.
    key        TEXT    NOT NULL,
    sold_at    TEXT    NOT NULL,
    updated_at TEXT    NOT NULL,
    -- As the channel has it: paid, pending, cancelled, refunded.
    status     TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN
                   ('pending', 'ready', 'sending', 'uncertain', 'invoiced', 'stamped', 'refused', 'voided')),
    buyer      TEXT    NOT NULL,
    -- What a search looks in, lower case.
    search     TEXT    NOT NULL,
    items      INTEGER NOT NULL,
    currency   TEXT    NOT NULL,
    paid_e4    INTEGER NOT NULL,
    -- Of the draft; NULL when there is none.
    total_e4   INTEGER,
    -- JSON list of what stands in the way.
    reasons    TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(reasons)),
    -- The first of them by name, for counting.
    reason     TEXT,
    margin_e4  INTEGER,
    estimated  INTEGER NOT NULL DEFAULT 1 CHECK (estimated IN (0, 1)),
    -- The number of the invoice, and how the tax authority took it; empty before.
    invoice    TEXT    NOT NULL DEFAULT '',
    stamp      TEXT    NOT NULL DEFAULT '',
    -- Of the channel's data: a sale that did not change is not written again.
    digest     TEXT    NOT NULL,
    changed_at TEXT    NOT NULL,
    UNIQUE (channel_id, key)
) STRICT;
CREATE INDEX sale_by_date ON sale (sold_at, id);
CREATE INDEX sale_by_state ON sale (state, sold_at);

-- Apart from `sale`, so that a list need not read past it.
CREATE TABLE sale_body (
    sale_id INTEGER NOT NULL PRIMARY KEY REFERENCES sale (id) ON DELETE CASCADE,
    body    TEXT    NOT NULL
) STRICT;

-- In which sale each order of a channel is: never in two.
CREATE TABLE sale_order (
    channel_id INTEGER NOT NULL REFERENCES channel_account (id),
    order_id   TEXT    NOT NULL,
    sale_id    INTEGER NOT NULL REFERENCES sale (id) ON DELETE CASCADE,
    PRIMARY KEY (channel_id, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sale_order_by_sale ON sale_order (sale_id);

-- The outbox: what is to be, is being, or was sent. Written before anything leaves.
CREATE TABLE sale_send (
    id              INTEGER PRIMARY KEY,
    sale_id         INTEGER NOT NULL REFERENCES sale (id),
    ledger_id       INTEGER NOT NULL REFERENCES ledger_account (id),
    -- Grows after a refusal only, and with it the key.
    version         INTEGER NOT NULL,
    idempotency_key TEXT    NOT NULL UNIQUE,
    marker          TEXT    NOT NULL,
    customer        TEXT    NOT NULL,
    total_e4        INTEGER NOT NULL,
    -- Exactly what goes out.
    body            TEXT    NOT NULL CHECK (json_valid(body)),
    state           TEXT    NOT NULL CHECK (state IN ('intent', 'sent', 'uncertain', 'accepted', 'refused')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    -- Whether an attempt ever went without an answer.
    doubtful        INTEGER NOT NULL DEFAULT 0 CHECK (doubtful IN (0, 1)),
    created_at      TEXT    NOT NULL,
    sent_at         TEXT,
    settled_at      TEXT,
    -- JSON: the invoice, the refusals, or what was seen when the answer failed.
    outcome         TEXT    CHECK (outcome IS NULL OR json_valid(outcome)),
    UNIQUE (sale_id, version)
) STRICT;
-- The property above all others: a sale has at most one sending that is not refused.
CREATE UNIQUE INDEX sale_send_once ON sale_send (sale_id) WHERE state <> 'refused';
CREATE INDEX sale_send_open ON sale_send (ledger_id) WHERE state IN ('intent', 'sent', 'uncertain');

CREATE TABLE sale_invoice (
    sale_id    INTEGER NOT NULL PRIMARY KEY REFERENCES sale (id),
    ledger_id  INTEGER NOT NULL REFERENCES ledger_account (id),
    -- The ledger's own id of it.
    invoice_id TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    date       TEXT    NOT NULL,
    total_e4   INTEGER NOT NULL,
    -- As the ledger says it, an open list: '', Draft, Accepted, Rejected.
    stamp      TEXT    NOT NULL DEFAULT '',
    cufe       TEXT    NOT NULL DEFAULT '',
    errors     TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(errors)),
    public_url TEXT    NOT NULL DEFAULT '',
    -- Whether a stamp is to be waited for.
    awaits     INTEGER NOT NULL CHECK (awaits IN (0, 1)),
    polled_at  TEXT,
    -- Names of the kept files in the folder of invoices.
    pdf        TEXT    NOT NULL DEFAULT '',
    xml        TEXT    NOT NULL DEFAULT '',
    UNIQUE (ledger_id, invoice_id)
) STRICT;
CREATE INDEX sale_invoice_awaits ON sale_invoice (ledger_id) WHERE awaits = 1;

-- What happened to a sale, oldest first.
CREATE TABLE sale_event (
    id      INTEGER PRIMARY KEY,
    sale_id INTEGER NOT NULL REFERENCES sale (id) ON DELETE CASCADE,
    at      TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    detail  TEXT    NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX sale_event_by_sale ON sale_event (sale_id, id);

-- What a person has to do about a sale.
CREATE TABLE sale_task (
    id      INTEGER PRIMARY KEY,
    sale_id INTEGER NOT NULL REFERENCES sale (id),
    kind    TEXT    NOT NULL CHECK (kind IN ('credit_note')),
    made_at TEXT    NOT NULL,
    done_at TEXT,
    note    TEXT    NOT NULL DEFAULT '',
    UNIQUE (sale_id, kind)
) STRICT;

-- Costs that the office knows and the channel doesn't.
CREATE TABLE cost_rule (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    -- NULL: of every channel.
    channel_id INTEGER REFERENCES channel_account (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('per_sale', 'per_unit', 'percent')),
    -- An amount, or a part in a hundred.
    amount_e4  INTEGER NOT NULL CHECK (amount_e4 >= 0)
) STRICT;

CREATE TABLE product_cost (
    sku        TEXT    NOT NULL PRIMARY KEY COLLATE NOCASE,
    cost_e4    INTEGER NOT NULL CHECK (cost_e4 >= 0),
    source     TEXT    NOT NULL CHECK (source IN ('csv', 'erp')),
    updated_at TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
