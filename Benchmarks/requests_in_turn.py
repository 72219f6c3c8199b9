"""One client with one connection, which asks for one thing after another and takes the time of each."""
import http.client
import json
import socket
import time
from urllib.parse import urlsplit

from service import PASSWORD


class Caller:
    """Each of its requests returns milliseconds; an answer other than 200 or 204 is an error."""

    def __init__(self, url: str):
        self.host = urlsplit(url).netloc
        self.socket = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

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

    def verify(self, slug: str, access_token: str) -> float:
        return self.ask("GET", f"/t/{slug}/v1/verify", token=access_token)[0]

    def jwks(self, slug: str) -> float:
        return self.ask("GET", f"/t/{slug}/.well-known/jwks.json")[0]

    def ask(
        self, method: str, path: str, body: dict | None = None, token: str | None = None
    ) -> tuple[float, dict]:
        content = b"" if body is None else json.dumps(body).encode()
        fields = {"Host": self.host, "Accept-Encoding": "identity"}
        if body is not None:
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        if token is not None:
            fields["Authorization"] = f"Bearer {token}"
        head = "".join(f"{line}\r\n" for line in [
            f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), ""])
        start = time.perf_counter()
        # In one piece, which http.client doesn't do: whether the service reads once or twice would be chance.
        self.socket.sendall(head.encode() + content)
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        answer = response.read()
        milliseconds = (time.perf_counter() - start) * 1000
        if response.status not in (200, 204):
            raise RuntimeError(f"{path} answered {response.status}: {answer.decode()}")
        return milliseconds, json.loads(answer) if answer else {}
