"""The private PostgreSQL, asked by psql."""
import json
import subprocess

from measured import postgres
from people import People
from service import Service


class Database:
    """Of a `gatehouse dev`: as its service, or as a superuser, whom row-level security doesn't stop."""

    def __init__(self, dev: Service):
        self.postmaster, self.programs, self.version = postgres(dev)
        self.url = dev.environment["DATABASE_URL"]
        self.superuser_url = self.url.replace("//gatehouse_login@", "//postgres@")

    def run(self, script: str, **variables: str | int) -> str:
        """As the superuser; what the script prints, unaligned."""
        settings = [argument for name, value in variables.items() for argument in ("-v", f"{name}={value}")]
        result = subprocess.run(
            [f"{self.programs}/psql", "-XqAtv", "ON_ERROR_STOP=1", *settings, self.superuser_url], input=script,
            capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"psql: {result.stderr}\n{script[:2000]}")
        return result.stdout.strip()

    def value(self, query: str, **variables: str | int):
        """Of a query with one row and one column."""
        return json.loads(self.run(f"select to_json(({query}))", **variables))

    def generations(self, people: People) -> int:
        """How often the refresh tokens of these people's first sessions have been rotated in all."""
        return self.value(
            "select sum(generation) from refresh_tokens where tenant_id = :'tenant' and id = any(:'sessions')",
            tenant=people.id, sessions="{" + ",".join(people.session_ids) + "}")
