"""A `gatehouse dev` of its own, its admin command and the few requests that the checks need."""
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PASSWORD = "vivid-Otter47-lintel-quasar"


class Service:
    """A context in which the service runs, on a free port, with its data in a folder that is removed afterwards."""

    def __init__(self, binary: str, settings: dict[str, str] | None = None):
        self.binary = os.path.abspath(binary)
        self.settings = settings or {}
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Service":
        self.folder = tempfile.mkdtemp(prefix="gatehouse-interop-")
        os.chmod(self.folder, 0o755)  # PostgreSQL runs as another user when we are root, and has to pass
        self.data = os.path.join(self.folder, ".gatehouse")
        port, ops_port = free_ports(2)
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(os.path.join(self.folder, "log"), "w+")
        # What the shell names is another database, key or address.
        foreign = ("DATABASE_URL", "GATEHOUSE_OWNER_DATABASE_URL", "GATEHOUSE_PUBLIC_URL", "GATEHOUSE_LISTEN",
                   "GATEHOUSE_MASTER_KEY", "GATEHOUSE_MASTER_KEY_FILE", "GATEHOUSE_MASTER_KEY_COMMAND")
        self.environment_of_a_shell = {name: value for name, value in os.environ.items() if name not in foreign} | {
            "GATEHOUSE_OPS_LISTEN": f"127.0.0.1:{ops_port}",
            "GATEHOUSE_LIMITS": "account=off,device=off,source=off,register=off,profile=off",
        } | self.settings
        self.command = [self.binary, "dev", "--listen", f"127.0.0.1:{port}", "--data-dir", self.data]
        try:
            self.start()
            self.environment = sourced(os.path.join(self.data, "env"), self.environment_of_a_shell)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, env=self.environment_of_a_shell, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.wait_until_healthy()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def sql(self, tenant: str, statement: str) -> None:
        """Runs a statement as the owner, with the tenant in force for row-level security."""
        subprocess.run(
            ["psql", "-Xqv", "ON_ERROR_STOP=1", self.environment["GATEHOUSE_OWNER_DATABASE_URL"], "-c",
             f"select set_config('gatehouse.tenant_id', id::text, false) from tenants where slug = '{tenant}'", "-c", statement],
            env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def wait_until_healthy(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if urllib.request.urlopen(f"{self.url}/healthz", timeout=2).status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        self.log.seek(0)
        raise RuntimeError(f"gatehouse dev did not come up:\n{self.log.read()}")

    def admin(self, *arguments: str):
        result = subprocess.run(
            [self.binary, "admin", *arguments, "--json"], env=self.environment, capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"admin {' '.join(arguments)}: {result.stderr or result.stdout}")
        return json.loads(result.stdout)

    def get(self, url: str):
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)

    def post(self, url: str, body: dict) -> dict:
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{url} answered {error.code}: {error.read().decode()}") from None

    def register(self, issuer: str) -> dict:
        """A session of a new user of the tenant."""
        return self.post(f"{issuer}/v1/register", {"email": f"{secrets.token_hex(8)}@example.org", "password": PASSWORD})


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def sourced(path: str, environment: dict[str, str]) -> dict[str, str]:
    """The environment after a shell has read this file in that environment."""
    output = subprocess.run(
        ["bash", "-c", 'set -a; . "$1"; env -0', "bash", path], env=environment, capture_output=True, check=True).stdout
    return dict(entry.split("=", 1) for entry in output.decode().split("\0") if entry)
