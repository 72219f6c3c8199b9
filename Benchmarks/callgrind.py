"""A service under valgrind's callgrind, which counts the instructions it executes (Linux)."""
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Callgrind:
    """How to run a program so that its instructions are counted, and how many there were."""

    def __init__(self, binary: str, folder: str):
        self.folder = Path(folder)
        # Valgrind gives up on debug information of some compilers; the names of functions are elsewhere, and stay.
        self.binary = str(self.folder / "gatehouse-without-debug-information")
        subprocess.run(["strip", "--strip-debug", "-o", self.binary, binary], check=True)
        # With a seed of its own in each process, tables would be searched along other ways each time.
        self.settings = {"SWIFT_DETERMINISTIC_HASHING": "1", "LD_PRELOAD": str(compile_sigsuspend(self.folder))}
        # One thread runs at a time; none may spin until chance gives the turn to the one it waits for.
        self.command = [
            "valgrind", "--tool=callgrind", "--fair-sched=yes", f"--callgrind-out-file={self.folder}/callgrind"]
        self.dumps = 0

    @property
    def last_dump(self) -> Path:
        return self.folder / f"callgrind.{self.dumps}"

    def instructions(self, pid: int) -> int:
        """How many the process has executed since this was last asked, or since its start."""
        command = ["vgdb", f"--pid={pid}", "dump"]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.dumps += 1
        if result.returncode != 0 or not self.last_dump.exists():
            raise RuntimeError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
        with open(self.last_dump) as file:
            return next(int(line.split()[1]) for line in file if line.startswith("totals:"))


def compile_sigsuspend(folder: Path) -> Path:
    path = folder / "sigsuspend.so"
    compiler = next((name for name in ("cc", "clang") if shutil.which(name)), "cc")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", path, HERE / "sigsuspend.c"], check=True)
    return path


def version() -> str:
    return subprocess.run(["valgrind", "--version"], check=True, capture_output=True, text=True).stdout.strip()
