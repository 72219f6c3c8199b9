"""One client with one connection, which asks for one thing after another and takes the time of each."""
import http.client
import json
import time
from urllib.parse import urlsplit

from service import PASSWORD


class Caller:
    """Each of its requests returns milliseconds; an answer other than 200 is an error."""

    def __init__(self, url: str):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def log_in(self, slug: str, email: str) -> tuple[float, str]:
        """And the refresh token."""
        milliseconds, session = self.ask("POST", f"/t/{slug}/v1/login", {"email": email, "password": PASSWORD})
        return milliseconds, session["refresh_token"]

    def refresh(self, slug: str, token: str) -> tuple[float, str]:
        """And the token's successor."""
        milliseconds, session = self.ask("POST", f"/t/{slug}/v1/refresh", {"refresh_token": token})
        return milliseconds, session["refresh_token"]

    def me(self, slug: str, access_token: str) -> float:
        return self.ask("GET", f"/t/{slug}/v1/me", token=access_token)[0]

    def jwks(self, slug: str) -> float:
        return self.ask("GET", f"/t/{slug}/.well-known/jwks.json")[0]

    def ask(
        self, method: str, path: str, body: dict | None = None, token: str | None = None
    ) -> tuple[float, dict]:
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        start = time.perf_counter()
        self.connection.request(method, path, content, headers)
        response = self.connection.getresponse()
        answer = response.read()
        milliseconds = (time.perf_counter() - start) * 1000
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {answer.decode()}")
        return milliseconds, json.loads(answer)
