"""dlt with its quickest backend for tables (pyarrow) into DuckDB."""

import os
from urllib.parse import quote

import source

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt
from dlt.sources.sql_database import sql_table


def main():
    login = f"{quote(source.USER)}:{quote(source.PASSWORD)}@{source.HOST}:{source.PORT}"
    file = os.path.join(source.FOLDER, "dlt.duckdb")
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.duckdb(file),
        dataset_name="bench",
        pipelines_dir=os.path.join(source.FOLDER, "pipelines"),
    )
    table = sql_table(
        credentials=f"firebird+firebird://{login}/{source.DATABASE}?charset=NONE",
        table="dekardex",
        backend="pyarrow",
        chunk_size=50_000,
        included_columns=[column.lower() for column in source.COLUMNS],
    )
    pipeline.run(table).raise_on_failed_jobs()
    with pipeline.sql_client() as client:
        print(client.execute_sql("SELECT count(*) FROM dekardex")[0][0])


main()
