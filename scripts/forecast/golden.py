"""Asks Python's Prophet and XGBoost what the tests compare with.

golden.py DATA OUT   DATA has auto_monthly.csv and pbs_pharmacy_monthly.csv, OUT is crates/forecast/tests/golden with
the models that `PUENTE_WRITE_GOLDEN=1 cargo test -p puente-forecast --test it -- golden` wrote.

AUTO is Syntetos and Boylan's (MIT copy), PBS the Australian government's prescriptions: see the data's README.
"""

import json
import logging
import os
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


def prophet(data):
    from prophet import Prophet

    found = []
    for name, count, months in [("pbs_pharmacy_monthly", 14, 60), ("auto_monthly", 8, 24)]:
        frame = pd.read_csv(os.path.join(data, f"{name}.csv"), parse_dates=["ds"])
        # Spread over the file; not those with a gap.
        groups = [g for _, g in frame.groupby("unique_id") if len(g) >= months and g["y"].min() < g["y"].max()]
        for part in groups[:: len(groups) // count][:count]:
            part = part.sort_values("ds").tail(months)[["ds", "y"]].reset_index(drop=True)
            model = Prophet()
            model.fit(part, seed=7)
            said = model.predict(model.make_future_dataframe(6, freq="MS"))["yhat"].iloc[-6:]
            first = part["ds"].iloc[0]
            found.append(
                {
                    "first": int(first.year * 12 + first.month - 1),
                    "y": [float(value) for value in part["y"]],
                    "yhat": [round(float(value), 6) for value in said],
                }
            )
    return found


def rows():
    """The rows of tests/it/golden.rs."""
    at = np.arange(600)
    missing = np.where(at % 7 == 0, np.nan, at % 13)
    return np.column_stack([at % 17 / 4, missing, at * 37 % 101, at % 3]).astype(np.float32)


def xgboost(out):
    import xgboost as xgb

    found = {}
    for name in ("squared", "tweedie"):
        model = xgb.Booster()
        model.load_model(os.path.join(out, f"{name}.model.json"))
        found[name] = [float(value) for value in model.predict(xgb.DMatrix(rows(), feature_names=list("abcd")))]
    return found


def main(data, out):
    for name, value in [("prophet", prophet(data)), ("xgboost", xgboost(out))]:
        with open(os.path.join(out, f"{name}.json"), "w") as file:
            json.dump(value, file)


if __name__ == "__main__":
    main(*sys.argv[1:3])
