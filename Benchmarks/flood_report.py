"""The result of `flood` as a page: a row for each kind of request, a column for each state of the service."""
import os
import platform
import statistics
from datetime import datetime, timezone

from report import commit, cpu_model

# How much longer than alone B's people may wait at the 99th percentile.
CEILING = 2


def page(rounds: dict[str, list[dict[str, float]]], seconds: int, per_second: int, postgres: str) -> str:
    kinds = list(rounds["alone"][0])
    return "\n".join([
        f"# {datetime.now(timezone.utc):%Y-%m-%d}: a flood of sign-ins on another tenant, {len(rounds['alone'])} rounds", "",
        f"Commit {commit()}, {cpu_model()}, {os.cpu_count()} cores shared by the service, PostgreSQL, the flood and the "
        f"client; {postgres}, fsync on; Linux {platform.release()}.", "",
        f"99th percentile in milliseconds of what tenant B's people wait, who ask {per_second} times a second for each kind, "
        f"{seconds} s a measurement; medians of the rounds, in brackets the rounds. The flood: 64 connections that "
        "guess passwords at tenant A, each a tenth of a second after its last answer. Passwords are hashed as in production.", "",
        "| tenant B | alone | flood, limits on | | flood, no limits | |", "| --- | --: | --: | --: | --: | --: |",
        *(row(kind, rounds) for kind in kinds), ""])


def row(kind: str, rounds: dict[str, list[dict[str, float]]]) -> str:
    alone = median(rounds["alone"], kind)
    cells = [cell(rounds["alone"], kind)]
    for name in ("limited", "unlimited"):
        ratio = median(rounds[name], kind) / alone
        cells += [cell(rounds[name], kind), f"{ratio:.1f} times, {'met' if ratio <= CEILING else 'MISSED'}"]
    return f"| {kind} | " + " | ".join(cells) + " |"


def median(samples: list[dict[str, float]], kind: str) -> float:
    return statistics.median(sample[kind] for sample in samples)


def cell(samples: list[dict[str, float]], kind: str) -> str:
    each = " ".join(f"{sample[kind]:.1f}" for sample in samples)
    return f"**{median(samples, kind):.1f}** ({each})"
