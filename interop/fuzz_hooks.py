"""What schemathesis can't know: which tenants there are, and tokens that are good at the moment."""
import atexit
import collections
import json
import os
import re
import secrets
import zlib

import requests
import schemathesis

URL = os.environ["GATEHOUSE_FUZZ_URL"]
TENANTS = json.loads(os.environ["GATEHOUSE_FUZZ_TENANTS"])
SLUG = re.compile("[a-z][a-z0-9-]{0,38}[a-z0-9]")
web = requests.Session()
answered = collections.defaultdict(collections.Counter)


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    """Most requests go to a tenant that exists, each with a session of its own, because some of them end sessions."""

    def get(self, case, context):
        slug = choose_tenant(case)
        if slug not in TENANTS:
            return None
        schemes = {name for needed in context.operation.definition.raw.get("security", []) for name in needed}
        if "client" in schemes:
            credentials = requests.auth._basic_auth_str(*TENANTS[slug]["client"])
        elif "bearer" in schemes or "refreshCookie" in schemes:
            credentials = None
        else:
            return None
        tokens = session(slug, changes_user=changes_user(case))
        place_secrets(case, tokens)
        return credentials or ("bearer" in schemes and f"Bearer {tokens['access_token']}") or None

    def set(self, case, data, context):
        # The refresh token in a log-out's body is what it is about; two tokens are refused.
        if not (isinstance(case.body, dict) and "refresh_token" in case.body):
            case.headers["Authorization"] = data


def changes_user(case) -> bool:
    """Whether what is asked for leaves the user another one, or nobody."""
    path = case.path
    return path.endswith(("/v1/password", "/v1/email")) or (path.endswith("/v1/me") and case.method == "DELETE")


def session(slug: str, changes_user: bool) -> dict:
    """A new session of the tenant's user, or of a new one who may change."""
    names = {name: TENANTS[slug][name] for name in ("email", "password")}
    route = "login"
    if changes_user:
        names["email"], route = f"{secrets.token_hex(8)}@example.org", "register"
    answer = web.post(f"{URL}/t/{slug}/v1/{route}", json=names)
    answer.raise_for_status()
    return answer.json() | {"password": names["password"]}


def choose_tenant(case) -> str | None:
    slug = case.path_parameters.get("tenant")
    if not isinstance(slug, str) or slug in TENANTS or not SLUG.fullmatch(slug):
        return slug
    choice = zlib.crc32(slug.encode()) % 8
    if choice < 7:
        case.path_parameters["tenant"] = list(TENANTS)[choice % len(TENANTS)]
    return case.path_parameters["tenant"]


def place_secrets(case, tokens) -> None:
    """Puts a good token or password where a generated one, which is none, would be refused at the first look."""
    if not isinstance(case.body, dict) or case.meta is None or case.meta.generation.mode.is_negative:
        return
    for name in ("refresh_token", "token", "current_password"):
        text = case.body.get(name)
        choice = zlib.crc32(text.encode("utf-8", "replace")) % 4 if isinstance(text, str) else 0
        if choice == 0 or text.startswith("eyJ"):
            continue
        kind = {"current_password": "password", "token": "access_token" if choice == 1 else "refresh_token"}.get(name, name)
        case.body[name] = tokens[kind]


@schemathesis.hook
def after_call(context, case, response):
    # OPTIONS and methods that the path doesn't have are tried beside the operation.
    if response.request.method == case.operation.method.upper():
        answered[case.operation.label][response.status_code] += 1


@atexit.register
def write_answered():
    with open(os.environ["GATEHOUSE_FUZZ_ANSWERED"], "w") as file:
        json.dump(answered, file)
