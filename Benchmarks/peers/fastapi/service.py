"""A login service as an experienced user of FastAPI would write it: register, login, refresh and me for one app.

Passwords are hashed as Gatehouse hashes them, in threads. Access tokens are ES256. A refresh token is the session's id and a
secret, of which the database keeps the digest; a rotation is one atomic UPDATE, and a token that has been used is refused.
DATABASE_URL says where PostgreSQL is, SIGNING_KEY_FILE where the key is.
"""
import asyncio
import os
import uuid
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

import statements
from tokens import AccessTokens, RefreshToken

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
access_tokens = AccessTokens(os.environ["SIGNING_KEY_FILE"])


async def nothing_to_reset(connection: asyncpg.Connection) -> None:
    """No statement sets anything on a connection: the round trip that would reset it is saved."""


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with asyncpg.create_pool(
            os.environ["DATABASE_URL"], min_size=8, max_size=8, reset=nothing_to_reset) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)
bearer = HTTPBearer()


class Credentials(BaseModel):
    email: str = Field(min_length=3, max_length=254)
    password: str = Field(min_length=8, max_length=1024)


class Presented(BaseModel):
    refresh_token: str = Field(max_length=200)


class User(BaseModel):
    id: uuid.UUID
    email: str


class Session(BaseModel):
    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    refresh_token: str
    user: User


def session_of(user: User, session_id: uuid.UUID, token: RefreshToken) -> Session:
    return Session(
        access_token=access_tokens.sign(user.id, session_id, user.email), expires_in=access_tokens.lifetime,
        refresh_token=token.text, user=user)


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/v1/register", status_code=201)
async def register(credentials: Credentials) -> Session:
    digest = await asyncio.to_thread(hasher.hash, credentials.password)
    user, token = User(id=uuid.uuid4(), email=credentials.email.lower()), RefreshToken.new(uuid.uuid4())
    async with app.state.pool.acquire() as connection, connection.transaction():
        try:
            await connection.execute(statements.ADD_USER, user.id, user.email, digest)
        except asyncpg.UniqueViolationError:
            raise HTTPException(409, "email_taken") from None
        await connection.execute(statements.ADD_SESSION, token.session_id, user.id, token.digest)
    return session_of(user, token.session_id, token)


@app.post("/v1/login")
async def login(credentials: Credentials) -> Session:
    row = await app.state.pool.fetchrow(statements.USER_BY_EMAIL, credentials.email.lower())
    if row is None:
        raise HTTPException(401, "invalid_credentials")
    try:
        await asyncio.to_thread(hasher.verify, row["password_hash"], credentials.password)
    except VerifyMismatchError:
        raise HTTPException(401, "invalid_credentials") from None
    user, token = User(id=row["id"], email=row["email"]), RefreshToken.new(uuid.uuid4())
    await app.state.pool.execute(statements.ADD_SESSION, token.session_id, user.id, token.digest)
    return session_of(user, token.session_id, token)


@app.post("/v1/refresh")
async def refresh(presented: Presented) -> Session:
    token = RefreshToken.parse(presented.refresh_token)
    if token is None:
        raise HTTPException(401, "invalid_token")
    successor = RefreshToken.new(token.session_id)
    row = await app.state.pool.fetchrow(statements.ROTATE, token.session_id, token.digest, successor.digest)
    if row is None:
        raise HTTPException(401, "invalid_token")
    return session_of(User(id=row["id"], email=row["email"]), token.session_id, successor)


@app.get("/v1/me")
async def me(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> User:
    claims = access_tokens.verify(credentials.credentials)
    if claims is None:
        raise HTTPException(401, "invalid_token")
    row = await app.state.pool.fetchrow(statements.LIVE_USER, uuid.UUID(claims["sid"]), uuid.UUID(claims["sub"]))
    if row is None:
        raise HTTPException(401, "session_ended")
    return User(id=row["id"], email=row["email"])
