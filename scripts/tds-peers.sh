#!/usr/bin/env bash
# Puts Microsoft's own client of SQL Server for Python (mssql-python, 13 MB) into the user's cache, for
# the tests that check the stand-in of SQL Server with clients that nobody here wrote. The tests find
# it there, or in the folder that PUENTE_TDS_PEERS names.
set -euo pipefail

folder=${PUENTE_TDS_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/puente/tds-peers}
[ ! -e "$folder/ready" ] || exit 0

echo "    mssql-python: into $folder"
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "mssql-python==1.16.0"
touch "$folder/ready"
