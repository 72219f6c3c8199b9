"""What removing sessions that are over costs those that are not."""
import statistics
import time

from goals import at_least, at_most
from rates import Options
from report import Section

# Long enough for an instance to finish with the tenant it is at.
FINISH = 2


def measure_purging(place, options: Options, logins: float) -> Section:
    """Refreshes while nothing is due, and while every tenant is."""
    resting, purging, removed, lasted = [], [], [], True
    for number in range(options.rounds):
        rest(place)
        resting.append(place.measure("refresh", options.seconds))
        before = place.database.value("select count(*) from refresh_tokens")
        place.database.run("update purges set due_at = now()")
        purging.append(place.measure("refresh", options.seconds))
        lasted = place.database.value("select exists (select from purges where due_at <= now() + interval '2 s')") and lasted
        rest(place)
        removed.append((before - place.database.value("select count(*) from refresh_tokens")) / options.seconds)
        print(f"round {number + 1}: {resting[-1].rate:,.0f}/s, {purging[-1].rate:,.0f}/s while {removed[-1]:,.0f} sessions a "
              "second are removed", flush=True)
    losses = [1 - busy.rate / quiet.rate for quiet, busy in zip(resting, purging, strict=True)]
    return Section(
        "", [at_most("growth", "refreshes lost to the purge of a backlog", 0.05, losses),
             at_least("growth", "sessions purged for each that logins can make", 1, [one / logins for one in removed])],
        [f"Purge with every tenant due at once: {statistics.median(sample.rate for sample in purging):,.0f} refreshes a second instead "
         f"of {statistics.median(sample.rate for sample in resting):,.0f}, while {statistics.median(removed):,.0f} sessions a second "
         f"are removed; logins make at most {logins:,.0f}."
         + ("" if lasted else " **The backlog did not last for every round: the loss is too small by that.**")],
        bad=sum(sample.bad for sample in resting + purging))


def rest(place) -> None:
    """Nothing is due any more; twice, because an instance plans the next turn of the tenant that it is at."""
    for _ in range(2):
        place.database.run("update purges set due_at = 'infinity'")
        time.sleep(FINISH)
