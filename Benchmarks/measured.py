"""What is measured: the release build, as `gatehouse serve` on the database of a `gatehouse dev`."""
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import processes
from service import Service, free_ports

HERE = Path(__file__).resolve().parent


@dataclass
class Measured:
    pid: int
    url: str
    start_seconds: float  # from its start to its first 200 on /healthz


def release_build() -> str:
    folder = subprocess.run(
        ["swift", "build", "-c", "release", "--show-bin-path"], cwd=HERE.parent, check=True, capture_output=True,
        text=True).stdout.strip()
    return f"{folder}/gatehouse"


def postgres(dev: Service) -> tuple[int, str, str]:
    """The server of `dev`: its process, the folder of its programs, its version."""
    postmaster = processes.postmaster(dev.process.pid)
    programs = os.path.dirname(os.readlink(f"/proc/{postmaster}/exe"))
    version = subprocess.run([f"{programs}/postgres", "--version"], capture_output=True, text=True).stdout.strip()
    return postmaster, programs, version


NO_LIMITS = "account=off,device=off,source=off,register=off"


@contextmanager
def measured_service(
    dev: Service, binary: str, limits: str = NO_LIMITS, under: Sequence[str] = (),
    settings: Mapping[str, str] = MappingProxyType({}), patience: float = 10
):
    """`gatehouse serve` on the database of `dev`, which makes users and sessions: the measured process hashes no
    password but those of the login rounds. `under` is a command that runs the service, `patience` how many seconds it
    may take to start."""
    port, ops_port = free_ports(2)
    url = f"http://127.0.0.1:{port}"
    environment = dev.environment | {
        "GATEHOUSE_LISTEN": f"127.0.0.1:{port}", "GATEHOUSE_OPS_LISTEN": f"127.0.0.1:{ops_port}",
        "GATEHOUSE_LIMITS": limits, **settings}
    with open(os.path.join(dev.folder, "serve.log"), "w+") as log:
        start = time.perf_counter()
        process = subprocess.Popen(
            [*under, binary, "serve"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while time.perf_counter() < start + patience and process.poll() is None:
                try:
                    urllib.request.urlopen(f"{url}/healthz", timeout=2)
                    break
                except OSError:
                    time.sleep(0.001)
            else:
                log.seek(0)
                raise RuntimeError(f"gatehouse serve did not come up:\n{log.read()}")
            yield Measured(process.pid, url, time.perf_counter() - start)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
