"""Extraction side by side: Puente, a C program, hand-written Python and dlt, interleaved in one run.

`npm run bench:extract` builds what this needs and starts it; see docs/performance.md.
"""

import argparse
import functools
import os
import shutil
import sys
from datetime import datetime

import report
from measure import measure
from puente import Puente
from sample import COLUMNS, DELETED, Sample

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "peers")
SUMMARIES = 5


def main():
    options = arguments()
    folder = os.path.join(options.folder, "work")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    say(f"Making a sample company of {options.rows:,} lines …")
    try:
        with Sample(options.sample, os.path.join(folder, "sample"), options.rows) as sample:
            run(options, folder, sample)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


def run(options, folder, sample):
    take = functools.partial(measure, server=sample.pid, patience=options.patience)
    bench = Bench(options, folder, sample, take)
    say(f"{sample.lines:,} lines of {sample.documents:,} documents. Warming the server up …")
    bench.c()
    kinds = list(options.peers)
    for number in range(options.runs):
        # Nobody always comes first.
        for name in kinds[number % len(kinds) :] + kinds[: number % len(kinds)]:
            bench.take(name, number)
    rows = sample.lines
    found = report.figures(bench.taken, rows)
    print(f"\n{report.machine()}, Firebird {sample.version}, {rows:,} rows, medians of {options.runs}")
    print(f"\n{report.table(bench.taken, rows)}\n\n{report.figures_table(found)}")
    stamp = datetime.now().strftime("%Y%m%dT%H%M%S")
    path = os.path.join(options.folder, f"extract-{rows}-{stamp}.json")
    report.save(path, sample, options.runs, bench.taken, found)
    say(f"Every measurement: {path}")


class Bench:
    """What is measured, and what was."""

    def __init__(self, options, folder, sample, take):
        self.options, self.folder, self.sample, self.measure = options, folder, sample, take
        names = [*options.peers, "unchanged", "edited", "deleted", "summary"]
        self.taken = {name: [] for name in names}

    def take(self, name, number):
        """One round of one peer."""
        result = getattr(self, name)() if name != "puente" else self.puente(number)
        self.taken[name].append(result)
        say(
            f"{number + 1} {name}: {result.wall:.2f} s, CPU {result.client:.2f} + "
            f"{result.server:.2f} s, {result.rss:.0f} MB, others {result.others:.2f} s"
        )

    def c(self):
        query = f"SELECT {', '.join(COLUMNS)} FROM DEKARDEX"
        words = [self.options.fbfetch, self.sample.address, query]
        return self.counted(self.measure(words, env=self.sample.environment(self.folder)))

    def python(self):
        return self.script("flat_python.py")

    def dlt(self):
        return self.script("dlt_duckdb.py")

    def script(self, name):
        own = os.path.join(self.folder, name.partition(".")[0])
        shutil.rmtree(own, ignore_errors=True)
        os.makedirs(own)
        words = [self.options.python, os.path.join(PEERS, name)]
        env = self.sample.environment(own)
        taken = self.counted(self.measure(words, env=env, said=own + ".log"))
        shutil.rmtree(own)
        return taken

    def counted(self, taken):
        rows = int(taken.output)
        if rows != self.sample.lines:
            raise SystemExit(f"{rows} rows, not {self.sample.lines}")
        return taken

    def puente(self, number):
        """A full extraction into a fresh folder; then what comes after one, in the same folder."""
        home = os.path.join(self.folder, f"puente-{number}")
        office = Puente(self.options.puente, home, self.sample, self.measure)
        full = office.extract()
        self.taken["unchanged"].append(office.extract())
        self.sample.change(deleted=0)
        self.taken["edited"].append(office.extract())
        self.sample.change(deleted=DELETED)
        self.taken["deleted"].append(office.extract())
        self.taken["summary"] += [office.summary() for _ in range(SUMMARIES)]
        say(f"{number + 1} puente: a warehouse of {office.size():.0f} MB")
        if not self.options.keep:
            office.remove()
        return full


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", default="c,python,dlt,puente", help="which ones, in what order")
    parser.add_argument(
        "--patience", type=float, default=60.0, help="seconds to wait for a quiet machine each time"
    )
    parser.add_argument("--keep", action="store_true", help="keep the data folders")
    parser.add_argument("--folder", required=True, help="where to work")
    parser.add_argument("--sample", required=True, help="the program serve_sample")
    parser.add_argument("--puente", required=True, help="the program puente")
    parser.add_argument("--fbfetch", required=True, help="the program fbfetch")
    parser.add_argument("--python", required=True, help="a Python with fdb and dlt")
    options = parser.parse_args()
    options.peers = options.peers.split(",")
    unknown = set(options.peers) - {"c", "python", "dlt", "puente"}
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    return options


def say(text):
    print(text, file=sys.stderr, flush=True)


main()
