"""A run's result as a page: what ran where, the goals and whether they were met, and a section for each part."""
import os
import platform
import statistics
import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from goals import Goal
from loads import Sample
from plot import bars

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass
class Section:
    """What one part has measured. `plots` are SVG by name, shown after the lines."""
    title: str
    goals: list[Goal]
    lines: list[str]
    plots: dict[str, str] = field(default_factory=dict)
    bad: int = 0  # answers that were not the expected ones
    postgres: str = ""


def write(kind: str, sections: list[Section]) -> Path:
    """`DATE-KIND.md` and its plots."""
    RESULTS.mkdir(exist_ok=True)
    name = f"{datetime.now(timezone.utc):%Y-%m-%d}-{kind}"
    for plot in RESULTS.glob(f"{name}*.svg"):
        plot.unlink()  # of an earlier run of this day
    lines = [f"# {name.replace('-' + kind, '')}: {kind}", "", machine(sections), ""]
    if any(section.bad for section in sections):
        lines += ["**Some answers were not the expected ones: don't trust these numbers.**", ""]
    goals = [goal for section in sections for goal in section.goals]
    if goals:
        lines += [*goals_table(goals), ""]
        (RESULTS / f"{name}.svg").write_text(bars(goals))
        lines += [f"![How often each goal was reached]({name}.svg)", ""]
    for section in sections:
        lines += [f"## {section.title}", "", *section.lines, ""]
        for plot, svg in section.plots.items():
            (RESULTS / f"{name}-{plot}.svg").write_text(svg)
            lines += [f"![{plot}]({name}-{plot}.svg)", ""]
    path = RESULTS / f"{name}.md"
    path.write_text("\n".join(lines))
    return path


def machine(sections: list[Section]) -> str:
    postgres = next((section.postgres for section in sections if section.postgres), "PostgreSQL")
    return (f"Commit {commit()}, {cpu_model()}, {os.cpu_count()} cores shared by the service, PostgreSQL and the client; "
            f"{postgres}, fsync on; Linux {platform.release()}. Load of the machine at the end: {os.getloadavg()[2]:.1f}.")


def goals_table(goals: list[Goal]) -> list[str]:
    rows = [
        f"| {goal.of} | {goal.figure} | {goal.limit_text} | **{goal.text(goal.reached)}** | {goal.spread_text} | "
        f"{'met' if goal.met else 'MISSED'} |" for goal in goals]
    return ["| | | goal | median | rounds | |", "| --- | --- | --: | --: | --- | --- |", *rows]


def samples_table(rows: dict[tuple[str, int | None], list[Sample]]) -> list[str]:
    """Rows by title and number of clients; the median of the rounds counts."""
    return [
        "| load | clients | a second | rounds | p50 ms | p99 ms | longest ms | service CPU µs | PostgreSQL CPU µs "
        "| client CPU µs | client, of a core | unexpected |",
        "| --- | --: | --: | --- | --: | --: | --: | --: | --: | --: | --: | --: |",
        *(sample_row(*title, samples) for title, samples in rows.items())]


def sample_row(title: str, clients: int | None, samples: list[Sample]) -> str:
    def median(value) -> float:
        return statistics.median(map(value, samples))

    def milliseconds(part: str) -> str:
        return "" if getattr(samples[0], part) is None else f"{median(lambda s: getattr(s, part)):.2f}"

    def cpu(part: str) -> str:
        return f"{median(lambda s: getattr(s, part) / max(s.requests, 1) * 1e6):,.0f}"

    rates = [sample.rate for sample in samples]
    share = "" if samples[0].p50 is None else f"{median(lambda s: s.client_cpu / s.seconds):.0%}"
    cells = [
        title, clients or "", f"**{statistics.median(rates):,.0f}**", f"{min(rates):,.0f} – {max(rates):,.0f}",
        milliseconds("p50"), milliseconds("p99"), milliseconds("longest"), cpu("service_cpu"), cpu("postgres_cpu"),
        cpu("client_cpu"), share, unexpected(samples)]
    return "| " + " | ".join(map(str, cells)) + " |"


def unexpected(samples: list[Sample]) -> str:
    bad = sum(sample.bad for sample in samples)
    statuses = sorted({sample.first_bad_status for sample in samples if sample.first_bad_status})
    return f"{bad}" + (f" ({', '.join(map(str, statuses))})" if statuses else "")


def commit() -> str:
    text = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=RESULTS.parent, capture_output=True, text=True).stdout.strip()
    return text or "unknown"


def cpu_model() -> str:
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
