"""The result of `overload` as a page: a row for each load."""
import os
import platform
import statistics
from datetime import datetime, timezone

from report import commit, cpu_model

# How much of the peak must still be done, and how long /healthz may take, in milliseconds.
FLOOR = 0.8
HEALTH_CEILING = 100


def page(rounds: dict[str, list[dict]], seconds: int, times: int, memory: float, postgres: str) -> str:
    count = len(next(iter(rounds.values())))
    return "\n".join([
        f"# {datetime.now(timezone.utc):%Y-%m-%d}: {times} times as much as can be done, {count} rounds", "",
        f"Commit {commit()}, {cpu_model()}, {os.cpu_count()} cores: one for the service and PostgreSQL, one for the clients; "
        f"{postgres}, fsync on; Linux {platform.release()}. {seconds} s a measurement, medians of the rounds.", "",
        "`peak` is what a few clients get who wait for each answer. Then a crowd asks, "
        f"each of its clients again whether it was served or refused, {times} times as often in all as the peak unless "
        "they wait for answers. `done` are the answers that clients wanted, `refused` those with 503 and `Retry-After`; "
        "there were no others. `/healthz`: the 99th percentile beside the crowd, on the public listener.", "",
        "| | peak/s | asked/s | done/s | of the peak | refused/s | p99 of all answers, ms | /healthz, ms |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
        *(row(name, samples) for name, samples in rounds.items()), "",
        f"Resident memory of the service at its highest: {memory:.0f} MiB.", ""])


def row(name: str, samples: list[dict]) -> str:
    middle = {key: statistics.median(sample[key] for sample in samples) for key in samples[0]}
    share = statistics.median(sample["done"] / sample["peak"] for sample in samples)
    return (
        f"| {name} | {middle['peak']:,.0f} | {middle['asked']:,.0f} | {middle['done']:,.0f} | "
        f"{share:.0%}, {'met' if share >= FLOOR else 'MISSED'} | {middle['refused']:,.0f} | {middle['p99']:,.0f} | "
        f"{middle['health']:.0f}, {'met' if middle['health'] < HEALTH_CEILING else 'MISSED'} |")
