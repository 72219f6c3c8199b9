"""What removing sessions that are over costs those that are not, and whether it keeps up."""
import statistics
import time
from collections.abc import Callable
from itertools import pairwise

from goals import at_least, at_most
from loads import Sample
from population import NOTHING_DUE
from rates import Options
from report import Section

# Seconds in which an instance finishes with the tenant it is at.
FINISH = 2
# The purge works for moments and rests for longer: a round has to see many of both.
SECONDS = 10
# And there have to be many rounds: the machine breathes by as much as the purge costs.
ROUNDS = 8
# Seconds after which an instance must have begun: it looks every five seconds, and rests for ten at most.
BEGINS = 20

FAILURES = 'gatehouse_upkeep_failures_total{work="purge"}'
COUNTS = "json_build_object('all', count(*), 'largest', count(*) filter (where tenant_id = :'people')) from refresh_tokens"
# The largest tenant is the first, and unfinished after that, so that each look has a batch of it. A round sees a look or two, so that the
# number of its sessions that are purged goes by whole batches.
ALL_DUE = """
    update purges set due_at = now() - case when id = :'people' then interval '1 min' else interval '0' end,
        after_session = null, unfinished_since = null
"""


def measure_purging(place, options: Options, logins: float) -> Section:
    """Refreshes while every tenant is due, beside those before and after, while nothing is."""
    people, seconds = place.people.id, max(options.seconds, SECONDS)
    purging, removed, lasted = [], {"all": [], "largest": []}, True
    failures = place.serve.metric(FAILURES)
    rest(place)
    resting = [place.measure("refresh", seconds)]
    for number in range(max(options.rounds, ROUNDS)):
        before = place.database.value(f"select {COUNTS}", people=people)
        place.database.run(ALL_DUE, people=people)
        wait_for_purge(place)
        due_since = time.monotonic()
        purging.append(place.measure("refresh", seconds))
        lasted = place.database.value("select exists (select from purges where due_at <= now())") and lasted
        due_for = time.monotonic() - due_since
        rest(place)
        after = place.database.value(f"select {COUNTS}", people=people)
        for name, rates in removed.items():
            rates.append((before[name] - after[name]) / due_for)
        resting.append(place.measure("refresh", seconds))
        print(f"round {number + 1}: {resting[-2].rate:,.0f}/s, {purging[-1].rate:,.0f}/s while {removed['all'][-1]:,.0f} sessions a "
              f"second are removed, {removed['largest'][-1]:,.0f} of the largest tenant, {resting[-1].rate:,.0f}/s", flush=True)
    failures = place.serve.metric(FAILURES) - failures
    return Section(
        "", [at_most("growth", "refreshes lost to the purge of a backlog", 0.05, losses(resting, purging, lambda sample: sample.rate)),
             at_most("growth", "the same, at equal speed of the cores", 0.05, losses(resting, purging, at_equal_speed)),
             at_least("growth", "sessions purged, per login", 1, [one / logins for one in removed["all"]]),
             at_least("growth", "sessions of the largest tenant purged, per login", 1, [one / logins for one in removed["largest"]])],
        [f"Purge with every tenant due at once: {median_rate(purging):,.0f} refreshes a second instead of {median_rate(resting):,.0f}, "
         f"while {statistics.median(removed['all']):,.0f} sessions a second are removed, {statistics.median(removed['largest']):,.0f} "
         f"of them of the largest tenant, where logins make at most {logins:,.0f}."
         + (f" **{failures:.0f} attempts failed.**" if failures else "")
         + ("" if lasted else " **The backlog did not last for every round: the loss is too small by that.**")],
        bad=sum(sample.bad for sample in resting + purging))


def losses(resting: list[Sample], purging: list[Sample], done: Callable[[Sample], float]) -> list[float]:
    """Of each round with a purge beside those before and after it."""
    return [1 - 2 * done(busy) / (done(before) + done(after))
            for busy, (before, after) in zip(purging, pairwise(resting), strict=True)]


def at_equal_speed(sample: Sample) -> float:
    """Refreshes a second, counted by the CPU that the client needs for one: what it does for one is always the same, so that this tells
    how fast the cores were. They are others' too, and differ from round to round by more than a purge costs."""
    return sample.client_cpu / sample.seconds


def median_rate(samples: list) -> float:
    return statistics.median(sample.rate for sample in samples)


def rest(place) -> None:
    """Nothing is due any more; twice, because an instance plans the next turn of the tenant that it is at."""
    for _ in range(2):
        place.database.run(NOTHING_DUE)
        time.sleep(FINISH)


def wait_for_purge(place) -> None:
    """Until an instance has taken a tenant up."""
    for _ in range(BEGINS * 10):
        if place.database.value("select exists (select from purges where due_at > now() and due_at < 'infinity')"):
            return
        time.sleep(0.1)
    raise RuntimeError(f"No tenant has been purged within {BEGINS} seconds.")
