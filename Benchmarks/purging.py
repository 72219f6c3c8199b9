"""What removing sessions that are over costs those that are not, and whether it keeps up."""
import statistics
import time

from goals import at_least, at_most
from population import NOTHING_DUE
from rates import Options
from report import Section

# Seconds in which an instance finishes with the tenant it is at.
FINISH = 2

FAILURES = 'gatehouse_upkeep_failures_total{work="purge"}'
COUNTS = "json_build_object('all', count(*), 'largest', count(*) filter (where tenant_id = :'people')) from refresh_tokens"
# The largest tenant is the first, and then waits for its turn like any other.
ALL_DUE = """
    update purges set due_at = now() - case when id = :'people' then interval '1 min' else interval '0' end, after_session = null
"""


def measure_purging(place, options: Options, logins: float) -> Section:
    """Refreshes while nothing is due, and while every tenant is."""
    people = place.people.id
    resting, purging, removed, lasted = [], [], {"all": [], "largest": []}, True
    failures = place.serve.metric(FAILURES)
    for number in range(options.rounds):
        rest(place)
        resting.append(place.measure("refresh", options.seconds))
        before = place.database.value(f"select {COUNTS}", people=people)
        place.database.run(ALL_DUE, people=people)
        purging.append(place.measure("refresh", options.seconds))
        lasted = place.database.value("select exists (select from purges where due_at <= now())") and lasted
        rest(place)
        after = place.database.value(f"select {COUNTS}", people=people)
        for name, rates in removed.items():
            rates.append((before[name] - after[name]) / options.seconds)
        print(f"round {number + 1}: {resting[-1].rate:,.0f}/s, {purging[-1].rate:,.0f}/s while {removed['all'][-1]:,.0f} sessions a "
              f"second are removed, {removed['largest'][-1]:,.0f} of the largest tenant", flush=True)
    failures = place.serve.metric(FAILURES) - failures
    losses = [1 - busy.rate / quiet.rate for quiet, busy in zip(resting, purging, strict=True)]
    return Section(
        "", [at_most("growth", "refreshes lost to the purge of a backlog", 0.05, losses),
             at_least("growth", "sessions of the largest tenant purged, per login", 1, [one / logins for one in removed["largest"]])],
        [f"Purge with every tenant due at once: {median_rate(purging):,.0f} refreshes a second instead of {median_rate(resting):,.0f}, "
         f"while {statistics.median(removed['all']):,.0f} sessions a second are removed, {statistics.median(removed['largest']):,.0f} "
         f"of them of the largest tenant, where logins make at most {logins:,.0f}."
         + (f" **{failures:.0f} attempts failed.**" if failures else "")
         + ("" if lasted else " **The backlog did not last for every round: the loss is too small by that.**")],
        bad=sum(sample.bad for sample in resting + purging))


def median_rate(samples: list) -> float:
    return statistics.median(sample.rate for sample in samples)


def rest(place) -> None:
    """Nothing is due any more; twice, because an instance plans the next turn of the tenant that it is at."""
    for _ in range(2):
        place.database.run(NOTHING_DUE)
        time.sleep(FINISH)
