"""Scores forecasts: score.py SETS HOLD_OUT HORIZON RESULTS...   RESULTS are SET=FILE[+FILE]."""

import sys

import numpy as np
import pandas as pd

NAMES = ["model", "unique_id", "month", "expected", "low", "high"]


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


def of_model(part, known, ids):
    mase, rmsse, covered, months = [], [], 0, 0
    total, sold, said_in_all = 0.0, 0.0, 0.0
    grouped = {str(name): rows for name, rows in part.groupby("unique_id")}
    for name in ids:
        rows = grouped.get(name)
        if rows is None:
            continue
        absolute, squared, y = known[name]
        said = rows["expected"].to_numpy()[: len(y)]
        if absolute > 0:
            mase.append(np.abs(said - y).mean() / absolute)
            rmsse.append(np.sqrt(((said - y) ** 2).mean()) / squared)
        total += abs(said.sum() - y.sum())
        sold += y.sum()
        said_in_all += said.sum()
        if rows["low"].notna().all():
            low, high = rows["low"].to_numpy()[: len(y)], rows["high"].to_numpy()[: len(y)]
            covered += ((low <= y) & (y <= high)).sum()
            months += len(y)
    return {
        "n": len(mase),
        "mase": np.mean(mase),
        "rmsse": np.mean(rmsse),
        "total": total / sold,
        "bias": said_in_all / sold - 1,
        "cover": covered / months if months else np.nan,
    }


def main(sets, hold_out, horizon, results):
    tables = {}
    for item in results:
        name, files = item.split("=")
        known = truth(f"{sets}/{name}.csv", int(hold_out), int(horizon))
        frame = pd.concat([pd.read_csv(f, names=NAMES, dtype={"unique_id": str}) for f in files.split("+")])
        models = {model: part for model, part in frame.groupby("model")}
        subset = set(known)
        if "py_prophet" in models:
            subset &= set(models["py_prophet"]["unique_id"].astype(str))
        rows = {}
        for model, part in models.items():
            rows[model] = of_model(part, known, subset)
        rows_all = {
            model: of_model(part, known, set(known))
            for model, part in models.items()
            if part["unique_id"].nunique() > 200
        }
        tables[name] = (pd.DataFrame(rows).T, pd.DataFrame(rows_all).T)
        print(f"== {name}: {len(subset)} series")
        print(tables[name][0].round(3).to_string())
        if len(tables[name][1]) and {"puente", "py_xgboost"} <= set(rows_all):
            print("   all series")
            print(tables[name][1].loc[["puente", "py_xgboost"]].round(3).to_string())
    for reference in ("py_prophet", "py_xgboost", "py_xgboost_tweedie", "py_ets", "py_theta", "seasonal_naive"):
        line = []
        for metric in ("rmsse", "mase", "total"):
            ratios = [t.loc["puente", metric] / t.loc[reference, metric] for t, _ in tables.values() if reference in t.index]
            if ratios:
                line.append(f"{metric} {np.exp(np.mean(np.log(ratios))):.3f} (worst {max(ratios):.3f})")
        print(f"puente / {reference}: " + ", ".join(line))
    covers = [t.loc["puente", "cover"] for t, _ in tables.values()]
    print("coverage", np.round(covers, 3), "mean", round(float(np.mean(covers)), 3))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
