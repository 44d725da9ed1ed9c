-- What goods cost in the ERP, and what channels billed. Owned by crates/sales. Amounts are integers x 10^4.

-- Whose warehouse tells what the goods of a channel account cost.
CREATE TABLE cost_source (
    channel_id INTEGER NOT NULL PRIMARY KEY REFERENCES channel_account (id),
    nit        TEXT    NOT NULL,
    -- When costs were last taken from it; NULL when they never were.
    taken_at   TEXT
) STRICT;

-- What one of an article cost in the ERP in a month, where it differs from the month before. Only of
-- articles that stand in sales.
CREATE TABLE erp_cost (
    channel_id INTEGER NOT NULL REFERENCES channel_account (id),
    -- The article's code, in lower case.
    code       TEXT    NOT NULL,
    -- Year x 100 + month.
    month      INTEGER NOT NULL,
    cost_e4    INTEGER NOT NULL CHECK (cost_e4 >= 0),
    PRIMARY KEY (channel_id, code, month)
) STRICT, WITHOUT ROWID;

-- A line of a channel's bill that is about one order: a charge, or a negative one that takes it back.
CREATE TABLE bill_line (
    channel_id INTEGER NOT NULL REFERENCES channel_account (id),
    -- The channel's number of the line.
    line_id    TEXT    NOT NULL,
    order_id   TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('sale_fee', 'other')),
    -- In the channel's words.
    said       TEXT    NOT NULL,
    amount_e4  INTEGER NOT NULL,
    PRIMARY KEY (channel_id, line_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bill_line_by_order ON bill_line (channel_id, order_id);

-- How far the bills of a month were read.
CREATE TABLE bill_month (
    channel_id INTEGER NOT NULL REFERENCES channel_account (id),
    -- Year x 100 + month.
    month      INTEGER NOT NULL,
    -- Whether the channel gave all of it, and nothing may come any more.
    closed     INTEGER NOT NULL CHECK (closed IN (0, 1)),
    read_at    TEXT    NOT NULL,
    PRIMARY KEY (channel_id, month)
) STRICT, WITHOUT ROWID;
