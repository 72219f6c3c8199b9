"""What the project sets itself, and whether a run reached it."""
import statistics
from dataclasses import dataclass


@dataclass
class Goal:
    """A figure with a limit: a value for each round, of which the median counts."""
    of: str
    figure: str
    values: list[float]
    limit: float
    at_least: bool
    unit: str = ""
    digits: int = 2

    @property
    def reached(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        return self.reached >= self.limit if self.at_least else self.reached <= self.limit

    @property
    def score(self) -> float:
        """How many times as good as the limit: 1 is just met."""
        return self._score(self.reached)

    @property
    def scores(self) -> tuple[float, float]:
        """Of the worst round and of the best."""
        scores = [self._score(value) for value in self.values]
        return min(scores), max(scores)

    def _score(self, value: float) -> float:
        if self.at_least:
            return value / self.limit
        return self.limit / value if value > 0 else float("inf")  # less than any limit, or none where none may be

    def text(self, value: float) -> str:
        return f"{value:,.{self.digits}f}{' ' + self.unit if self.unit else ''}"

    @property
    def limit_text(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.text(self.limit)}"

    @property
    def spread_text(self) -> str:
        return f"{min(self.values):,.{self.digits}f} – {max(self.values):,.{self.digits}f}"


def at_least(of: str, figure: str, limit: float, values: list[float], unit: str = "", digits: int = 2) -> Goal:
    return Goal(of, figure, values, limit, True, unit, digits)


def at_most(of: str, figure: str, limit: float, values: list[float], unit: str = "", digits: int = 2) -> Goal:
    return Goal(of, figure, values, limit, False, unit, digits)


def ratios(rounds: list, others: list) -> list[float]:
    """Of the rates in each round: both were measured within the same minute."""
    return [sample.rate / other.rate for sample, other in zip(rounds, others, strict=True)]


def microseconds(rounds: list, cpu: str) -> list[float]:
    """CPU time of each request."""
    return [getattr(sample, cpu) / max(sample.requests, 1) * 1e6 for sample in rounds]
