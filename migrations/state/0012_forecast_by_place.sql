-- A NIT has two forecasts: one of all its warehouses together, and one of each warehouse apart.

-- 1 for a model that forecasts each warehouse apart.
ALTER TABLE forecast_model ADD COLUMN by_place INTEGER NOT NULL DEFAULT 0 CHECK (by_place IN (0, 1));

DROP INDEX forecast_model_active;
CREATE UNIQUE INDEX forecast_model_active ON forecast_model (nit, by_place) WHERE active = 1;
