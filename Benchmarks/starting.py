"""How soon an instance serves, and a tenant that it hasn't read yet."""
import statistics
from concurrent.futures import ThreadPoolExecutor

from database import Database
from goals import at_most
from measured import measured_service
from rates import Options
from report import Section
from requests_in_turn import Caller
from service import Service

# Hashing at hardly any cost, so that it hides nothing.
ARGON2 = "m=64,t=1,p=1"
TENANTS, WARM_UPS = 30, 50


def measure(options: Options) -> Section:
    starts, first_logins, first_key_sets = [], [], []
    with Service(options.binary, {"GATEHOUSE_ARGON2": ARGON2}) as dev:
        version = Database(dev).version
        emails = people_of_tenants(dev)
        for number in range(options.rounds):
            with measured_service(dev, options.binary) as serve:
                starts.append(serve.start_seconds)
                caller = Caller(serve.url)
                warm, *cold = emails.items()
                for _ in range(WARM_UPS):
                    caller.log_in(*warm)
                    caller.jwks(warm[0])
                half = len(cold) // 2
                first_logins.append(more_at_first(lambda one: caller.log_in(*one)[0], cold[:half]))
                first_key_sets.append(more_at_first(lambda one: caller.jwks(one[0]), cold[half:]))
            print(f"round {number + 1}: start {starts[-1] * 1000:.0f} ms, first login {first_logins[-1]:+.2f} ms, "
                  f"first key set {first_key_sets[-1]:+.2f} ms", flush=True)
    return Section(
        f"Start, {options.rounds} lives of an instance",
        [at_most("start", "from exec to the first 200", 0.3, starts, "s", 3),
         at_most("start", "a tenant's first login, more than its second", 5, first_logins, "ms"),
         at_most("start", "a tenant's first key set, more than its second", 5, first_key_sets, "ms")],
        [f"The first 200 is one on `/healthz`; the schema is current. Then {TENANTS} tenants that the instance hasn't read are "
         f"asked twice each by one client, half of them for a login (hashed at `{ARGON2}`, which hides nothing) and half for "
         "their key set; the median of the differences counts."], postgres=version)


def people_of_tenants(dev: Service) -> dict[str, str]:
    """An email for each tenant's slug; one tenant more than are measured, to warm up with."""
    def made(number: int) -> tuple[str, str]:
        slug = f"tenant-{number:02}"
        dev.admin("tenant", "create", slug)
        return slug, dev.register(f"{dev.url}/t/{slug}")["user"]["email"]

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(made, range(TENANTS + 1)))


def more_at_first(ask, tenants: list) -> float:
    """The median of how many milliseconds longer the first request took than the second."""
    differences = []
    for tenant in tenants:
        first, second = ask(tenant), ask(tenant)
        differences.append(first - second)
    return statistics.median(differences)
