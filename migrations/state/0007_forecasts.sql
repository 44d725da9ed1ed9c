-- Models that forecast demand: one row for each training that ended well. Their files stand in the data
-- folder under models/NIT/ID. Owned by crates/forecast.

CREATE TABLE forecast_model (
    id TEXT NOT NULL PRIMARY KEY,
    nit TEXT NOT NULL,
    -- What it was trained with, on what, and how well it did: JSON of forecast::registry::Meta.
    meta TEXT NOT NULL CHECK (json_valid(meta)),
    created_at TEXT NOT NULL,
    -- The one whose forecasts are shown.
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX forecast_model_of_nit ON forecast_model (nit, created_at);
CREATE UNIQUE INDEX forecast_model_active ON forecast_model (nit) WHERE active = 1;
