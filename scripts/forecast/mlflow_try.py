"""One training, told to a real MLflow server, and its model loaded by Python as any other.

  python3 -m venv VENV && VENV/bin/pip install "mlflow[auth]==3.17.2" xgboost-cpu pandas
  VENV/bin/python scripts/forecast/mlflow_try.py target/debug/puente [--auth]

Starts `mlflow server` and Puente's data in a folder of their own on this machine, trains the models `puente` and
`xgboost` on the sample files, and says what the server then has. With --auth the server asks for a user. Ends with 1 when anything is not as it should be.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

EXPERIMENT = "TNS_Demanda_Prediccion"
AUTH = "--auth" in sys.argv
USER, PASSWORD = "oficina", "una clave larga de prueba 4711"
INI = f"""[mlflow]
default_permission = EDIT
database_uri = sqlite:///{{folder}}/auth.db
admin_username = {USER}
admin_password = {PASSWORD}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(url, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url + "/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"nothing answers at {url}")


def start_server(folder, port):
    env = dict(os.environ, MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
    words = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    words += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    if AUTH:
        (folder / "auth.ini").write_text(INI.format(folder=folder))
        env.update(MLFLOW_AUTH_CONFIG_PATH=str(folder / "auth.ini"))
        env.update(MLFLOW_FLASK_SERVER_SECRET_KEY="una prueba de este equipo")
        words += ["--app-name", "basic-auth"]
    words += ["--artifacts-destination", str(folder / "files"), "--serve-artifacts", "--workers", "1"]
    log = open(folder / "server.log", "w")
    return subprocess.Popen(words, env=env, stdout=log, stderr=log, start_new_session=True)


class Puente:
    """The command line, over data of its own."""

    def __init__(self, program, data):
        self.words = [program, "--data-dir", str(data), "--json"]
        data.mkdir(parents=True, exist_ok=True)
        (data / "config.toml").write_text('secrets = "file"\n')
        self.env = dict(os.environ, PUENTE_PASSPHRASE="frase de acceso de prueba")

    def __call__(self, *words, stdin=None):
        done = subprocess.run(
            [*self.words, *words], env=self.env, input=stdin, text=True, capture_output=True
        )
        if done.returncode != 0:
            raise SystemExit(f"puente {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None


def check(fine, what):
    print(("ok    " if fine else "WRONG ") + what)
    return fine


def look(url, nit, models):
    import mlflow
    import numpy
    import pandas
    import xgboost

    mlflow.set_tracking_uri(url)
    experiment = mlflow.get_experiment_by_name(EXPERIMENT)
    runs = mlflow.search_runs([experiment.experiment_id], output_format="list")
    good = check(len(runs) == len(models), f"{len(runs)} runs, one for each training")
    for run in runs:
        params, metrics, model = run.data.params, run.data.metrics, run.data.params["modelo_id"]
        good &= check(run.info.status == "FINISHED", f"{model}: finished")
        good &= check(params["nit_empresa"] == nit, "its NIT")
        wanted = ["fecha_entrenamiento", "filas_entrenamiento", "prophet_datos_entrenamiento"]
        good &= check(all(name in params for name in wanted), ", ".join(wanted))
        wanted = ["xgboost_mae", "xgboost_r2", "xgboost_rmse"]
        good &= check(all(name in metrics for name in wanted), ", ".join(wanted))
        names = {file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id)}
        good &= check({"model", "training_data_sample.csv"} <= names, f"files: {sorted(names)}")
        place = f"runs:/{run.info.run_id}/model"
        loaded = mlflow.xgboost.load_model(place)
        wrapped = mlflow.pyfunc.load_model(place)
        booster = loaded.get_booster() if hasattr(loaded, "get_booster") else loaded
        columns = booster.feature_names
        rows = numpy.random.default_rng(7).random((200, len(columns))).astype("float32") * 3
        frame = pandas.DataFrame(rows, columns=columns)
        wanted = booster.predict(xgboost.DMatrix(frame))
        got = numpy.asarray(wrapped.predict(frame)).ravel()
        worst = float(numpy.max(numpy.abs(wanted - got)))
        good &= check(worst < 1e-5, f"mlflow.xgboost and mlflow.pyfunc load it, {worst:.1e} apart")
    return good


def main():
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        puente = Puente(program, folder / "data")
        sample = folder / "sample"
        subprocess.run(
            [program, "demo", "--source", "files", "--keep", str(sample), "--json"],
            check=True, capture_output=True,
        )
        files = next(path for path in sample.rglob("files") if path.is_dir())
        puente("servers", "add", "--kind", "files", "--name", "archivos", "--master", str(files))
        puente("companies", "discover")
        subprocess.run([*puente.words, "movements", "extract", "--all"], env=puente.env,
                       capture_output=True)
        nit = puente("forecast", "list")[0]["nit"]
        login = ["mlflow.login=basic", f"mlflow.user={USER}", "--mlflow-secret-stdin"]
        puente("settings", "set", f"mlflow.url={url}", *(login if AUTH else []), stdin=PASSWORD + "\n")
        if AUTH:
            os.environ.update(MLFLOW_TRACKING_USERNAME=USER, MLFLOW_TRACKING_PASSWORD=PASSWORD)
        # The server is not there yet: the training ends well all the same, and its row waits.
        puente("forecast", "train", "--nit", nit)
        waiting = puente("forecast", "mlflow", "status")
        good = check(waiting["waiting"] == 1, "a training while the server is away waits to be told")
        begun = time.monotonic()
        server = start_server(folder, port)
        try:
            wait_for(url, 120)
            print(f"mlflow server answers after {time.monotonic() - begun:.0f} s")
            begun = time.monotonic()
            puente("forecast", "mlflow", "send")
            print(f"told of the first training in {time.monotonic() - begun:.1f} s")
            puente("forecast", "train", "--nit", nit, "--model", "xgboost")
            puente("forecast", "mlflow", "send")
            status = puente("forecast", "mlflow", "status")
            good &= check(status["sent"] == 2 and status["waiting"] == 0, "both are told of")
            puente("forecast", "mlflow", "send")
            models = puente("forecast", "compare", "--nit", nit)
            print("links:", *[model["mlflow"]["link"] for model in models])
            good &= look(url, nit, models)
        finally:
            os.killpg(server.pid, 15)
            server.wait()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
