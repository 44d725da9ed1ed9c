#!/usr/bin/env bash
# Puts what the stand-in of SQL Server is checked with into the user's cache: Microsoft's own client for
# Python (mssql-python, 13 MB), and pysqlbridge (with cryptography, 20 MB), a second server that nobody here
# wrote. The tests find them there, or in the folder that PUENTE_TDS_PEERS names.
set -euo pipefail

folder=${PUENTE_TDS_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/puente/tds-peers}
[ ! -e "$folder/ready-2" ] || exit 0

echo "    mssql-python, pysqlbridge: into $folder"
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
  "mssql-python==1.16.0" "pysqlbridge==2.1.3"
touch "$folder/ready-2"
