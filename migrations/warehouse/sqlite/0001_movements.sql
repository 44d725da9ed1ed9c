-- The facts brought from ERPs.
--
-- Quantities are integers × 10^6 (_e6), money × 10^4 (_e4); days count from 1970-01-01; a month is
-- year × 100 + month, 0 for what has no date. States: 0 posted, 1 draft, 2 voided, 3 gone.
-- Streams: 0 lines of documents, 1 transfers.
--
-- Rows of movement, document, run and zone are found by one packed number, which costs a third less
-- to insert than a key of three columns: slot << 44 | stream << 43 | (source key + 2^42).

CREATE TABLE load (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id INTEGER NOT NULL,
    -- Used again once the load's rows are swept, so that it always fits its 19 bits.
    slot INTEGER NOT NULL UNIQUE CHECK (slot BETWEEN 1 AND 524287),
    state TEXT NOT NULL CHECK (state IN ('building', 'current', 'retired')),
    coverage_from_day INTEGER,
    coverage_to_day INTEGER,
    checkpoint TEXT,
    mark TEXT,
    started_at TEXT NOT NULL,
    published_at TEXT,
    applied_at TEXT,
    documents INTEGER NOT NULL DEFAULT 0,
    movements INTEGER NOT NULL DEFAULT 0,
    -- The last packed keys that were put.
    last_line INTEGER NOT NULL,
    last_transfer INTEGER NOT NULL,
    -- How far article_month has followed.
    rolled_line INTEGER NOT NULL,
    rolled_transfer INTEGER NOT NULL,
    -- Grows with every change of the load's rows.
    revision INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX load_one_of_each ON load (company_id, state) WHERE state <> 'retired';

CREATE TABLE doc_type (
    load_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (load_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE place (
    load_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    flag TEXT,
    PRIMARY KEY (load_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE article (
    load_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    unit TEXT NOT NULL,
    group_code TEXT NOT NULL,
    PRIMARY KEY (load_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE party (
    load_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    tax_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (load_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
    key INTEGER PRIMARY KEY,
    doc_type INTEGER NOT NULL,
    prefix TEXT NOT NULL,
    number TEXT NOT NULL,
    -- -2147483648: no date.
    day INTEGER NOT NULL,
    state INTEGER NOT NULL,
    party_id INTEGER,
    total_e4 INTEGER NOT NULL
) STRICT;

-- Day, kind and state repeat those of the document, so that nothing has to be joined to filter and
-- sum.
CREATE TABLE movement (
    key INTEGER PRIMARY KEY,
    doc_id INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    place_id INTEGER,
    to_place_id INTEGER,
    -- -2147483648: no date.
    day INTEGER NOT NULL,
    doc_type INTEGER NOT NULL,
    state INTEGER NOT NULL,
    quantity_e6 INTEGER NOT NULL,
    price_e4 INTEGER NOT NULL,
    total_e4 INTEGER NOT NULL,
    cost_e4 INTEGER NOT NULL
) STRICT;

-- Where the movements of a document are: runs of consecutive keys that were put with it. A run may
-- hold movements that have moved to another document since, and runs may overlap; no movement is
-- outside of all runs of its document. An index would have five times the entries.
CREATE TABLE run (
    document_key INTEGER NOT NULL,
    first_key INTEGER NOT NULL,
    last_key INTEGER NOT NULL,
    PRIMARY KEY (document_key, first_key)
) STRICT, WITHOUT ROWID;

-- The days among the movements whose keys share all but the lowest 12 bits; never narrower than the
-- truth. Sources number their lines nearly by day, so that a few zones answer for a month.
CREATE TABLE zone (
    id INTEGER PRIMARY KEY,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL
) STRICT;

-- The checks keep a sum that overflows from becoming a float that happens to fit.
CREATE TABLE month_total (
    load_id INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    month INTEGER NOT NULL,
    doc_type INTEGER NOT NULL,
    state INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    quantity_e6 INTEGER NOT NULL CHECK (quantity_e6 > -9223372036854775808),
    total_e4 INTEGER NOT NULL CHECK (total_e4 > -9223372036854775808),
    cost_e4 INTEGER NOT NULL CHECK (cost_e4 > -9223372036854775808),
    PRIMARY KEY (load_id, stream, month, doc_type, state)
) STRICT, WITHOUT ROWID;

-- Posted movements only. By month first: a load is filled nearly by day, so that rows are appended.
CREATE TABLE article_month (
    load_id INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    month INTEGER NOT NULL,
    doc_type INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    quantity_e6 INTEGER NOT NULL CHECK (quantity_e6 > -9223372036854775808),
    total_e4 INTEGER NOT NULL CHECK (total_e4 > -9223372036854775808),
    cost_e4 INTEGER NOT NULL CHECK (cost_e4 > -9223372036854775808),
    PRIMARY KEY (load_id, stream, month, doc_type, article_id)
) STRICT, WITHOUT ROWID;

-- The movements that everybody sees, with all that they refer to: for people with an SQL tool.
CREATE VIEW movement_view AS
SELECT
    l.company_id,
    l.id AS load_id,
    (m.key >> 43) & 1 AS stream,
    (m.key & 8796093022207) - 4398046511104 AS line_id,
    m.doc_id,
    t.code AS doc_type,
    d.prefix,
    d.number,
    CASE WHEN m.day <> -2147483648 THEN date(m.day * 86400, 'unixepoch') END AS day,
    m.state,
    m.article_id,
    a.code AS article_code,
    a.description AS article,
    a.unit,
    a.group_code,
    p.code AS place_code,
    p.name AS place,
    p.flag,
    q.code AS to_place_code,
    q.name AS to_place,
    c.tax_id AS party_tax_id,
    c.name AS party,
    m.quantity_e6,
    m.price_e4,
    m.total_e4,
    m.cost_e4
FROM load l
JOIN movement m ON m.key BETWEEN l.slot << 44 AND (l.slot << 44) + 17592186044415
LEFT JOIN doc_type t ON t.load_id = l.id AND t.id = m.doc_type
LEFT JOIN document d ON d.key = (m.key & -8796093022208) + m.doc_id + 4398046511104
LEFT JOIN article a ON a.load_id = l.id AND a.id = m.article_id
LEFT JOIN place p ON p.load_id = l.id AND p.id = m.place_id
LEFT JOIN place q ON q.load_id = l.id AND q.id = m.to_place_id
LEFT JOIN party c ON c.load_id = l.id AND c.id = d.party_id
WHERE l.state = 'current';
