"""The sample company on its private server, and the changes that its ERP makes."""

import json
import os
import subprocess

# Flat rows of the lines' table: what a copy of the table takes along.
KEYS = ["DEKARDEXID", "KARDEXID", "MATID", "BODID"]
MONEY = [
    "PRECIOLISTA",
    "PRECIOVTA",
    "PRECIOBASE",
    "PRECIOIVA",
    "PRECIONETO",
    "PARCVTA",
    "PARCOSTO",
]
COLUMNS = [*KEYS, "CANMAT", *MONEY]

CHANGES = 1_000
INSERTED, VOIDED, DELETED = 300, 100, 100

# Each kind of change is spread over the whole table, and each in a transaction of its own, as an ERP
# makes them. `offset` keeps rounds and kinds apart.
SCRIPT = """
set term ^;
execute block as declare k integer; declare n integer = 0; declare step integer; begin
  select max(DEKARDEXID) / 720 from DEKARDEX into :step;
  k = 1 + {offset};
  while (n < {updated}) do begin
    update DEKARDEX set PRECIOVTA = PRECIOVTA + 1, PARCVTA = PARCVTA + CANMAT where DEKARDEXID = :k;
    n = n + row_count; k = k + step;
  end
end^
commit^
execute block as declare k integer; declare n integer = 0; declare step integer; begin
  select max(DEKARDEXID) / 400 from DEKARDEX into :step;
  k = 3 + {offset};
  while (n < {inserted}) do begin
    insert into DEKARDEX (DEKARDEXID, KARDEXID, MATID, BODID, CANMAT, PRECIOVTA, PARCVTA, PARCOSTO)
      select gen_id(DEKARDEXID_GEN, 1), KARDEXID, MATID, BODID, 2.5, 1000.1234, 2500.3085, 1200
      from DEKARDEX where DEKARDEXID = :k;
    n = n + row_count; k = k + step;
  end
end^
commit^
execute block as declare k integer; declare n integer = 0; declare step integer; begin
  select max(KARDEXID) / 160 from KARDEX into :step;
  k = 1 + {offset};
  while (n < {voided}) do begin
    update KARDEX set FECANULADO = 'now'
      where KARDEXID = :k and FECANULADO is null and FECASENTAD is not null;
    n = n + row_count; k = k + step;
  end
end^
commit^
execute block as declare k integer; declare n integer = 0; declare step integer; begin
  select max(DEKARDEXID) / 160 from DEKARDEX into :step;
  k = 5 + {offset};
  while (n < {deleted}) do begin
    delete from DEKARDEX where DEKARDEXID = :k;
    n = n + row_count; k = k + step;
  end
end^
commit^
set term ;^
"""


class Sample:
    """A running private server with one company of `lines` lines."""

    def __init__(self, program, folder, lines):
        self.process = subprocess.Popen(
            [program, folder, str(lines)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        told = self.process.stdout.readline()
        if not told:
            raise SystemExit(f"{program} ended with {self.process.wait()}")
        for name, value in json.loads(told).items():
            setattr(self, name, value)
        self.rounds = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)

    @property
    def address(self):
        return f"{self.host}/{self.port}:{self.database}"

    @property
    def movements(self):
        """Lines of documents and of transfers that should be there by now."""
        return self.lines + self.transfer_lines

    def environment(self, folder):
        """What the peers need to know."""
        return {
            "BENCH_HOST": self.host,
            "BENCH_PORT": str(self.port),
            "BENCH_DATABASE": self.database,
            "BENCH_COLUMNS": ",".join(COLUMNS),
            "BENCH_MONEY": ",".join(MONEY),
            "BENCH_FOLDER": folder,
            "ISC_USER": self.user,
            "ISC_PASSWORD": self.password,
        }

    def change(self, deleted):
        """1,000 changes: 300 new lines, 100 voided documents, some deleted lines, the rest updates."""
        script = SCRIPT.format(
            offset=7 * self.rounds,
            updated=CHANGES - INSERTED - VOIDED - deleted,
            inserted=INSERTED,
            voided=VOIDED,
            deleted=deleted,
        )
        subprocess.run(
            ["isql-fb", "-q", "-b", "-ch", "NONE", "-user", self.admin, self.address],
            input=script,
            text=True,
            check=True,
            env={**os.environ, "ISC_PASSWORD": self.admin_password},
        )
        self.rounds += 1
        self.lines += INSERTED - deleted
