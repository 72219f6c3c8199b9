"""How soon users of another system are taken over."""
import json
import subprocess
import tempfile
import time
from pathlib import Path

from database import Database
from goals import at_most
from rates import Options
from report import Section
from service import Service

USERS = 100_000
# Of bcrypt, at cost 10: nothing is hashed at an import, so it is the same for all.
HASH = "$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"


def measure(options: Options) -> Section:
    first, again = [], []
    with tempfile.TemporaryDirectory() as folder, Service(options.binary) as dev:
        version = Database(dev).version
        file = Path(folder) / "users.jsonl"
        write(file)
        for number in range(options.rounds):
            tenant = f"tenant-{number}"
            dev.admin("tenant", "create", tenant)
            first.append(seconds(options.binary, dev, tenant, file, "imported"))
            again.append(seconds(options.binary, dev, tenant, file, "skipped"))
            print(f"round {number + 1}: {first[-1]:.1f} s, the same file again {again[-1]:.1f} s", flush=True)
    return Section(
        f"Import of {USERS:,} users, {options.rounds} times",
        [at_most("import", "of JSON lines with bcrypt hashes", 60, first, "s", 1),
         at_most("import", "of the same file again, which changes nothing", 60, again, "s", 1)],
        ["`gatehouse admin user import`, from its start to its end, each time into a tenant of its own."], postgres=version)


def write(file: Path) -> None:
    with file.open("w") as lines:
        for number in range(USERS):
            user = {"email": f"user-{number}@example.com", "username": f"user-{number}", "name": f"User {number}",
                    "email_verified": number % 2 == 0, "claims": {"roles": ["reader"]}, "created_at": "2024-03-01T09:30:00Z",
                    "password_hash": HASH}
            lines.write(json.dumps(user) + "\n")


def seconds(binary: str, dev: Service, tenant: str, file: Path, outcome: str) -> float:
    begun = time.monotonic()
    done = subprocess.run([binary, "admin", "user", "import", "--tenant", tenant, str(file), "--json"], env=dev.environment,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    taken = time.monotonic() - begun
    if json.loads(done.stdout)[outcome] != USERS:
        raise SystemExit(f"not all users were {outcome}: {done.stdout.decode()}")
    return taken
