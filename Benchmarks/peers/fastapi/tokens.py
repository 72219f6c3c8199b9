"""Access tokens, which are JWT, and refresh tokens, which are secrets."""
import hashlib
import secrets
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class AccessTokens:
    """ES256, by a key that is read once."""
    lifetime = 900

    def __init__(self, key_file: str):
        self.private = load_pem_private_key(Path(key_file).read_bytes(), None)
        self.public = self.private.public_key()

    def sign(self, user: uuid.UUID, session: uuid.UUID, email: str) -> str:
        now = int(time.time())
        claims = {"iss": "peer", "aud": "peer", "sub": str(user), "sid": str(session), "email": email, "iat": now,
                  "exp": now + self.lifetime, "jti": str(uuid.uuid4())}
        return jwt.encode(claims, self.private, algorithm="ES256")

    def verify(self, token: str) -> dict | None:
        try:
            return jwt.decode(token, self.public, algorithms=["ES256"], audience="peer", issuer="peer")
        except jwt.InvalidTokenError:
            return None


@dataclass(frozen=True)
class RefreshToken:
    session_id: uuid.UUID
    secret: str

    @staticmethod
    def new(session_id: uuid.UUID) -> "RefreshToken":
        return RefreshToken(session_id, secrets.token_urlsafe(32))

    @staticmethod
    def parse(text: str) -> "RefreshToken | None":
        session_id, dot, secret = text.partition(".")
        try:
            return RefreshToken(uuid.UUID(session_id), secret) if dot else None
        except ValueError:
            return None

    @property
    def text(self) -> str:
        return f"{self.session_id}.{self.secret}"

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.secret.encode()).digest()
