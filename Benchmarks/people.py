"""A tenant with people who have signed in, and the loads that they make."""
import base64
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from loads import Bench, Load, get, post
from service import PASSWORD, Service

CONNECTIONS = 32
# One costs a password hash: more clients only wait longer.
LOGIN_CONNECTIONS = 4


class People:
    """Users of one tenant, each with a session. Refreshed tokens are kept, so that each session's chain has no end."""

    def __init__(self, dev: Service, slug: str, count: int = CONNECTIONS):
        self.dev, self.url, self.slug = dev, dev.url, slug
        self.id = dev.admin("tenant", "create", slug, "--access-ttl", "12h")["id"]
        self.route = f"/t/{slug}"
        self.sessions: list[dict] = []
        self.join(count)

    def join(self, count: int) -> None:
        with ThreadPoolExecutor(2) as pool:
            self.sessions += pool.map(lambda _: self.dev.register(self.url + self.route), range(count))

    @property
    def session_ids(self) -> list[str]:
        return [claims(session["access_token"])["sid"] for session in self.sessions]

    def _gets(self, bench: Bench, name: str, clients: int, pause: float, status: int = 200) -> Load:
        requests = [
            get(f"{self.route}/v1/{name}", Authorization=f"Bearer {session['access_token']}") for session in self.sessions]
        return Load(bench.requests(f"{self.slug}-{name}", requests), clients, status=status, pause=pause)

    def me(self, bench: Bench, clients: int = CONNECTIONS, pause: float = 0) -> Load:
        return self._gets(bench, "me", clients, pause)

    def verify(self, bench: Bench, clients: int = CONNECTIONS, pause: float = 0) -> Load:
        return self._gets(bench, "verify", clients, pause, status=204)

    def key_set(self, bench: Bench, clients: int = CONNECTIONS, pause: float = 0) -> Load:
        request = get(f"{self.route}/.well-known/jwks.json")
        return Load(bench.requests(f"{self.slug}-jwks", [request] * clients), clients, pause=pause)

    def unchanged_key_set(self, bench: Bench, clients: int = CONNECTIONS) -> Load:
        with urllib.request.urlopen(f"{self.url}{self.route}/.well-known/jwks.json") as answer:
            tag = answer.headers["ETag"]
        request = get(f"{self.route}/.well-known/jwks.json", If_None_Match=tag)
        return Load(bench.requests(f"{self.slug}-jwks-304", [request] * clients), clients, status=304)

    def login(self, bench: Bench, clients: int = LOGIN_CONNECTIONS, pause: float = 0) -> Load:
        requests = [
            post(f"{self.route}/v1/login", {"email": session["user"]["email"], "password": PASSWORD})
            for session in self.sessions]
        return Load(bench.requests(f"{self.slug}-login", requests), clients, pause=pause)

    def refresh(self, bench: Bench, clients: int = CONNECTIONS, pause: float = 0) -> Load:
        """Begins where the load before it has ended, wherever that was made."""
        path = bench.folder / f"{self.slug}-refresh"
        if not path.exists():
            bench.tokens(path.name, [session["refresh_token"] for session in self.sessions])
        return Load(str(path), clients, refresh_route=f"{self.route}/v1/refresh", pause=pause)


def claims(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
