"""How much memory an instance needs before it has hashed a password: at rest, and with a thousand connections."""
import resource
import socket
import time

from database import Database
from goals import at_most
from loads import get
from measured import Measured, measured_service
from people import People
from processes import memory_megabytes
from rates import Options
from report import Section
from service import Service

CONNECTIONS = 1000
# So many ask at once: of one tenant, more than 512 would be told that the service is busy.
WAVE = 200
REST = 3  # seconds after the start in which it is looked at


def measure(options: Options) -> Section:
    allow_descriptors(CONNECTIONS + 100)
    idle, connected, highest = [], [], []
    with Service(options.binary) as dev:
        version = Database(dev).version
        people = People(dev, "bench")
        tokens = [session["access_token"] for session in people.sessions]
        for number in range(options.rounds):
            with measured_service(dev, options.binary) as serve:
                idle.append(most_at_rest(serve))
                requests = [
                    get(f"{people.route}/v1/me", Authorization=f"Bearer {tokens[one % len(tokens)]}")
                    for one in range(CONNECTIONS)]
                connected.append(with_connections(serve, requests))
                highest.append(memory_megabytes(serve.pid)[1])
            print(f"round {number + 1}: {idle[-1]:.1f} MB at rest, {connected[-1]:.1f} MB with {CONNECTIONS:,} connections",
                  flush=True)
    return Section(
        f"Memory, {options.rounds} lives of an instance",
        [at_most("memory", "at rest", 40, idle, "MB", 1),
         at_most("memory", f"{CONNECTIONS:,} keep-alive connections", 80, connected, "MB", 1)],
        [f"Resident, of a process that has hashed no password. At rest: the most within {REST} s after its start. With "
         f"{CONNECTIONS:,} connections: all have asked for `/v1/me`, {WAVE} at once, have been answered, and stay. The highest it ever was, "
         f"at the median of the lives: {sorted(highest)[len(highest) // 2]:.1f} MB."], postgres=version)


def most_at_rest(serve: Measured) -> float:
    most, end = 0.0, time.monotonic() + REST
    while time.monotonic() < end:
        most = max(most, memory_megabytes(serve.pid)[0])
        time.sleep(0.1)
    return most


def with_connections(serve: Measured, requests: list[bytes]) -> float:
    """Megabytes while every one of these has been answered over a connection of its own that is still open."""
    sockets = [socket.create_connection(("127.0.0.1", serve.port), timeout=30) for _ in requests]
    try:
        for first in range(0, len(sockets), WAVE):
            for one, request in zip(sockets[first:first + WAVE], requests[first:first + WAVE], strict=True):
                one.sendall(request)
            for one in sockets[first:first + WAVE]:
                answer = one.recv(65536)
                if not answer.startswith(b"HTTP/1.1 200 "):
                    raise RuntimeError(f"/v1/me over one of many connections answered {answer!r}")
        return memory_megabytes(serve.pid)[0]
    finally:
        for one in sockets:
            one.close()


def allow_descriptors(count: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < count:
        raise RuntimeError(f"this needs {count} open files, and {hard} are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
