"""Whether an instance's memory stays what it is, under everything at once for as long as wanted."""
import statistics
import threading
import time

from database import Database
from goals import at_most
from loads import Beside, Bench, Sample
from measured import Measured, measured_service
from people import People
from plot import course
from processes import memory_megabytes
from rates import Options
from report import Section
from service import Service

# How long the clients keep their connections before all of them connect anew, in seconds.
SPELL = 20
# Seconds of sign-ins before, until every hashing thread has made its buffer, which it keeps.
HASHES_FIRST = 3
# Megabytes that the second half may be above the first.
GROWTH = 2


def measure(options: Options) -> Section:
    with Service(options.binary) as dev, measured_service(dev, options.binary) as serve:
        database = Database(dev)
        bench = Bench(dev.folder, database.postmaster)
        people = People(dev, "bench")
        loads = {
            "me": people.me(bench, 8), "refresh": people.refresh(bench, 8), "verify": people.verify(bench, 4),
            "jwks": people.key_set(bench, 4), "login": people.login(bench, 2, pause=1000)}
        bench.measure(people.login(bench, 8), HASHES_FIRST, [serve])
        done = {name: [] for name in loads}
        with Watch(serve) as watch:
            while (left := options.soak_minutes * 60 - watch.seconds()) > 1:
                with Beside(bench, loads, min(SPELL, left), serve.port) as beside:
                    for name, sample in beside.samples().items():
                        done[name].append(sample)
                print(f"{watch.seconds() / 60:.1f} minutes: {watch.points[-1][1]:.1f} MB", flush=True)
    return Section(
        f"Soak of {options.soak_minutes:g} minutes", [flatness(watch.points)], lines(watch.points, done),
        {"soak": course("Resident memory of the service", "MB", [(at / 60, megabytes) for at, megabytes in watch.points])},
        bad=sum(sample.bad for samples in done.values() for sample in samples), postgres=database.version)


class Watch:
    """Takes down the resident memory of a process every second while it is entered: seconds and megabytes."""

    def __init__(self, serve: Measured):
        self.serve, self.points, self.over = serve, [], threading.Event()
        self.thread = threading.Thread(target=self.look)

    def __enter__(self) -> "Watch":
        self.start = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()
        self.thread.join()

    def seconds(self) -> float:
        return time.monotonic() - self.start

    def look(self) -> None:
        while True:
            self.points.append((self.seconds(), memory_megabytes(self.serve.pid)[0]))
            self.serve.shorten_log()
            if self.over.wait(1):
                break


def quarters(points: list[tuple[float, float]]) -> list[float]:
    """The median of each quarter."""
    megabytes = [value for _, value in points]
    length = len(megabytes) // 4
    return [statistics.median(megabytes[number * length:(number + 1) * length]) for number in range(4)]


def flatness(points: list[tuple[float, float]]):
    _, second, _, last = quarters(points)
    return at_most("memory", f"growth in a soak of {points[-1][0] / 60:.0f} minutes", GROWTH, [last - second], "MB", 1)


def lines(points: list[tuple[float, float]], done: dict[str, list[Sample]]) -> list[str]:
    rates = ", ".join(
        f"{name} {sum(sample.requests for sample in samples) / sum(sample.seconds for sample in samples):,.0f}"
        for name, samples in done.items())
    samples = [sample for of_load in done.values() for sample in of_load]
    bad, busy = sum(sample.bad for sample in samples), sum(sample.busy + sample.late_busy for sample in samples)
    statuses = ", ".join(sorted({str(sample.first_bad_status) for sample in samples if sample.first_bad_status}))
    unexpected = f" {bad:,} unexpected answers, {busy:,} of them 503; the first in their spells: {statuses}." if bad else ""
    each = " ".join(f"{megabytes:.1f}" for megabytes in quarters(points))
    return [
        f"All at once, by clients who connect anew every {SPELL} s; done a second: {rates}. Resident memory, medians of the "
        f"quarters: {each} MB; the highest {max(value for _, value in points):.1f} MB, all with hash buffers. The goal is for the "
        f"last quarter against the second.{unexpected}"]
