"""Forecasts the sets with Python's Prophet, XGBoost and statsforecast: model,unique_id,month,expected,low,high.

references.py SET.csv HORIZON HOLD_OUT OUT.csv   one thread; Prophet and AutoETS on the first 120 series.
"""

import logging
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
SUBSET = 120
# Without it a squared loss follows a few articles that nearly stopped selling: py_xgboost_limited has it.
MOST_QUOTIENT = 60.0
# Of the features below, what py_xgboost goes without: the goal was stated against one with 25.
SOLD_SHARE_OF_YEAR = 17


def series_of(path, hold_out):
    frame = pd.read_csv(path, parse_dates=["ds"])
    months = pd.date_range(frame["ds"].min(), frame["ds"].max(), freq="MS")
    known = months[: len(months) - hold_out]
    found = {}
    for name, part in frame.groupby("unique_id", sort=False):
        y = part.set_index("ds")["y"].reindex(known).fillna(0.0).clip(lower=0.0)
        sold = np.flatnonzero(y.to_numpy() > 0)
        if len(sold):
            found[name] = y.iloc[sold[0] :]
    return found, known


def write(out, model, name, after, expected, low=None, high=None):
    for at, value in enumerate(expected):
        month = (after + pd.DateOffset(months=at + 1)).strftime("%Y%m")
        low_at = "" if low is None else low[at]
        high_at = "" if high is None else high[at]
        out.write(f"{model},{name},{month},{value},{low_at},{high_at}\n")


def prophet(found, last, horizon, out):
    from prophet import Prophet

    for name in list(found)[:SUBSET]:
        y = found[name]
        frame = pd.DataFrame({"ds": y.index, "y": y.to_numpy()})
        if len(frame) < 2:
            continue
        model = Prophet(interval_width=0.8)
        model.fit(frame, seed=7)
        future = model.make_future_dataframe(horizon, freq="MS")
        said = model.predict(future).iloc[-horizon:]
        clip = lambda column: said[column].clip(lower=0.0).to_numpy()
        write(out, "py_prophet", name, last, clip("yhat"), clip("yhat_lower"), clip("yhat_upper"))


def level_of(y):
    return max(y[-12:].mean(), y.mean() / 2, y.sum() / max((y > 0).sum(), 1) / 12, 1e-9)


def features(y, level, months, horizon):
    """The same lags and means as a good global model has, scaled by the article's level."""
    n = len(y)
    scaled = y / level
    lags = np.full(12, np.nan)
    lags[: min(12, n)] = scaled[::-1][:12]
    means = [scaled[-k:].mean() for k in (3, 6, 24)] + [scaled.mean()]
    year = scaled[-12:]
    last_sale = np.flatnonzero(y > 0)
    since = n - 1 - last_sale[-1] if len(last_sale) else n
    shared = [*lags, *means, year.std(), (year > 0).mean(), (y > 0).mean(), since, n, np.log(level)]
    rows = []
    for h in range(1, horizon + 1):
        target = n - 1 + h
        back = lambda months: scaled[target - months] if 0 <= target - months < n else np.nan
        rows.append([*shared, h, months[h - 1], back(12), back(24)])
    return rows


def xgboost(found, last, horizon, out):
    import xgboost

    rows, targets = [], []
    for y in found.values():
        values = y.to_numpy(float)
        calendar = y.index.month.to_numpy()
        for moment in range(3, len(values)):
            ahead = min(horizon, len(values) - moment)
            history = values[:moment]
            level = level_of(history)
            rows += features(history, level, calendar[moment : moment + ahead], ahead)
            targets += list(values[moment : moment + ahead] / level)
    rows, targets = np.array(rows, np.float32), np.array(targets, np.float32)
    limited = np.minimum(targets, MOST_QUOTIENT)
    squared = {"objective": "reg:squarederror"}
    tweedie = {"objective": "reg:tweedie", "tweedie_variance_power": 1.3}
    every = list(range(rows.shape[1]))
    described = [at for at in every if at != SOLD_SHARE_OF_YEAR]
    settings = {"max_depth": 5, "eta": 0.05, "nthread": 1, "seed": 7, "tree_method": "hist"}
    for name, loss, columns, wanted in [
        ("py_xgboost", squared, described, targets),
        ("py_xgboost_limited", squared, every, limited),
        ("py_xgboost_tweedie", tweedie, every, limited),
    ]:
        model = xgboost.train({**settings, **loss}, xgboost.DMatrix(rows[:, columns], wanted), 250)
        for article, y in found.items():
            values = y.to_numpy(float)
            level = level_of(values)
            months = [(last + pd.DateOffset(months=h)).month for h in range(1, horizon + 1)]
            said = np.array(features(values, level, months, horizon), np.float32)
            predicted = model.predict(xgboost.DMatrix(said[:, columns])) * level
            write(out, name, article, last, np.maximum(predicted, 0.0))


def statistics(found, last, horizon, out):
    from statsforecast.models import AutoETS, AutoTheta

    for model_name, make in [("py_ets", AutoETS), ("py_theta", AutoTheta)]:
        for name in list(found)[:SUBSET]:
            y = found[name].to_numpy(float)
            try:
                said = make(season_length=12).forecast(y=y, h=horizon)["mean"]
            except Exception:
                said = np.full(horizon, y[-12:].mean())
            write(out, model_name, name, last, np.maximum(np.nan_to_num(said), 0.0))


def main(path, horizon, hold_out, target):
    found, known = series_of(path, int(hold_out))
    last = known[-1]
    with open(target, "w") as out:
        for work in (xgboost, statistics, prophet):
            started = time.time()
            work(found, last, int(horizon), out)
            print(f"{work.__name__} {time.time() - started:.1f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:5])
