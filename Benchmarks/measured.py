"""What is measured: the release build, as `gatehouse serve` on the database of a `gatehouse dev`; and a bare route beside it."""
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
    """A running program: it listens at this port of 127.0.0.1."""
    pid: int
    port: int
    start_seconds: float  # from its start to its first 200
    log: str
    ops_port: int | None = None

    def metric(self, series: str) -> float:
        """A value of `/metrics`, 0 where it isn't there yet."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ops_port}/metrics", timeout=60) as answer:
            for line in answer.read().decode().splitlines():
                name, _, value = line.rpartition(" ")
                if name == series:
                    return float(value)
        return 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def shorten_log(self) -> None:
        """A line for each of millions of requests, which nobody reads."""
        os.truncate(self.log, 0)


def release_build() -> str:
    return os.path.join(release_folder(), "gatehouse")


def release_folder() -> str:
    return subprocess.run(
        ["swift", "build", "-c", "release", "--show-bin-path"], cwd=HERE.parent, check=True, capture_output=True,
        text=True).stdout.strip()


def postgres(dev: Service) -> tuple[int, str, str]:
    """The server of `dev`: its process, the folder of its programs, its version."""
    postmaster = processes.postmaster(dev.process.pid)
    programs = os.path.dirname(os.readlink(f"/proc/{postmaster}/exe"))
    version = subprocess.run([f"{programs}/postgres", "--version"], capture_output=True, text=True).stdout.strip()
    return postmaster, programs, version


NO_LIMITS = "account=off,device=off,source=off,register=off,profile=off"


def measured_service(
    dev: Service, binary: str, limits: str = NO_LIMITS, under: Sequence[str] = (),
    settings: Mapping[str, str] = MappingProxyType({}), patience: float = 20
):
    """`gatehouse serve` on the database of `dev`, which makes users and sessions: the measured process hashes no
    password but those of the login rounds. `under` is a command that runs the service, `patience` how many seconds it
    may take to start."""
    port, ops_port = free_ports(2)
    environment = dev.environment | {
        "GATEHOUSE_LISTEN": f"127.0.0.1:{port}", "GATEHOUSE_OPS_LISTEN": f"127.0.0.1:{ops_port}",
        "GATEHOUSE_LIMITS": limits, **settings}
    return running(
        [*under, binary, "serve"], port, "/healthz", os.path.join(dev.folder, f"serve-{port}.log"), environment, ops_port,
        patience)


def constant_route(folder: str):
    """A bare Hummingbird program that answers a constant: `/constant`."""
    subprocess.run(
        [str(HERE.parent / "scripts" / "build-release"), "ConstantRoute"], check=True, stdout=subprocess.DEVNULL)
    port, = free_ports(1)
    program = os.path.join(release_folder(), "ConstantRoute")
    return running([program, str(port)], port, "/constant", os.path.join(folder, "constant.log"), dict(os.environ))


@contextmanager
def running(command: list[str], port: int, health: str, log_path: str, environment: dict[str, str],
            ops_port: int | None = None, patience: float = 20):
    """The program, from its first 200 at this path on, until the end of the context."""
    with open(log_path, "a+") as log:
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=2)
                    break
                except OSError:
                    if process.poll() is not None or time.perf_counter() > start + patience:
                        log.seek(0)
                        raise RuntimeError(f"{command[0]} did not come up:\n{log.read()}") from None
                    time.sleep(0.001)
            yield Measured(process.pid, port, time.perf_counter() - start, log_path, ops_port)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
