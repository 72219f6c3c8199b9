"""What schemathesis can't know: which tenants there are, and tokens that are good at the moment."""
import atexit
import collections
import json
import os
import re
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
    """Most requests go to a tenant that exists, each with a new session of its user, because some of them end sessions."""

    def get(self, case, context):
        slug = choose_tenant(case)
        if slug not in TENANTS:
            return None
        schemes = {name for needed in context.operation.definition.raw.get("security", []) for name in needed}
        if not schemes and not isinstance(case.body, dict):
            return None
        credentials = TENANTS[slug]
        session = web.post(f"{URL}/t/{slug}/v1/login", json={name: credentials[name] for name in ("email", "password")})
        session.raise_for_status()
        tokens = session.json()
        place_refresh_token(case, tokens)
        if "client" in schemes:
            return requests.auth._basic_auth_str(*credentials["client"])
        return f"Bearer {tokens['access_token']}" if "bearer" in schemes else None

    def set(self, case, data, context):
        # The refresh token in a log-out's body is what it is about; two tokens are refused.
        if isinstance(case.body, dict) and "refresh_token" in case.body:
            return
        case.headers["Authorization"] = data


def choose_tenant(case) -> str | None:
    slug = case.path_parameters.get("tenant")
    if not isinstance(slug, str) or slug in TENANTS or not SLUG.fullmatch(slug):
        return slug
    choice = zlib.crc32(slug.encode()) % 8
    if choice < 7:
        case.path_parameters["tenant"] = list(TENANTS)[choice % len(TENANTS)]
    return case.path_parameters["tenant"]


def place_refresh_token(case, tokens) -> None:
    """Puts a good token where a generated one, which is none, would be refused at the first look."""
    if isinstance(case.body, dict):
        for name in ("refresh_token", "token"):
            text = case.body.get(name)
            if isinstance(text, str) and not text.startswith("eyJ") and zlib.crc32(text.encode()) % 4:
                case.body[name] = tokens["refresh_token"]


@schemathesis.hook
def after_call(context, case, response):
    answered[case.operation.label][response.status_code] += 1


@atexit.register
def write_answered():
    with open(os.environ["GATEHOUSE_FUZZ_ANSWERED"], "w") as file:
        json.dump(answered, file)
