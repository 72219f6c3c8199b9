"""fuzz_api.py GATEHOUSE [--examples N] [--seed N]: requests made from /openapi.json, sent to a `gatehouse dev` of two tenants.

Exits 1 where an answer is not what the description promises.
"""
import argparse
import json
import os
import random
import subprocess
import sys

from service import PASSWORD, Service

HERE = os.path.dirname(os.path.abspath(__file__))
# What a hash costs is not asked here, and thousands of users sign in.
SETTINGS = {"GATEHOUSE_ARGON2": "m=64,t=1,p=1"}
# What these want is in a mail, which nobody reads here.
BY_MAIL = ("/v1/password/reset", "/v1/email/confirm", "/v1/email/undo", "/v1/email/verify", "/v1/login/email/verify")


def tenant(service: Service, slug: str) -> dict:
    """What the hooks sign in with, and ask about tokens with."""
    issuer = f"{service.url}/t/{slug}"
    email = service.register(issuer)["user"]["email"]
    client = service.admin("client", "create", slug, "--name", "fuzz")
    return {"email": email, "password": PASSWORD, "client": [client["client_id"], client["client_secret"]]}


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("binary")
    options.add_argument("--examples", type=int, default=200, help="per operation")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = options.parse_args()
    print(f"seed {options.seed}, {options.examples} examples per operation", flush=True)
    with Service(options.binary, SETTINGS) as service:
        service.admin("tenant", "create", "shop", "--algorithm", "EdDSA", "--email-login", "code")
        tenants = {slug: tenant(service, slug) for slug in ("demo", "shop")}
        answered = os.path.join(service.folder, "answered.json")
        result = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), "schemathesis"),
             "--config-file", os.path.join(HERE, "schemathesis.toml"),
             "run", f"{service.url}/openapi.json", "--seed", str(options.seed), "--max-examples", str(options.examples)],
            cwd=service.folder, stdin=subprocess.DEVNULL, env=os.environ | {
                "SCHEMATHESIS_HOOKS": "fuzz_hooks", "PYTHONPATH": HERE,
                "GATEHOUSE_FUZZ_URL": service.url, "GATEHOUSE_FUZZ_TENANTS": json.dumps(tenants),
                "GATEHOUSE_FUZZ_ANSWERED": answered})
        with open(answered) as file:
            return result.returncode or report(json.load(file))


def report(answered: dict[str, dict[str, int]]) -> int:
    """Prints how often each operation gave which answer. One that granted nothing was not tried in earnest: 1."""
    print()
    for operation, statuses in sorted(answered.items(), key=lambda entry: entry[0].split()[::-1]):
        print(f"{operation:62}", *(f"{status}: {count}" for status, count in sorted(statuses.items())), sep="  ")
    idle = [
        operation for operation, statuses in answered.items()
        if not operation.endswith(BY_MAIL) and not any(status[0] == "2" for status in statuses)]
    for operation in idle:
        print(f"FAIL  {operation} granted nothing")
    return 1 if idle else 0


if __name__ == "__main__":
    sys.exit(main())
