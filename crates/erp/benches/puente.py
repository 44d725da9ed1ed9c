"""Puente as a person runs it, in a data folder of its own."""

import json
import os
import shutil
import subprocess

PASSPHRASE = "bench"


class Puente:
    """One office: a fresh data folder that knows the sample's server and company."""

    def __init__(self, program, folder, sample, measure):
        self.program, self.folder, self.sample, self.measure = program, folder, sample, measure
        self.said = folder + ".log"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with open(os.path.join(folder, "config.toml"), "w", encoding="utf-8") as file:
            file.write('secrets = "file"\n')
        self.run(
            *["servers", "add", "--name", "bench", "--host", sample.host],
            *["--port", str(sample.port), "--user", sample.user, "--password-stdin"],
            *["--master", sample.master],
            given=sample.password,
        )
        # The sample's list has rows without a file too, as real ones do: their being left out is
        # not measured here.
        self.run("companies", "discover")
        nit = "".join(filter(str.isdigit, sample.nit))
        self.company = f"{nit}:{sample.year}"

    @property
    def env(self):
        return {"PUENTE_PASSPHRASE": PASSPHRASE, "PUENTE_LANG": "en"}

    def words(self, *verb):
        return [self.program, "--data-dir", self.folder, "--json", "--quiet", *verb]

    def run(self, *verb, given=""):
        """An unmeasured command."""
        with open(self.said, "ab") as said:
            ended = subprocess.run(
                self.words(*verb),
                input=given,
                text=True,
                stdout=subprocess.PIPE,
                stderr=said,
                env={**os.environ, **self.env},
                check=False,
            )
        if ended.returncode != 0:
            raise SystemExit(f"puente {' '.join(verb)}: {ended.stdout} (see {self.said})")
        return json.loads(ended.stdout)

    def extract(self):
        """A measured run over the company: full the first time, the changes afterwards."""
        taken = self.measured("movements", "extract", "--company", self.company)
        self.verify()
        return taken

    def summary(self):
        """A measured summary, the start of the process included."""
        return self.measured("movements", "summary")

    def measured(self, *verb):
        return self.measure(self.words(*verb), env=self.env, said=self.said)

    def verify(self):
        """The warehouse has what the source has: else the time means nothing."""
        summary = self.run("movements", "summary", "--company", self.company)
        if summary["movements"] != self.sample.movements:
            raise SystemExit(f"{summary['movements']} movements, not {self.sample.movements}")

    def size(self):
        """Megabytes of the warehouse on the disk."""
        return os.path.getsize(os.path.join(self.folder, "warehouse.db")) / 1e6

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
