"""What could be done if the service cost nothing: PostgreSQL with the refresh statement alone, and libargon2 alone."""
import json
import os
import re
from pathlib import Path

from database import Database
from loads import Bench, Sample, compiled
from people import CONNECTIONS, People
from refresh_statement import pgbench_script

HERE = Path(__file__).resolve().parent


class RefreshStatement:
    """pgbench with the refresh statement, prepared, by as many connections as clients refresh."""

    def __init__(self, bench: Bench, database: Database, people: People):
        self.bench, self.database, self.people = bench, database, people
        self.script = bench.folder / "refresh.sql"
        self.script.write_text(pgbench_script())

    def measure(self, seconds: int) -> Sample:
        before = self.database.generations(self.people)
        sample = self.bench.account(
            [f"{self.database.programs}/pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds),
             "-f", str(self.script), "-D", f"tenant={self.people.id}", "-D", "known=0", "-D", "session=-", "-D", "generation=0",
             self.database.url],
            parse=told_by_pgbench)
        moved = self.database.generations(self.people) - before
        sample.bad += abs(moved - sample.requests)  # a transaction that moved nothing measures nothing
        return sample


def told_by_pgbench(text: str) -> dict:
    transactions = int(re.search(r"number of transactions actually processed: (\d+)", text)[1])
    failed = re.search(r"number of failed transactions: (\d+)", text)
    rate = float(re.search(r"tps = ([\d.]+) \(without initial connection time\)", text)[1])
    return {"requests": transactions, "seconds": transactions / rate, "bad": int(failed[1]) if failed else 0}


class PasswordHashes:
    """libargon2 in a loop, on as many threads as there are cores, with the service's parameters."""

    def __init__(self, bench: Bench):
        self.bench = bench
        self.program = compiled("argon2", [HERE / "argon2.c"], ["-largon2", "-lpthread"], str(bench.folder))

    def measure(self, seconds: int) -> Sample:
        return self.bench.account([self.program, str(seconds), str(os.cpu_count())], parse=json.loads)
