"""Users, sessions and tenants by the million, as a service that has run for months would have them."""
import time
from dataclasses import dataclass

from database import Database
from people import People
from service import Service

# How many pieces it is loaded in. Between them people join, so that their rows lie scattered among the others.
PIECES = 16
JOINING = 32
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$Zm91cnR5LXRocmVlIGNoYXJhY3RlcnMgb2YgYmFzZTY0ISE"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Population:
    """How many rows there are besides the people who make the load. A tenth of the users are of the people's tenant."""
    users: int
    sessions: int
    tenants: int

    @staticmethod
    def of_scale(scale: float) -> "Population":
        return Population(*(max(PIECES, int(count * scale)) for count in (1_000_000, 10_000_000, 10_000)))


def people_among(population: Population | None, dev: Service, database: Database) -> People:
    """As many people as there always are, and the population when there is to be one."""
    people = People(dev, "bench", 0)
    database.run(NOTHING_DUE)
    if population:
        database.run(TENANTS, tenants=population.tenants)
    start = time.monotonic()
    for piece in range(PIECES):
        people.join(JOINING)
        if population:
            load_piece(piece, population, database, people.id)
            print(f"piece {piece + 1} of {PIECES} loaded, {time.monotonic() - start:.0f} s", flush=True)
    database.run(f"{NOTHING_DUE}; vacuum (analyze); checkpoint;")
    return people


def load_piece(piece: int, population: Population, database: Database, people_tenant: str) -> None:
    def part(count: int) -> tuple[int, int]:
        return count * piece // PIECES, count * (piece + 1) // PIECES - 1

    (first_user, last_user), (first, last) = part(population.users), part(population.sessions)
    database.run(
        PIECE, tenants=population.tenants, users=population.users, sessions=population.sessions, people=people_tenant,
        first_user=first_user, last_user=last_user, first=first, last=last, hash=HASH, agent=AGENT)


def identifier(kind: str, number: str, at: str) -> str:
    """A UUID of version 7 as the service makes them: in order of time, the rest as good as random, but known beforehand."""
    digest = f"md5('{kind}' || {number})"
    return (f"(lpad(to_hex((extract(epoch from {at}) * 1000)::bigint), 12, '0') || '7' || substr({digest}, 1, 3) || '8' || "
            f"substr({digest}, 4, 15))::uuid")


# What is loaded isn't purged before that is measured.
NOTHING_DUE = "update purges set due_at = 'infinity'"
# The same in every piece, by the day.
TODAY = "date_trunc('day', now())"
TENANT_ID = identifier("tenant", "{number}", f"{TODAY} - interval '100 d'")
TENANT_OF_USER = f"case when u % 10 = 0 then :'people'::uuid else {TENANT_ID.format(number='(u / 10 % :tenants)')} end"
USER_AT = f"{TODAY} - interval '90 d' + u * (interval '30 d' / :users)"
USER_ID = identifier("user", "u", USER_AT)
# Sessions begin over two months and are used for up to two weeks, so that a good third have been over for a day and more.
SESSION_AT = f"{TODAY} - interval '60 d' + n * (interval '60 d' / :sessions)"

TENANTS = f"""
    set session_replication_role = replica; -- no trigger announces them
    insert into tenants (id, slug, name)
    select {TENANT_ID.format(number="number")}, 'ballast-' || number, 'Ballast'
    from generate_series(0, :tenants - 1) number;
    insert into purges (id, due_at) select id, 'infinity' from tenants on conflict do nothing;
"""
PIECE = f"""
    set session_replication_role = replica; -- no trigger looks for each session's user
    set synchronous_commit = off;
    insert into users (tenant_id, id, email, name, password_hash, created_at, updated_at)
    select {TENANT_OF_USER}, {USER_ID}, 'user-' || u || '@ballast.example', 'Ballast User', :'hash', {USER_AT}, {USER_AT}
    from generate_series(:first_user::bigint, :last_user::bigint) u;
    insert into refresh_tokens
        (tenant_id, id, user_id, generation, created_at, rotated_at, address, user_agent)
    select {TENANT_OF_USER}, {identifier("session", "n", "at")}, {USER_ID}, n % 50, at,
        least(now(), at + interval '14 d' * (n * 7919 % 1000 / 1000.0)), '192.0.2.' || n % 256, :'agent'
    from (select n, n % :users as u, {SESSION_AT} as at from generate_series(:first::bigint, :last::bigint) n) s;
"""
