"""A million lines of twelve columns out of the stand-in of SQL Server: Puente's source, pymssql and
connectorx, one after the other in one run. Called by scripts/bench-sqlserver.mjs."""

import argparse
import json
import os
import subprocess
import sys
import tempfile

COLUMNS = (
    "DEKARDEXID,KARDEXID,MATID,BODID,CANMAT,PRECIOVTA,PARCVTA,PARCOSTO,PORCIVA,DESCUENTO,TIPUND,FECREG"
)

PYMSSQL = """
import json, os, resource, sys, time
import pymssql
about = json.loads(sys.argv[1])
connection = pymssql.connect(server=about["host"], port=about["port"], user=about["user"],
    password=about["password"], database=about["companies"][0])
cursor = connection.cursor()
begun, before = time.perf_counter(), time.process_time()
cursor.execute("SELECT " + sys.argv[2] + " FROM DEKARDEX")
rows, total = 0, 0
while True:
    some = cursor.fetchmany(10000)
    if not some:
        break
    rows += len(some)
    for row in some:
        total += row[6]
print(json.dumps({"rows": rows, "seconds": time.perf_counter() - begun,
    "cpu": time.process_time() - before, "sum": int(total * 10000),
    "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""

CONNECTORX = """
import json, resource, sys, time
import connectorx
about = json.loads(sys.argv[1])
url = "mssql://%s:%s@%s:%s/%s" % (about["user"],
    about["password"], about["host"], about["port"], about["companies"][0])
begun, before = time.perf_counter(), time.process_time()
frame = connectorx.read_sql(url, "SELECT " + sys.argv[2] + " FROM DEKARDEX", return_type="arrow")
print(json.dumps({"rows": frame.num_rows, "seconds": time.perf_counter() - begun,
    "cpu": time.process_time() - before, "sum": None,
    "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def figures(name, command, env=None):
    """The line of JSON that a program prints, or why there is none."""
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode == 0 and lines:
        return json.loads(lines[-1])
    last = (done.stderr.strip() or "no word").splitlines()[-1]
    words = " ".join(last.split())
    print(f"{name}: {words[:200]}")
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", required=True)
    parser.add_argument("--puente", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [options.sample, os.path.join(folder, "server"), str(options.rows), "plain"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            about = json.loads(server.stdout.readline())
            text = json.dumps(about)
            where = [about["host"], str(about["port"]), about["companies"][0], about["user"]]
            env = {**os.environ, "PUENTE_BENCH_PASSWORD": about["password"]}
            best = {}
            for run in range(options.runs):
                for name, program, its_env in [
                    ("sqlserver", [options.puente, *where], env),
                    ("pymssql", [sys.executable, "-c", PYMSSQL, text, COLUMNS], None),
                    ("connectorx", [sys.executable, "-c", CONNECTORX, text, COLUMNS], None),
                ]:
                    found = figures(name, program, its_env)
                    if found is None:
                        continue
                    rate = found["rows"] / found["seconds"]
                    per_million = found["cpu"] * 1e6 / found["rows"]
                    print(
                        f"{run + 1}  {name:10} {found['rows']:9} rows {found['seconds']:7.2f} s "
                        f"{rate:9.0f} rows/s  CPU {per_million:6.2f} s a million  "
                        f"peak {found['peak_kb'] // 1024:5} MB",
                        flush=True,
                    )
                    if name not in best or best[name]["seconds"] > found["seconds"]:
                        best[name] = found
            server.stdin.close()
    sums = {found["sum"] for found in best.values() if found["sum"] is not None}
    if len(sums) > 1:
        print(f"the sums differ: {sums}")
        return 1
    if "sqlserver" not in best or "pymssql" not in best:
        return 1
    ratio = best["pymssql"]["seconds"] / best["sqlserver"]["seconds"]
    print(f"best runs: {ratio:.1f} times as fast as pymssql (wanted: 3)")
    return 0 if ratio >= 3 else 1


if __name__ == "__main__":
    sys.exit(main())
