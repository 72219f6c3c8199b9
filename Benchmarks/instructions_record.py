"""instructions.json: what a request of each kind cost when it was last recorded, and with which compiler and libraries."""
import json
import platform
import subprocess
from pathlib import Path

import callgrind

HERE = Path(__file__).resolve().parent
PATH = HERE / "instructions.json"

# Percent. A dozen runs on a busy machine were within 0.7; another distribution's libraries need some room.
TOLERANCE = 3

TITLES = {"refresh": "POST /v1/refresh", "me": "GET /v1/me", "verify": "GET /v1/verify"}
RENEW = "make instructions ARGS=--record"


def write(counts: dict[str, int], surroundings: dict[str, str]) -> None:
    record = {"instructions": counts, "recorded_with": surroundings}
    PATH.write_text(json.dumps(record, indent=2) + "\n")


def compare(counts: dict[str, int], now: dict[str, str]) -> tuple[str, bool]:
    """A table with a verdict below it, and whether nothing costs more than is tolerated."""
    record = json.loads(PATH.read_text())
    before = record["recorded_with"]
    recorded = record["instructions"]
    differences = {name: (count / recorded[name] - 1) * 100 for name, count in counts.items()}
    table = [f"{'instructions a request':24}{'counted':>12}{'recorded':>12}{'difference':>13}"]
    table += [f"{TITLES[name]:24}{count:12,}{recorded[name]:12,}{differences[name]:+11.1f} %"
              for name, count in counts.items()]
    if now["machine"] != before["machine"]:
        verdict = [f"Recorded on {before['machine']}: on {now['machine']} there is nothing to compare with."]
        return "\n".join([*table, "", *verdict]), True
    dearer = [TITLES[name] for name, percent in differences.items() if percent > TOLERANCE]
    cheaper = [TITLES[name] for name, percent in differences.items() if percent < -TOLERANCE]
    verdict = []
    if dearer:
        verdict += [
            f"Too dear: {', '.join(dearer)}. {TOLERANCE} % more than recorded are tolerated.", *changes(before, now),
            "Find what it is with the profile that `make instructions ARGS=\"--profile FOLDER\"` leaves: "
            "callgrind_annotate --threshold=100 FOLDER/me | swift demangle",
            f"If it is worth its price, `{RENEW}` and commit instructions.json with the change and the reason."]
    if cheaper:
        verdict.append(
            f"Cheaper than recorded: {', '.join(cheaper)}. Commit instructions.json after `{RENEW}`, so that it stays so.")
    return "\n".join([*table, "", *(verdict or [f"Within {TOLERANCE} % of what is recorded."])]), not dearer


def changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """What is different from when it was recorded, beside the code of this repository."""
    different = [f"  {name}: {before.get(name, 'none')}, now {now.get(name, 'none')}"
                 for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)]
    if not different:
        return ["Compiler and libraries are those it was recorded with, so it is this repository's code."]
    return ["Besides this repository's code, these have changed since it was recorded:", *different]


def surroundings() -> dict[str, str]:
    """The compiler and the libraries whose code is counted, and what counts."""
    swift = subprocess.run(["swift", "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    libpq = subprocess.run(
        ["pkg-config", "--modversion", "libpq"], check=True, capture_output=True, text=True).stdout.strip()
    pins = json.loads((HERE.parent / "Package.resolved").read_text())["pins"]
    return {
        "machine": platform.machine(), "swift": swift, "valgrind": callgrind.version(),
        "libc": " ".join(platform.libc_ver()), "libpq": libpq,
    } | {pin["identity"]: pin["state"].get("version") or pin["state"]["revision"] for pin in pins}
