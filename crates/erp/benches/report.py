"""What was measured, as tables of Markdown, and the figures that must hold."""

import json
import os
import platform
from statistics import median

NAMES = {
    "puente": "Puente: four tables joined, exact, proven",
    "c": "C, libfbclient, fetch only (1 flat table)",
    "python": "Python, fdb → sqlite3 (1 flat table)",
    "dlt": "dlt, pyarrow → DuckDB (1 flat table)",
    "unchanged": "Incremental run, nothing changed",
    "edited": "Incremental run after 1,000 changes, none a deletion",
    "deleted": "Incremental run after 1,000 changes, 100 of them deletions",
    "summary": "Monthly summary, process start included",
}


def table(taken, rows):
    """The medians of every peer."""
    lines = [
        "| what | wall s | rows/s | client CPU s | server CPU s | RSS MB | others' CPU s |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, measures in taken.items():
        if not measures:
            continue
        wall = middle(measures, "wall")
        rate = f"{rows / wall:,.0f}" if name in ("puente", "c", "python", "dlt") else ""
        cells = [NAMES[name], spread(measures, "wall"), rate]
        cells += [spread(measures, "client"), spread(measures, "server")]
        cells += [f"{max(m.rss for m in measures):.0f}", f"{middle(measures, 'others'):.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def figures(taken, rows):
    """The figures that were asked for, those that could be measured: what, value, limit, kept."""
    puente, c, python = (taken.get(name) or [] for name in ("puente", "c", "python"))
    found = []
    if puente and python:
        ratio = middle(python, "wall") / middle(puente, "wall")
        found.append(("rows/s against hand-written Python", ratio, 8.0, ratio >= 8.0))
    if puente and c:
        for what, of in (("wall", "wall"), ("server CPU", "server")):
            ratio = middle(puente, of) / middle(c, of)
            found.append((f"{what} against C, flat fetch", ratio, 1.2, ratio <= 1.2))
    if puente:
        client = middle(puente, "client") * 1e6 / rows
        found.append(("client CPU, seconds per 1M rows", client, 3.0, client <= 3.0))
        limit = 150.0 if rows <= 1_100_000 else 200.0
        rss = max(m.rss for m in puente)
        found.append(("peak RSS, MB", rss, limit, rss <= limit))
    for name in ("edited", "deleted"):
        if taken.get(name):
            wall = middle(taken[name], "wall")
            found.append((NAMES[name].lower() + ", s", wall, 1.5, wall < 1.5))
    return found


def figures_table(found):
    """Those figures as a table."""
    lines = ["| figure | measured | limit | |", "|---|---:|---:|---|"]
    for what, value, limit, kept in found:
        sign = "≥" if limit == 8.0 else "≤"
        lines.append(f"| {what} | {value:.2f} | {sign} {limit:g} | {'kept' if kept else 'MISSED'} |")
    return "\n".join(lines)


def save(path, sample, runs, taken, found):
    """Every single measurement, for whoever wants to look closer."""
    told = {
        "rows": sample.lines,
        "documents": sample.documents,
        "transfer_lines": sample.transfer_lines,
        "runs": runs,
        "firebird": sample.version,
        "machine": machine(),
        "figures": [dict(zip(("what", "value", "limit", "kept"), one)) for one in found],
        "measures": {
            name: [{k: v for k, v in vars(m).items() if k != "output"} for m in measures]
            for name, measures in taken.items()
        },
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)


def machine():
    """What it ran on."""
    model = "?"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release()}"


def middle(measures, of):
    return median(getattr(measure, of) for measure in measures)


def spread(measures, of):
    """The median, with the least and the most when they say more."""
    values = sorted(getattr(measure, of) for measure in measures)
    if len(values) == 1:
        return f"{values[0]:.2f}"
    return f"{median(values):.2f} ({values[0]:.2f}-{values[-1]:.2f})"
