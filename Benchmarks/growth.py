"""Whether what is asked costs more where there are a million users and ten million sessions, and whether their table stays small."""
from contextlib import ExitStack

from database import Database
from goals import at_least, ratios
from loads import Bench, Load, Sample
from measured import Measured, measured_service
from people import CONNECTIONS, LOGIN_CONNECTIONS, People
from population import Population, people_among
from purging import measure_purging
from rates import Options, counted_refreshes
from report import Section, samples_table
from rotations import measure_rotations
from service import Service

TITLES = {"refresh": ("POST /v1/refresh", CONNECTIONS), "me": ("GET /v1/me", CONNECTIONS), "login": ("POST /v1/login", LOGIN_CONNECTIONS)}


class Place:
    """A database of this size, the people in it who make the loads, and an instance that serves them."""

    def __init__(self, population: Population | None, binary: str, stack: ExitStack):
        dev = stack.enter_context(Service(binary))
        self.database = Database(dev)
        self.bench = Bench(dev.folder, self.database.postmaster)
        self.people: People = people_among(population, dev, self.database)
        self.serve: Measured = stack.enter_context(measured_service(dev, binary))
        self.loads: dict[str, Load] = {
            "refresh": self.people.refresh(self.bench), "me": self.people.me(self.bench), "login": self.people.login(self.bench)}

    def measure(self, name: str, seconds: float) -> Sample:
        if name == "refresh":
            return counted_refreshes(self.bench, self.database, self.people, self.loads[name], seconds, [self.serve])
        return self.bench.measure(self.loads[name], seconds, [self.serve])


def measure(options: Options) -> Section:
    population = Population.of_scale(options.scale)
    with ExitStack() as stack:
        empty, full = Place(None, options.binary, stack), Place(population, options.binary, stack)
        rounds = {name: ([], []) for name in TITLES}
        for name in TITLES:
            empty.measure(name, 1)
            full.measure(name, 1)
        for number in range(options.rounds):
            for name, samples in rounds.items():
                for place, one in zip((empty, full), samples, strict=True):
                    one.append(place.measure(name, options.seconds))
                print(f"round {number + 1}, {name}: {samples[0][-1].rate:,.0f}/s empty, {samples[1][-1].rate:,.0f}/s full", flush=True)
        rotations = measure_rotations(full, int(1_000_000 * options.scale))
        logins = sum(sample.rate for sample in rounds["login"][1]) / options.rounds
        purging = measure_purging(full, options, logins)
    goals = [at_least("growth", f"{name}, of that on an empty database", 0.9, ratios(full, empty))
             for name, (empty, full) in rounds.items()]
    rows = {}
    for name, (title, clients) in TITLES.items():
        rows |= {(f"{title}, empty", clients): rounds[name][0], (f"{title}, full", clients): rounds[name][1]}
    return Section(
        f"Growth, {options.rounds} interleaved rounds of {options.seconds} s",
        goals + rotations.goals + purging.goals,
        [f"The full database has {population.users:,} users, {population.sessions:,} sessions and {population.tenants:,} tenants "
         f"besides the {len(full.people.sessions)} people who make the load, whose sessions lie scattered among the others; the "
         "empty one has those people alone. Both have had VACUUM.", "",
         *samples_table(rows), "", *rotations.lines, "", *purging.lines],
        bad=sum(sample.bad for samples in rounds.values() for one in samples for sample in one) + rotations.bad + purging.bad,
        postgres=full.database.version)
