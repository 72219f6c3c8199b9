"""What is measured. Each load runs for some seconds and returns a `Sample`."""
import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import processes
from refresh_statement import pgbench_script
from service import PASSWORD

HERE = Path(__file__).resolve().parent


@dataclass
class Sample:
    """Of one round. CPU is in seconds: of the service, of PostgreSQL, of the program that makes the load."""
    requests: int
    seconds: float
    service_cpu: float
    postgres_cpu: float
    client_cpu: float
    bad: int = 0
    busy: int = 0  # of the bad ones: refused with 503 because too much was asked
    p50: float | None = None
    p99: float | None = None
    memory: float | None = None

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class Bench:
    """A service under measurement, and the folder for the files that loads read."""

    def __init__(self, service_pid: int, postmaster: int, url: str, folder: str):
        self.service_pid, self.postmaster, self.url = service_pid, postmaster, url
        self.folder = Path(folder)

    def file(self, name: str, lines: list[str]) -> str:
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return str(path)

    def wrk(self, script: str, route: str, seconds: int, connections: int, threads: int, *arguments: str,
            on_core: int | None = None) -> Sample:
        place = [] if on_core is None else ["taskset", "-c", str(on_core)]
        return self.measure([
            *place, "wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
            "-s", str(HERE / "load" / f"{script}.lua"), self.url + route, "--", *arguments])

    def me(self, seconds: int, access_tokens: list[str]) -> Sample:
        return self.wrk("me", "/v1/me", seconds, 32, 2, self.file("access", access_tokens))

    def jwks(self, seconds: int) -> Sample:
        return self.wrk("jwks", "/.well-known/jwks.json", seconds, 32, 2)

    def refresh(self, seconds: int, refresh_tokens: list[str]) -> Sample:
        count = len(refresh_tokens)
        return self.wrk("refresh", "/v1/refresh", seconds, count, count, self.file("refresh", refresh_tokens))

    def login(self, seconds: int, emails: list[str]) -> Sample:
        bodies = [json.dumps({"email": email, "password": PASSWORD}) for email in emails]
        return self.wrk("login", "/v1/login", seconds, 4, 4, self.file("login", bodies))

    def refresh_statement(self, seconds: int, programs: str, database_url: str, tenant_id: str) -> Sample:
        """pgbench with the statement alone, prepared, by as many connections as clients refresh."""
        script = self.folder / "refresh.sql"
        script.write_text(pgbench_script())

        def generations() -> int:
            sql = (f"select set_config('gatehouse.tenant_id', '{tenant_id}', false); "
                   "select sum(generation) from refresh_tokens")
            output = subprocess.run(
                [f"{programs}/psql", "-XqAt", database_url, "-c", sql], check=True, capture_output=True, text=True).stdout
            return int(output.split()[-1])

        before = generations()
        sample = self.measure(
            [f"{programs}/pgbench", "-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", str(seconds),
             "-f", str(script), "-D", f"tenant={tenant_id}", "-D", "known=0", "-D", "session=-", "-D", "generation=0",
             database_url],
            parse_pgbench)
        sample.bad += abs(generations() - before - sample.requests)  # a transaction that moved nothing measures nothing
        return sample

    def argon2(self, seconds: int, program: str) -> Sample:
        """libargon2 in a loop, on as many threads as there are cores."""
        return self.measure([program, str(seconds), str(os.cpu_count())])

    def measure(self, command: list[str], parse=None) -> Sample:
        service, postgres = self.cpu()
        environment = os.environ | {"GATEHOUSE_LOADS": str(HERE / "load")}
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            service_after, postgres_after = self.cpu()
            output.seek(0)
            text = output.read()
        if process.returncode != 0:
            raise RuntimeError(f"{command[0]} failed:\n{text}")
        values = (parse or parse_json)(text)
        return Sample(
            service_cpu=service_after - service, postgres_cpu=postgres_after - postgres,
            client_cpu=usage.ru_utime + usage.ru_stime, memory=processes.memory_megabytes(self.service_pid)[0], **values)

    def cpu(self) -> tuple[float, float]:
        return processes.cpu_seconds(self.service_pid), processes.cpu_seconds_of_tree(self.postmaster)


def parse_json(text: str) -> dict:
    return json.loads(next(line for line in text.splitlines() if line.startswith("{")))


def parse_pgbench(text: str) -> dict:
    transactions = int(re.search(r"number of transactions actually processed: (\d+)", text)[1])
    failed = re.search(r"number of failed transactions: (\d+)", text)
    rate = float(re.search(r"tps = ([\d.]+) \(without initial connection time\)", text)[1])
    return {
        "requests": transactions, "seconds": transactions / rate, "bad": int(failed[1]) if failed else 0,
        "p50": None, "p99": None}
