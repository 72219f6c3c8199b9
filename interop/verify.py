"""verify.py GATEHOUSE: access tokens of every algorithm, verified by libraries that are not ours.

For ES256 and EdDSA they are given the JWKS URL and nothing else; for HS256 the exported secret. Exits 1 when a check
fails.
"""
import base64
import sys
import time
import warnings
from dataclasses import dataclass

import verifiers
from service import Service
from verifiers import Refused

warnings.simplefilter("ignore")  # joserfc discourages the name EdDSA, which is the one that libraries know

PUBLIC_KEY_ALGORITHMS = ("ES256", "EdDSA")


@dataclass
class Issued:
    algorithm: str
    slug: str
    issuer: str
    token: str
    user_id: str
    jwks_url: str | None = None
    secret: dict | None = None

    def verified_by(self, verify, token: str | None = None, keys_of: "Issued | None" = None):
        keys = keys_of or self
        return verify(
            token or self.token, self.algorithm, self.issuer, self.slug, jwks_url=keys.jwks_url, secret=keys.secret)


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name: str, body) -> None:
        try:
            body()
        except Exception as error:  # whatever happened, the next check is still worth running
            self.failed += 1
            print(f"FAIL  {name}: {type(error).__name__}: {error}")
        else:
            self.passed += 1
            print(f"ok    {name}")


def expect_refused(body) -> None:
    try:
        body()
    except Refused:
        return
    raise AssertionError("was accepted")


def issue(service: Service, slug: str, algorithm: str) -> Issued:
    tenant = service.admin("tenant", "create", slug, "--algorithm", algorithm)
    issuer = tenant["issuer"]
    session = service.register(issuer)
    issued = Issued(algorithm, slug, issuer, session["access_token"], session["user"]["id"])
    if algorithm in PUBLIC_KEY_ALGORITHMS:
        issued.jwks_url = service.get(f"{issuer}/.well-known/openid-configuration")["jwks_uri"]
    else:
        issued.secret = service.admin("keys", "export", slug, current_key(service, slug), "--yes")
    return issued


def current_key(service: Service, slug: str) -> str:
    keys = service.admin("keys", "list", slug)
    return next(key["kid"] for key in keys if key["use"] == "access" and key["state"] == "current")


def tampered(token: str, part: int) -> str:
    """The token with one bit of this part turned over."""
    parts = token.split(".")
    content = bytearray(base64.urlsafe_b64decode(parts[part] + "=" * (-len(parts[part]) % 4)))
    content[len(content) // 2] ^= 1
    parts[part] = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    return ".".join(parts)


def check_accepted(issued: Issued, verify) -> None:
    header, claims = issued.verified_by(verify)
    assert set(header) == {"alg", "kid", "typ"} and header["typ"] == "at+jwt", header
    assert header["alg"] == issued.algorithm, header
    assert claims["sub"] == issued.user_id, claims


def check_rotation(service: Service, issued: Issued) -> None:
    """A rotation while the service runs: it hears of it, signs with the new key, and both keys' tokens verify."""
    rotated = service.admin("keys", "rotate", issued.slug, "--use", "access", "--force")["rotated"]
    expected = next(entry["current"]["kid"] for entry in rotated if entry["use"] == "access")
    deadline = time.monotonic() + 5
    while True:
        new = service.register(issued.issuer)["access_token"]
        header, _ = issued.verified_by(verifiers.pyjwt, token=new)
        if header["kid"] == expected:
            break
        assert time.monotonic() < deadline, f"still signs with {header['kid']}, not with the new key {expected}"
    for verify in verifiers.ALL.values():
        issued.verified_by(verify, token=new)
        issued.verified_by(verify)


def main(binary: str) -> int:
    tally = Tally()
    with Service(binary) as service:
        issued = {
            algorithm: issue(service, f"interop-{algorithm.lower()}", algorithm)
            for algorithm in (*PUBLIC_KEY_ALGORITHMS, "HS256")
        }
        others = {
            algorithm: issue(service, f"other-{algorithm.lower()}", algorithm) for algorithm in issued
        }
        for algorithm, one in issued.items():
            for library, verify in verifiers.ALL.items():
                name = f"{algorithm}, {library}:"
                tally.check(f"{name} accepts an access token", lambda: check_accepted(one, verify))
                tally.check(
                    f"{name} refuses it with other claims",
                    lambda: expect_refused(lambda: one.verified_by(verify, token=tampered(one.token, 1))))
                tally.check(
                    f"{name} refuses it with another signature",
                    lambda: expect_refused(lambda: one.verified_by(verify, token=tampered(one.token, 2))))
                tally.check(
                    f"{name} refuses it by the keys of another tenant",
                    lambda: expect_refused(lambda: one.verified_by(verify, keys_of=others[algorithm])))
        for algorithm in PUBLIC_KEY_ALGORITHMS:
            tally.check(
                f"{algorithm}: a rotation needs no restart, and tokens of both keys verify",
                lambda: check_rotation(service, issued[algorithm]))
        tally.check(
            "HS256: the JWKS publishes no key",
            lambda: expect_equal(service.get(f"{issued['HS256'].issuer}/.well-known/jwks.json"), {"keys": []}))
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


def expect_equal(actual, expected) -> None:
    assert actual == expected, f"{actual} is not {expected}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
