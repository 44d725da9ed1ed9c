"""Scores forecasts: score.py SETS HOLD_OUT HORIZON RESULTS...   RESULTS are SET=FILE[+FILE].

On the first series, those that Python's Prophet ran on, and on all of them: there Puente's own `prophet` stands for
Python's. Behind each ratio of two programs is its 95 % interval, from drawing the series of each set anew.
"""

import sys

import numpy as np
import pandas as pd

NAMES = ["model", "unique_id", "month", "expected", "low", "high"]
METRICS = ("rmsse", "mase", "total")
DRAWS = 1000
OF_FIRST = (
    "py_prophet",
    "py_xgboost",
    "py_xgboost_limited",
    "py_xgboost_tweedie",
    "py_ets",
    "py_theta",
    "seasonal_naive",
)
OF_ALL = ("prophet", "py_xgboost", "py_xgboost_limited", "py_xgboost_tweedie", "seasonal_naive")


def truth(path, hold_out, horizon):
    frame = pd.read_csv(path, parse_dates=["ds"])
    months = pd.date_range(frame["ds"].min(), frame["ds"].max(), freq="MS")
    cut = len(months) - hold_out
    found = {}
    for name, part in frame.groupby("unique_id", sort=False):
        y = part.set_index("ds")["y"].reindex(months).fillna(0.0).clip(lower=0.0).to_numpy()
        sold = np.flatnonzero(y[:cut] > 0)
        if len(sold) and cut - sold[0] > 1:
            history = y[sold[0] : cut]
            changes = np.diff(history)
            found[str(name)] = (np.abs(changes).mean(), np.sqrt((changes**2).mean()), y[cut : cut + horizon])
    return found


def errors(part, known):
    """By series: MASE, RMSSE, error of the sum, sold, said, months within the interval, months."""
    rows = {}
    for name, said in part.groupby("unique_id"):
        if name not in known:
            continue
        absolute, squared, y = known[name]
        expected = said["expected"].to_numpy()[: len(y)]
        mase = rmsse = covered = np.nan
        if absolute > 0:
            mase = np.abs(expected - y).mean() / absolute
            rmsse = np.sqrt(((expected - y) ** 2).mean()) / squared
        if said["low"].notna().all():
            low, high = said["low"].to_numpy()[: len(y)], said["high"].to_numpy()[: len(y)]
            covered = ((low <= y) & (y <= high)).sum()
        total = abs(expected.sum() - y.sum())
        rows[name] = (mase, rmsse, total, y.sum(), expected.sum(), covered, len(y))
    columns = ["mase", "rmsse", "off", "sold", "said", "covered", "months"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def summary(of):
    with_interval = of["covered"].notna()
    months = of["months"][with_interval].sum()
    return {
        "n": of["mase"].notna().sum(),
        "mase": of["mase"].mean(),
        "rmsse": of["rmsse"].mean(),
        "total": of["off"].sum() / of["sold"].sum(),
        "bias": of["said"].sum() / of["sold"].sum() - 1,
        "cover": of["covered"].sum() / months if months else np.nan,
    }


def table(models, ids):
    found = {model: of.loc[of.index.intersection(ids)] for model, of in models.items()}
    return pd.DataFrame({model: summary(of) for model, of in found.items() if len(of)}).T


def drawn(of, other, draws):
    """The ratios of two programs, with the series as they are and drawn anew."""
    both = of.index.intersection(other.index)
    a, b = of.loc[both], other.loc[both]
    picks = np.vstack([np.arange(len(both)), draws.integers(0, len(both), (DRAWS, len(both)))])
    ratios = {}
    for metric in ("rmsse", "mase"):
        mean = lambda frame: np.nanmean(frame[metric].to_numpy()[picks], axis=1)
        ratios[metric] = mean(a) / mean(b)
    off = lambda frame: frame["off"].to_numpy()[picks].sum(axis=1)
    ratios["total"] = off(a) / off(b)
    return ratios


def compare(sets, references, ids):
    for reference in references:
        draws = np.random.default_rng(7)
        having = {n: m for n, m in sets.items() if reference in m}
        if not having:
            continue
        by_set = {}
        for name, models in having.items():
            chosen = ids(models)
            of = models["puente"].loc[models["puente"].index.intersection(chosen)]
            by_set[name] = drawn(of, models[reference], draws)
        line = []
        for metric in METRICS:
            logs = np.mean([np.log(ratios[metric]) for ratios in by_set.values()], axis=0)
            low, high = np.exp(np.quantile(logs[1:], (0.025, 0.975)))
            worst = max(by_set, key=lambda name: by_set[name][metric][0])
            value = by_set[worst][metric][0]
            line.append(f"{metric} {np.exp(logs[0]):.3f} ({low:.2f} to {high:.2f}; worst {worst} {value:.2f})")
        print(f"puente / {reference}: " + ", ".join(line))


def main(sets, hold_out, horizon, results):
    found = {}
    for item in results:
        name, files = item.split("=")
        known = truth(f"{sets}/{name}.csv", int(hold_out), int(horizon))
        frame = pd.concat([pd.read_csv(f, names=NAMES, dtype={"unique_id": str}) for f in files.split("+")])
        found[name] = {model: errors(part, known) for model, part in frame.groupby("model")}
    first = lambda models: models["py_prophet"].index
    every = lambda models: models["puente"].index
    for name, models in found.items():
        print(f"== {name}: {len(first(models))} series")
        print(table(models, first(models)).round(3).to_string())
        print("   all series")
        print(table({m: of for m, of in models.items() if m in ("puente", *OF_ALL)}, every(models)).round(3).to_string())
    print("First series:")
    compare(found, OF_FIRST, first)
    print("All series:")
    compare(found, OF_ALL, every)
    covers = [table(models, first(models)).loc["puente", "cover"] for models in found.values()]
    print("coverage", np.round(covers, 3), "mean", round(float(np.mean(covers)), 3))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
