"""The same load on a service that others would have written: FastAPI, beside Gatehouse and on the same PostgreSQL."""
import filecmp
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from database import Database
from loads import Bench, Sample
from measured import measured_service, running
from people import CONNECTIONS, LOGIN_CONNECTIONS, People
from rates import Options
from report import Section, samples_table
from service import Service, free_ports

HERE = Path(__file__).resolve().parent
PEER = HERE / "peers" / "fastapi"
VENV = HERE.parent / ".venv" / "peer-fastapi"
WORKERS = 2
ROWS = {"me": ("GET /v1/me", CONNECTIONS), "refresh": ("POST /v1/refresh", CONNECTIONS), "login": ("POST /v1/login", LOGIN_CONNECTIONS)}


def measure(options: Options) -> Section:
    install()
    with Service(options.binary) as dev, measured_service(dev, options.binary) as serve:
        database = Database(dev)
        bench = Bench(dev.folder, database.postmaster)
        with peer_service(dev, database) as peer:
            services = {"Gatehouse": (serve, People(dev, "bench")), "FastAPI": (peer, PeoplesPeer(dev, peer.url))}
            loads = {
                (name, kind): getattr(people, kind)(bench) for name, (_, people) in services.items() for kind in ROWS}
            rounds: dict[tuple[str, str], list[Sample]] = {key: [] for key in loads}
            for key, load in loads.items():
                bench.measure(load, 1, [services[key[0]][0]])
            for number in range(options.rounds):
                for kind in ROWS:
                    for name, (service, _) in services.items():
                        sample = bench.measure(loads[name, kind], options.seconds, [service])
                        rounds[name, kind].append(sample)
                        print(f"round {number + 1}, {kind}, {name}: {sample.rate:,.0f}/s, {sample.bad} unexpected", flush=True)
    rows = {(f"{name}: {ROWS[kind][0]}", ROWS[kind][1]): rounds[name, kind] for kind in ROWS for name in services}
    return Section(
        f"Beside FastAPI, {options.rounds} interleaved rounds of {options.seconds} s", [],
        [f"`peers/fastapi` with {WORKERS} uvicorn workers and no access log (Gatehouse logs each request), Python "
         f"{'.'.join(map(str, sys.version_info[:3]))}, ES256 on both sides, the same Argon2id parameters, the same PostgreSQL. It has "
         "one tenant, no row-level security, no grace for lost answers, no guessing limits and no audit trail.", "",
         *samples_table(rows)],
        bad=sum(sample.bad for samples in rounds.values() for sample in samples), postgres=database.version)


class PeoplesPeer(People):
    """Users of the other service, which has no tenants."""

    def __init__(self, dev: Service, url: str):
        self.dev, self.url, self.slug, self.route, self.sessions = dev, url, "peer", "", []
        self.join(CONNECTIONS)


@contextmanager
def peer_service(dev: Service, database: Database):
    """Two workers on a database of their own on the same server."""
    database.run("create database peer owner gatehouse_owner")
    url = dev.environment["GATEHOUSE_OWNER_DATABASE_URL"].replace("/gatehouse?", "/peer?")
    subprocess.run(
        [f"{database.programs}/psql", "-Xqv", "ON_ERROR_STOP=1", "-f", str(PEER / "schema.sql"), url], check=True)
    key = os.path.join(dev.folder, "peer-key.pem")
    subprocess.run(
        [VENV / "bin" / "python", "-c", MAKE_KEY, key], check=True)
    port, = free_ports(1)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE")} | {
        "DATABASE_URL": url, "SIGNING_KEY_FILE": key, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(VENV / "bin" / "uvicorn"), "--app-dir", str(PEER), "service:app", "--workers", str(WORKERS), "--port", str(port),
               "--no-access-log"]
    with running(command, port, "/healthz", os.path.join(dev.folder, "peer.log"), environment) as peer:
        yield peer


MAKE_KEY = """
import sys
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
open(sys.argv[1], "wb").write(pem)
"""


def install() -> None:
    wanted, installed = PEER / "requirements.txt", VENV / "requirements.txt"
    if installed.exists() and filecmp.cmp(wanted, installed, shallow=False):
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    subprocess.run(
        [str(VENV / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)], check=True)
    shutil.copy(wanted, installed)
