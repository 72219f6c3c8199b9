"""CPU time and memory of processes, as /proc tells them (Linux)."""
import os

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()


def parents() -> dict[int, int]:
    result = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                result[int(name)] = int(_stat(int(name))[1])
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
    return result


def descendants(pid: int) -> list[int]:
    known = parents()
    found = [pid]
    for one in found:
        found += [child for child, parent in known.items() if parent == one]
    return found[1:]


def postmaster(pid: int) -> int:
    """The PostgreSQL server that this process started: the first of its descendants with that program."""
    for child in descendants(pid):
        try:
            if os.path.basename(os.readlink(f"/proc/{child}/exe")) == "postgres":
                return child
        except OSError:
            continue
    raise RuntimeError(f"no PostgreSQL runs below process {pid}")


def pin(pid: int, core: int) -> None:
    """Keeps a process, its threads and its children on one core."""
    for process in [pid, *descendants(pid)]:
        for thread in os.listdir(f"/proc/{process}/task"):
            os.sched_setaffinity(int(thread), {core})


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of the children it has waited for."""
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15]) / TICKS


def cpu_seconds_of_tree(pid: int) -> float:
    total = cpu_seconds(pid)
    for child in descendants(pid):
        try:
            total += cpu_seconds(child)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def memory_megabytes(pid: int) -> tuple[float, float]:
    """Resident memory now, and at its highest."""
    values = {}
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name in ("VmRSS", "VmHWM"):
                values[name] = int(value.split()[0]) / 1024
    return values["VmRSS"], values["VmHWM"]
