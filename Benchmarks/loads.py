"""Loads: what clients ask for. Each runs for some seconds beside the accounts of all who take part, and comes to a `Sample`."""
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

import processes

HERE = Path(__file__).resolve().parent


@dataclass
class Sample:
    """Of one measurement. CPU is in seconds: of the services, of PostgreSQL, of the program that makes the load; latencies are
    in milliseconds."""
    requests: int
    seconds: float
    service_cpu: float = 0
    postgres_cpu: float = 0
    client_cpu: float = 0
    late: int = 0  # answered after the time was up
    bad: int = 0  # unexpected answers
    busy: int = 0  # of the bad ones: refused with 503 because too much was asked
    late_busy: int = 0  # the same, of the late ones
    first_bad_status: int = 0
    p50: float | None = None
    p99: float | None = None
    longest: float | None = None

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True)
class Load:
    """Clients that ask at once, each over connections that it keeps and in turn for requests of its own in the file, or with
    tokens that are in the file where there is a route to refresh them at."""
    file: str
    clients: int
    refresh_route: str | None = None
    status: int = 200
    pause: float = 0  # milliseconds on average after each answer

    def command(self, client: str, ports: list[int], seconds: float) -> list[str]:
        kind = ["fixed", self.file] if self.refresh_route is None else ["refresh", self.file, self.refresh_route]
        return [client, "-p", str(self.pause), "-s", str(self.status), ",".join(map(str, ports)), str(self.clients),
                str(seconds), *kind]


def get(route: str, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"GET {route} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def post(route: str, body: dict) -> bytes:
    content = json.dumps(body)
    return (f"POST {route} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n{content}").encode()


class Bench:
    """The programs under measurement, and a folder for the files of loads."""

    def __init__(self, folder: str, postmaster: int):
        self.folder, self.postmaster = Path(folder), postmaster
        self.client = compiled("load", sorted((HERE / "client").glob("*.c")), ["-lm"], folder)

    def requests(self, name: str, requests: list[bytes]) -> str:
        path = self.folder / name
        path.write_bytes(b"".join(b"%d\n%s" % (len(request), request) for request in requests))
        return str(path)

    def tokens(self, name: str, tokens: list[str]) -> str:
        path = self.folder / name
        path.write_text("".join(f"{token}\n" for token in tokens))
        return str(path)

    def measure(self, load: Load, seconds: float, services: list, on_core: int | None = None) -> Sample:
        """The load's requests take turns at the services: every client has a connection to each."""
        place = [] if on_core is None else ["taskset", "-c", str(on_core)]
        command = place + load.command(self.client, [service.port for service in services], seconds)
        sample = self.account(command, [service.pid for service in services])
        for service in services:
            service.shorten_log()
        return sample

    def account(self, command: list[str], services: list[int] = (), parse=json.loads) -> Sample:
        """Runs a program that makes a load and prints what came of it."""
        before = self.cpu(services)
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            after = self.cpu(services)
            output.seek(0)
            text = output.read()
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{text}")
        return sample_of(parse(text), {
            "client_cpu": usage.ru_utime + usage.ru_stime, "service_cpu": after[0] - before[0],
            "postgres_cpu": after[1] - before[1]})

    def cpu(self, services: list[int]) -> tuple[float, float]:
        return (sum(map(processes.cpu_seconds_of_tree, services)), processes.cpu_seconds_of_tree(self.postmaster))


def sample_of(told: dict, accounts: dict) -> Sample:
    """What the load's own program says of itself counts."""
    known = {field.name for field in fields(Sample)}
    return Sample(**{name: value for name, value in (accounts | told).items() if name in known})


class Beside:
    """Loads that run while something else is measured: begun on entry, waited for by `samples`."""

    def __init__(self, bench: Bench, loads: dict[str, Load], seconds: float, port: int):
        self.commands = {name: load.command(bench.client, [port], seconds) for name, load in loads.items()}

    def __enter__(self) -> "Beside":
        self.running = {
            name: subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for name, command in self.commands.items()}
        return self

    def __exit__(self, *_) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
            process.stdout.close()

    def require_running(self) -> None:
        """An error when one of them has ended, which was not to be before the measurement did."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended too early:\n{process.communicate()[0]}")

    def samples(self) -> dict[str, Sample]:
        found = {}
        for name, process in self.running.items():
            text = process.communicate()[0]
            if process.returncode != 0:
                raise RuntimeError(f"{name} failed:\n{text}")
            found[name] = sample_of(json.loads(text), {})
        return found


def compiled(name: str, sources: list[Path], libraries: list[str], folder: str) -> str:
    path = os.path.join(folder, name)
    compiler = next((name for name in ("cc", "clang") if shutil.which(name)), "cc")
    subprocess.run(
        [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", path, *map(str, sources), *libraries], check=True)
    return path
