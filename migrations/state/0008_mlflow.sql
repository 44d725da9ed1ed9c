-- Trainings that an MLflow server is to be told of, or was. Owned by crates/forecast.

CREATE TABLE mlflow_run (
    -- forecast_model.id. The row outlives the model: its run stays on the server.
    model_id TEXT NOT NULL PRIMARY KEY,
    nit TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    -- Address of the server, and what its run is there, once known.
    server TEXT,
    experiment_id TEXT,
    run_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- The server keeps its files elsewhere: parameters and metrics only.
    without_files INTEGER NOT NULL DEFAULT 0 CHECK (without_files IN (0, 1)),
    -- Why the last attempt failed: JSON of core::Error.
    error TEXT CHECK (error IS NULL OR json_valid(error)),
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
