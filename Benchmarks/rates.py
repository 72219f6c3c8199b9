"""How much is done in a second, beside what the same cores can do without the service."""
from dataclasses import dataclass

from database import Database
from goals import Goal, at_least, at_most, microseconds, ratios
from limits import PasswordHashes, RefreshStatement
from loads import Bench, Load, Sample
from measured import constant_route, measured_service
from people import CONNECTIONS, LOGIN_CONNECTIONS, People
from report import Section, samples_table
from service import Service

TITLES = {
    "constant": ("*a constant, bare Hummingbird*", CONNECTIONS),
    "me": ("GET /v1/me", CONNECTIONS),
    "verify": ("GET /v1/verify", CONNECTIONS),
    "jwks": ("GET /.well-known/jwks.json", CONNECTIONS),
    "jwks_304": ("the same, If-None-Match: 304", CONNECTIONS),
    "refresh": ("POST /v1/refresh", CONNECTIONS),
    "pgbench": ("*pgbench, the refresh statement alone*", CONNECTIONS),
    "login": ("POST /v1/login", LOGIN_CONNECTIONS),
    "argon2": ("*libargon2 alone, a thread a core*", None),
}


@dataclass
class Options:
    binary: str
    rounds: int
    seconds: int
    scale: float = 1.0
    soak_minutes: float = 2


def measure(options: Options) -> Section:
    with Service(options.binary) as dev, measured_service(dev, options.binary) as serve, constant_route(dev.folder) as constant:
        database = Database(dev)
        bench = Bench(dev.folder, database.postmaster)
        people, alone = People(dev, "bench"), People(dev, "pgbench")
        statement, hashes = RefreshStatement(bench, database, alone), PasswordHashes(bench)
        loads = {
            "constant": Load(bench.requests("constant", [CONSTANT] * CONNECTIONS), CONNECTIONS), "me": people.me(bench),
            "verify": people.verify(bench), "jwks": people.key_set(bench), "jwks_304": people.unchanged_key_set(bench),
            "refresh": people.refresh(bench), "login": people.login(bench)}

        def one(name: str, seconds: int) -> Sample:
            if name == "pgbench":
                return statement.measure(seconds)
            if name == "argon2":
                return hashes.measure(seconds)
            if name == "refresh":
                return counted_refreshes(bench, database, people, loads[name], seconds, [serve])
            return bench.measure(loads[name], seconds, [constant if name == "constant" else serve])

        for name in TITLES:
            one(name, 1)  # connections to the database are opened, statements prepared
        rounds: dict[str, list[Sample]] = {name: [] for name in TITLES}
        for number in range(options.rounds):
            for name, samples in rounds.items():
                samples.append(one(name, options.seconds))
                print(f"round {number + 1}, {name}: {samples[-1].rate:,.0f}/s, {samples[-1].bad} unexpected", flush=True)
    return Section(
        f"Rates, {options.rounds} interleaved rounds of {options.seconds} s", goals(rounds),
        samples_table({TITLES[name]: samples for name, samples in rounds.items()}),
        bad=sum(sample.bad for samples in rounds.values() for sample in samples), postgres=database.version)


CONSTANT = b"GET /constant HTTP/1.1\r\nHost: localhost\r\n\r\n"


def counted_refreshes(
    bench: Bench, database: Database, people: People, load: Load, seconds: int, services: list
) -> Sample:
    """Each refresh that was answered as expected has moved one session by one generation, and nothing else has: whatever differs
    counts as unexpected too."""
    before = database.generations(people)
    sample = bench.measure(load, seconds, services)
    sample.bad += abs(database.generations(people) - before - (sample.requests + sample.late - sample.bad))
    return sample


def goals(rounds: dict[str, list[Sample]]) -> list[Goal]:
    refresh, constant = rounds["refresh"], rounds["constant"]

    def of_constant(name: str, title: str, limit: float) -> Goal:
        return at_least(title, "of the constant route", limit, ratios(rounds[name], constant))

    return [
        at_least("refresh", "of pgbench with the same statement", 0.35, ratios(refresh, rounds["pgbench"])),
        at_most("refresh", "CPU of the service", 80, microseconds(refresh, "service_cpu"), "µs", 0),
        at_most("refresh", "CPU of PostgreSQL", 60, microseconds(refresh, "postgres_cpu"), "µs", 0),
        at_most("refresh", "p99", 10, [sample.p99 for sample in refresh], "ms"),
        of_constant("me", "me", 0.23),
        at_most("me", "p99", 6, [sample.p99 for sample in rounds["me"]], "ms"),
        at_least("login", "of libargon2 alone", 0.95, ratios(rounds["login"], rounds["argon2"])),
        of_constant("verify", "verify", 0.60),
        of_constant("jwks", "JWKS", 0.90),
        of_constant("jwks_304", "JWKS, 304", 0.90),
    ]
