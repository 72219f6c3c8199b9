"""Whether rotations leave the sessions' table as it is."""
import time

from goals import at_least
from report import Section, unexpected

PIECE = 10  # seconds
STATISTICS_DELAY = 30  # seconds after which PostgreSQL has counted what an idle connection did

UPDATES = """json_build_object('all', n_tup_upd, 'hot', n_tup_hot_upd) from pg_stat_user_tables where relname = 'refresh_tokens'"""
SIZES = """json_build_object('table', pg_table_size('refresh_tokens'), 'indexes', pg_indexes_size('refresh_tokens'))"""


def measure_rotations(place, count: int) -> Section:
    """So many refreshes, at 32 a time."""
    sizes, updates, rotated, samples = place.database.value(f"select {SIZES}"), updates_so_far(place), 0, []
    while rotated < count:
        samples.append(place.measure("refresh", PIECE))
        rotated += max(0, samples[-1].requests + samples[-1].late - samples[-1].bad)
    deadline = time.monotonic() + STATISTICS_DELAY
    while (now := updates_so_far(place))["all"] - updates["all"] < rotated and time.monotonic() < deadline:
        time.sleep(0.5)
    ratio = (now["hot"] - updates["hot"]) / max(now["all"] - updates["all"], 1)
    after = place.database.value(f"select {SIZES}")
    print(f"{rotated:,} rotations, {ratio:.2%} HOT", flush=True)
    changes = ", ".join(
        f"its {part} from {sizes[part] / 2**20:,.1f} to {after[part] / 2**20:,.1f} MiB" for part in ("table", "indexes"))
    return Section(
        "", [at_least("growth", "HOT updates of all", 0.95, [ratio], digits=3)],
        [f"{rotated:,} rotations changed the size of `refresh_tokens`: {changes.replace('its table', 'the table')}. Of the updates "
         f"that PostgreSQL counted ({now['all'] - updates['all']:,}), {ratio:.2%} were HOT. Unexpected answers: {unexpected(samples)}."],
        bad=sum(sample.bad for sample in samples))


def updates_so_far(place) -> dict[str, int]:
    return place.database.value(f"select {UPDATES}")
