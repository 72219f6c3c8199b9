"""Two instances on one database: whether together they do no less than one, and never differ."""
import threading

from database import Database
from goals import at_least, at_most, ratios
from loads import Bench, Sample
from measured import Measured, measured_service
from people import CONNECTIONS, People
from rates import Options, counted_refreshes
from report import Section, samples_table
from requests_in_turn import Caller
from service import Service

# How often one token is presented to both instances at once.
RACES = 500
# The more ask at once, the more each instance puts into a statement.
MANY = 4 * CONNECTIONS


def measure(options: Options) -> Section:
    with Service(options.binary) as dev, measured_service(dev, options.binary) as first, \
            measured_service(dev, options.binary) as second:
        database = Database(dev)
        bench = Bench(dev.folder, database.postmaster)
        groups = {clients: People(dev, f"bench-{clients}", clients) for clients in (CONNECTIONS, MANY)}
        rounds: dict[tuple[str, int], list[Sample]] = {(name, clients): [] for clients in groups for name in ("one", "two")}

        def one(clients: int, seconds: int, services: list[Measured]) -> Sample:
            people = groups[clients]
            return counted_refreshes(bench, database, people, people.refresh(bench, clients), seconds, services)

        for clients in groups:
            for services in ([first], [second], [first, second]):
                one(clients, 1, services)  # connections are opened, statements prepared
        for number in range(options.rounds):
            for (name, clients), samples in rounds.items():
                services = [first, second] if name == "two" else [[first], [second]][number % 2]
                samples.append(one(clients, options.seconds, services))
                print(f"round {number + 1}, {name}, {clients} clients: {samples[-1].rate:,.0f}/s, {samples[-1].bad} unexpected", flush=True)
        racing = People(dev, "race", 1)
        differing = races(first, second, racing) + abs(database.generations(racing) - RACES)
    bad = sum(sample.bad for samples in rounds.values() for sample in samples)
    return Section(
        f"Two instances on one database, {options.rounds} interleaved rounds of {options.seconds} s",
        [*(at_least("two instances", f"refreshes of one, {clients} clients", 1, ratios(rounds["two", clients], rounds["one", clients]))
           for clients in groups),
         at_most("two instances", "unexpected answers, double successors", 0, [bad + differing], digits=0)],
        [*samples_table({(f"POST /v1/refresh at {name}", clients): samples for (name, clients), samples in rounds.items()}),
         "", "Each client presents the token it got from one instance to the other; each answered refresh has moved one session "
         f"by one generation, or it is an unexpected answer. Then {RACES} times one token was presented to both at once: "
         f"{differing} times they differed in its successor, or moved its session by other than one generation."],
        bad=bad + differing, postgres=database.version)


def races(first: Measured, second: Measured, people: People) -> int:
    """How often two presentations of one token at the same moment didn't come to one and the same successor."""
    token, differing = people.sessions[0]["refresh_token"], 0
    callers = [Caller(first.url), Caller(second.url)]
    for _ in range(RACES):
        barrier, successors = threading.Barrier(2), [None, None]

        def present(number: int) -> None:
            barrier.wait()
            successors[number] = callers[number].refresh(people.slug, token)[1]

        threads = [threading.Thread(target=present, args=[number]) for number in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if successors[0] != successors[1] or successors[0] in (None, token):
            differing += 1
        token = next((one for one in successors if one not in (None, token)), token)
    return differing
