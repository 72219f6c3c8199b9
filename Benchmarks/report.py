"""The result as a page: what ran where, and a row for each load."""
import os
import platform
import statistics
import subprocess
from datetime import datetime, timezone

from loads import Sample

# The floors the project sets itself: requests a second with 32 connections, megabytes.
FLOORS = {"me": 7_000, "refresh": 3_500}
MEMORY_CEILING = 60

TITLES = {
    "me": ("GET /v1/me", 32),
    "jwks": ("GET /.well-known/jwks.json", 32),
    "refresh": ("POST /v1/refresh", 32),
    "login": ("POST /v1/login", 4),
    "refresh_statement": ("*pgbench, the refresh statement alone*", 32),
    "argon2": ("*libargon2 alone, a thread a core*", None),
}


def page(rounds: dict[str, list[Sample]], seconds: int, peak_memory: float, postgres: str) -> str:
    rows = [row(name, samples) for name, samples in rounds.items()]
    return "\n".join([
        f"# {datetime.now(timezone.utc):%Y-%m-%d}: {len(rounds['me'])} interleaved rounds of {seconds} s", "",
        f"Commit {commit()}, {cpu_model()}, {os.cpu_count()} cores shared by the service, PostgreSQL and the client; "
        f"{postgres}, fsync on; Linux {platform.release()}.", "",
        "| load | connections | a second (median) | rounds | p50 ms | p99 ms | service CPU µs | PostgreSQL CPU µs "
        "| client CPU µs | unexpected answers |",
        "| --- | --: | --: | --- | --: | --: | --: | --: | --: | --: |", *rows, "",
        f"Service memory: {memory(rounds):.1f} MB resident after the rounds that hash no password, "
        f"{peak_memory:.1f} MB at its highest (with the buffers of {os.cpu_count()} hashing threads).", "",
        *floors(rounds), ""])


def median_of(samples: list[Sample], value) -> float:
    return statistics.median(value(sample) for sample in samples)


def row(name: str, samples: list[Sample]) -> str:
    title, connections = TITLES[name]
    milliseconds = [
        "" if samples[0].p50 is None else f"{median_of(samples, value):.2f}"
        for value in (lambda s: s.p50, lambda s: s.p99)]
    cpu = [
        f"{median_of(samples, lambda s: getattr(s, part) / max(s.requests, 1) * 1e6):,.0f}"
        for part in ("service_cpu", "postgres_cpu", "client_cpu")]
    each = " ".join(f"{sample.rate:,.0f}" for sample in samples)
    cells = [title, connections or "", f"**{median_of(samples, lambda s: s.rate):,.0f}**", each, *milliseconds, *cpu,
             sum(sample.bad for sample in samples)]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def memory(rounds: dict[str, list[Sample]]) -> float:
    """Of the first round alone: before the first login, no password has been hashed."""
    return max(rounds[name][0].memory for name in ("me", "jwks", "refresh"))


def floors(rounds: dict[str, list[Sample]]) -> list[str]:
    lines = []
    for name, floor in FLOORS.items():
        rate = median_of(rounds[name], lambda s: s.rate)
        lines.append(f"- {TITLES[name][0]}: floor {floor:,} a second, {'met' if rate >= floor else 'MISSED'}.")
    met = "met" if memory(rounds) < MEMORY_CEILING else "MISSED"
    lines.append(f"- Memory besides hash buffers: below {MEMORY_CEILING} MB, {met}.")
    return lines


def commit() -> str:
    text = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    return text or "unknown"


def cpu_model() -> str:
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
