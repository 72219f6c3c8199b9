"""The result of `tenants` as a page: a row for each figure, a column for each number of tenants."""
import os
import platform
import statistics
from dataclasses import dataclass
from datetime import datetime, timezone

from report import commit, cpu_model

# How much resident memory may move, in megabytes, while an instance that is full reads as many tenants again.
GROWTH_CEILING = 2


@dataclass
class Sample:
    """Of one life of an instance: milliseconds, each the median of many requests, and megabytes."""
    start: float
    first_login: float
    second_login: float
    refresh: float
    later_login: float
    read: float
    read_again: float
    memory_start: float
    memory_touched: float
    memory_touched_again: float
    signed_in: int

    def __str__(self) -> str:
        return (f"start {self.start:.0f} ms, first login {self.first_login:.2f} ms, second {self.second_login:.2f} ms, "
                f"{self.memory_start:.1f}, {self.memory_touched:.1f}, {self.memory_touched_again:.1f} MB")


def page(rounds: dict[int, list[Sample]], touched: int, argon2: str, postgres: str) -> str:
    few, many = rounds
    titles = {
        "start": "start: from exec to the first 200 on /healthz, ms",
        "first_login": "first login to a tenant the instance hasn't read, ms",
        "second_login": "second login, ms",
        "refresh": "refresh, ms",
        "read": f"JWKS of {touched:,} tenants, each not read before where there are many, ms",
        "read_again": f"JWKS of {touched:,} other tenants, ms",
        "later_login": "login to a tenant that was read before all those, ms",
        "memory_start": "resident after the start, MB",
        "memory_touched": f"resident after {touched:,} tenants, MB",
        "memory_touched_again": f"resident after {touched:,} other tenants, MB",
    }
    signed_in = " and ".join(str(rounds[count][0].signed_in) for count in rounds)
    return "\n".join([
        f"# {datetime.now(timezone.utc):%Y-%m-%d}: {few:,} and {many:,} tenants, {len(rounds[few])} interleaved rounds",
        "",
        f"Commit {commit()}, {cpu_model()}, {os.cpu_count()} cores shared by the service, PostgreSQL and the client; "
        f"{postgres}, fsync on; Linux {platform.release()}.", "",
        f"Each round starts an instance anew. One client sends one request after the other; {signed_in} people sign "
        f"in. Passwords are hashed with Argon2id at `{argon2}`, which costs hardly anything, so that hashing hides "
        "nothing. Medians of the rounds, of the medians in each; in brackets the rounds.", "",
        f"| | {few:,} tenants | {many:,} tenants |", "| --- | --: | --: |",
        *(f"| {title} | {cell(rounds[few], name)} | {cell(rounds[many], name)} |" for name, title in titles.items()),
        "",
        growth(rounds[many], touched), ""])


def cell(samples: list[Sample], name: str) -> str:
    values = [getattr(sample, name) for sample in samples]
    digits = 0 if name == "start" else 1 if name.startswith("memory") else 2
    each = " ".join(f"{value:.{digits}f}" for value in values)
    return f"**{statistics.median(values):.{digits}f}** ({each})"


def growth(samples: list[Sample], touched: int) -> str:
    megabytes = max(sample.memory_touched_again - sample.memory_touched for sample in samples)
    met = "met" if megabytes < GROWTH_CEILING else "MISSED"
    return (f"- Memory while another {touched:,} tenants are read: at most {megabytes:+.1f} MB, "
            f"ceiling {GROWTH_CEILING} MB, {met}.")
