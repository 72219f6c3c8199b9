"""How long others wait while sign-ins have all the cores."""
import statistics

from database import Database
from goals import Goal, at_most
from loads import Beside, Bench, Sample
from measured import measured_service
from people import People
from rates import Options
from report import Section
from service import Service

KINDS = {"me": "GET /v1/me", "refresh": "POST /v1/refresh", "jwks": "GET /.well-known/jwks.json"}
# Of each kind: people who ask ten times a second each, as people would who don't wait for one another.
CLIENTS, PAUSE = 8, 100
# Sign-ins that wait for each other's hashes: several for each core.
LOGINS = 16


def measure(options: Options) -> Section:
    rounds: dict[str, list[dict[str, Sample]]] = {"alone": [], "beside logins": []}
    with Service(options.binary) as dev, measured_service(dev, options.binary) as serve:
        database = Database(dev)
        bench = Bench(dev.folder, database.postmaster)
        people = People(dev, "bench")
        asked = {
            "me": people.me(bench, CLIENTS, PAUSE), "refresh": people.refresh(bench, CLIENTS, PAUSE),
            "jwks": people.key_set(bench, CLIENTS, PAUSE)}
        for number in range(options.rounds):
            for name, samples in rounds.items():
                loads = asked | ({} if name == "alone" else {"login": people.login(bench, LOGINS)})
                with Beside(bench, loads, options.seconds, serve.port) as beside:
                    samples.append(beside.samples())
                serve.shorten_log()
                print(f"round {number + 1}, {name}: " + ", ".join(
                    f"{kind} {sample.rate:,.0f}/s p99 {sample.p99:.1f} ms" for kind, sample in samples[-1].items()), flush=True)
    return Section(
        f"Beside sign-ins that have all the cores, {options.rounds} rounds of {options.seconds} s", goals(rounds),
        lines(rounds), bad=sum(sample.bad for samples in rounds.values() for one in samples for sample in one.values()),
        postgres=database.version)


def goals(rounds: dict[str, list[dict[str, Sample]]]) -> list[Goal]:
    return [at_most(title, "p99 beside sign-ins", 100, [one[kind].p99 for one in rounds["beside logins"]], "ms", 1)
            for kind, title in {"me": "me", "refresh": "refresh", "jwks": "JWKS"}.items()]


def lines(rounds: dict[str, list[dict[str, Sample]]]) -> list[str]:
    logins = statistics.median(one["login"].rate for one in rounds["beside logins"])
    rows = []
    for kind, title in KINDS.items():
        cells = [title]
        for samples in rounds.values():
            cells += [f"{statistics.median(one[kind].rate for one in samples):,.0f}",
                      f"{statistics.median(one[kind].p99 for one in samples):.1f}",
                      f"{max(one[kind].longest for one in samples):.1f}"]
        rows.append("| " + " | ".join(cells) + " |")
    return [
        f"{CLIENTS} people of each kind ask every {PAUSE} ms on average; {LOGINS} others sign in again and again, and get "
        f"{logins:.0f} sign-ins a second.", "",
        "| | alone: a second | p99 ms | longest ms | beside sign-ins: a second | p99 ms | longest ms |",
        "| --- | --: | --: | --: | --: | --: | --: |", *rows]
