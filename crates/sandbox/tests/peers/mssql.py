"""What Microsoft's client finds on the stand-in, as one line of JSON."""

import json
import sys

import mssql_python

PORT, PASSWORD, ENCRYPT = sys.argv[1:4]


def connect(password=PASSWORD, database="EMP01"):
    return mssql_python.connect(
        f"Server=tcp:localhost,{PORT};Database={database};UID=lector;PWD={password};"
        f"Encrypt={ENCRYPT};TrustServerCertificate=yes"
    )


def refused(**how):
    try:
        connect(**how).close()
    except mssql_python.Error as error:
        return str(error)
    return None


connection = connect()
cursor = connection.cursor()
cursor.execute("SELECT * FROM dbo.TIPOS WHERE ID < ? AND NACIONAL <> ? OR ID = 2 ORDER BY ID", (3, "Ñ"))
rows = [[None if value is None else str(value) for value in row] for row in cursor.fetchall()]
cursor.execute(
    "UPDATE TIPOS SET TEXTO = ? OUTPUT inserted.ID, inserted.TEXTO WHERE TEXTO = ?", ("CAÑA", "PEÑA €")
)
updated = [list(row) for row in cursor.fetchall()]
connection.rollback()
cursor.execute("SELECT TEXTO FROM TIPOS WHERE ID = 1")
after_rollback = cursor.fetchone()[0]
cursor.execute("UPDATE TIPOS SET TEXTO = 'X' WHERE ID = 1")
connection.commit()
cursor.execute("SELECT COUNT(*), SUM(EXACTO), SUM(CAST(CORTO AS DECIMAL(38,0))) FROM TIPOS")
sums = [str(value) for value in cursor.fetchone()]
cursor.execute("SELECT N FROM MUCHAS ORDER BY N")
many = sum(row[0] for row in cursor.fetchall())
try:
    cursor.execute("SELECT NADA FROM TIPOS")
    missing = None
except mssql_python.Error as error:
    missing = str(error)
connection.close()
print(
    json.dumps(
        {
            "rows": rows,
            "updated": updated,
            "after_rollback": after_rollback,
            "sums": sums,
            "many": many,
            "missing": missing,
            "wrong_password": refused(password="otra"),
            "no_database": refused(database="NO_ESTA"),
        }
    )
)
