"""Where the benchmark's peers read from, as the driver tells them by the environment."""

import os

HOST = os.environ["BENCH_HOST"]
PORT = int(os.environ["BENCH_PORT"])
DATABASE = os.environ["BENCH_DATABASE"]
COLUMNS = os.environ["BENCH_COLUMNS"].split(",")
MONEY = set(os.environ["BENCH_MONEY"].split(","))
USER = os.environ["ISC_USER"]
PASSWORD = os.environ["ISC_PASSWORD"]
FOLDER = os.environ["BENCH_FOLDER"]
