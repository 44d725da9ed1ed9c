"""The best hand-written Python that we know: fdb into sqlite3, flat rows, one transaction.

Money comes as BIGINT × 10^4, which is exact. fdb makes a Decimal of each NUMERIC, which sqlite3
does not take without an adapter: half again as slow.
"""

import os
import sqlite3

import fdb
import source

AT_ONCE = 5_000


def main():
    lite = sqlite3.connect(os.path.join(source.FOLDER, "flat.db"), isolation_level=None)
    lite.execute("PRAGMA journal_mode = WAL")
    lite.execute("PRAGMA synchronous = NORMAL")
    columns = ", ".join(source.COLUMNS)
    key = f"{source.COLUMNS[0]} INTEGER PRIMARY KEY"
    lite.execute(f"CREATE TABLE line ({', '.join([key, *source.COLUMNS[1:]])})")
    places = ", ".join("?" * len(source.COLUMNS))
    insert = f"INSERT INTO line ({columns}) VALUES ({places})"

    firebird = fdb.connect(
        dsn=f"{source.HOST}/{source.PORT}:{source.DATABASE}",
        user=source.USER,
        password=source.PASSWORD,
        charset="NONE",
        isolation_level=fdb.ISOLATION_LEVEL_READ_COMMITED_RO,
    )
    cursor = firebird.cursor()
    cursor.execute(f"SELECT {', '.join(map(exact, source.COLUMNS))} FROM DEKARDEX")
    lite.execute("BEGIN")
    while rows := cursor.fetchmany(AT_ONCE):
        lite.executemany(insert, rows)
    lite.execute("COMMIT")
    print(lite.execute("SELECT count(*) FROM line").fetchone()[0])


def exact(column):
    return f"CAST({column} * 10000 AS BIGINT)" if column in source.MONEY else column


main()
