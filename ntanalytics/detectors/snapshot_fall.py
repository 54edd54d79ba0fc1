"""Fall of a snapshot: a state that came with far fewer rows than before, as a copy that was interrupted gives it.

A directory, a register or a list of hosts changes by little from day to day. A snapshot that lost a large part of its
rows tells less of what became of them than of its source: a query of a user with fewer rights, a table that was cut.
So does one without any row of a kind that had many. What stays small for two weeks of work is the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

#: Share of the rows, and rows, up to which a fall is taken for a change of what the snapshot lists.
LEAST_SHARE, LEAST_ROWS = 0.1, 5

#: Factor by which a fall must exceed each fall of the weeks before.
TIMES_USUAL = 3

#: Rows of a kind that a snapshot without any of them lacks, and the share of them by which it must be smaller.
LEAST_KIND_ROWS, LEAST_KIND_SHARE = 20, 0.5

#: Days before a snapshot whose snapshots it is held against, and number of them that tell the usual rows.
HISTORY_DAYS, LEVEL_SNAPSHOTS = 56, 5

#: Time before a snapshot from which on others are read to judge it: those weeks, and the weeks that tell of these.
JUDGED_BY = timedelta(days=2 * HISTORY_DAYS)

#: Working days through which a smaller snapshot must stay as it is, until it is the truth.
LASTING_DAYS = 10


class SnapshotRows(NamedTuple):
    """Rows of a snapshot of a source."""

    day: date
    rows: int


@dataclass(frozen=True)
class SnapshotFall:
    """A snapshot that lost a large part of its rows.

    Attributes:
        day: its day.
        rows: its rows.
        whole_on: the day of the last whole snapshot before it.
        whole_rows: the rows of that one.
        kinds: the kinds of which it has no row; empty where it lost rows of all.
    """

    day: date
    rows: int
    whole_on: date
    whole_rows: int
    kinds: tuple[str, ...] = ()

    @property
    def lost(self) -> int:
        """Number of rows that it has less than the last whole one."""
        return self.whole_rows - self.rows


#: Tells the kinds of which a snapshot has no row, though an earlier one had many.
LostKinds = Callable[[SnapshotRows, SnapshotRows], tuple[str, ...]]


def snapshot_falls(
    snapshots: Iterable[SnapshotRows], is_working_day: Callable[[date], bool], kinds_lost: LostKinds = lambda *_: ()
) -> dict[date, SnapshotFall]:
    """Return day → the fall of each snapshot that is not whole (docs/domain.md, Gaps: damaged snapshot).

    A snapshot is judged by those before it alone, so that what is known of a past day stays.

    Args:
        snapshots: the snapshots of one source, in order of their days.
        is_working_day: tells whether a day is worked.
        kinds_lost: asked where a snapshot has so many rows less that all of a kind may be gone.
    """
    falls: dict[date, SnapshotFall] = {}
    whole: list[SnapshotRows] = []
    fallen: list[SnapshotRows] = []
    for snapshot in snapshots:
        fall = _fall(snapshot, whole, kinds_lost)
        if fall is None:
            whole.append(snapshot)
            fallen = []
            continue
        fallen = [*fallen, snapshot] if fallen and _is_alike(fallen[0].rows, snapshot.rows) else [snapshot]
        if _worked(fallen[0].day, snapshot.day, is_working_day) >= LASTING_DAYS:
            whole, fallen = fallen, []
        else:
            falls[snapshot.day] = fall
    return falls


def lost_kinds(before: Mapping[str, int], after: Mapping[str, int], lost: int) -> tuple[str, ...]:
    """Return the kinds of which no row is left, and whose rows became no others, since about as many are gone.

    Args:
        before: kind → rows of the whole snapshot.
        after: the same of the one that is judged.
        lost: number of rows that it has less, of all kinds.
    """
    gone = {kind: rows for kind, rows in before.items() if rows >= LEAST_KIND_ROWS and not after.get(kind)}
    return tuple(sorted(kind for kind, rows in gone.items() if lost >= LEAST_KIND_SHARE * rows))


def least_rows(rows: Sequence[int]) -> float:
    """Return the rows that a whole snapshot has at least after others of the same source.

    Args:
        rows: rows of the whole snapshots before it, in order; one at least.
    """
    levels = [_level(rows[:count]) for count in range(1, len(rows) + 1)]
    usual = max((level - after for level, after in zip(levels, rows[1:], strict=False)), default=0)
    return levels[-1] - max(LEAST_ROWS, LEAST_SHARE * levels[-1], TIMES_USUAL * usual)


def _fall(snapshot: SnapshotRows, whole: Sequence[SnapshotRows], kinds_lost: LostKinds) -> SnapshotFall | None:
    """Return the fall of a snapshot against the whole ones before it; None if it is whole, too."""
    if not whole or whole[-1].day < snapshot.day - timedelta(days=HISTORY_DAYS):
        return None
    last, kinds = whole[-1], tuple[str, ...]()
    if _has_usual_rows(snapshot, whole):
        may_lack_kind = last.rows - snapshot.rows >= LEAST_KIND_SHARE * LEAST_KIND_ROWS
        kinds = kinds_lost(last, snapshot) if may_lack_kind else ()
        if not kinds:
            return None
    return SnapshotFall(snapshot.day, snapshot.rows, *last, kinds)


def _has_usual_rows(snapshot: SnapshotRows, whole: Sequence[SnapshotRows]) -> bool:
    if snapshot.rows >= (1 - LEAST_SHARE) * whole[-1].rows:
        return True
    since = snapshot.day - timedelta(days=HISTORY_DAYS)
    return snapshot.rows >= least_rows([known.rows for known in whole[-HISTORY_DAYS:] if known.day >= since])


def _level(rows: Sequence[int]) -> int:
    """Return the usual rows: the last ones, but never those of a single snapshot that was larger than the others."""
    return min(rows[-1], *sorted(rows[-LEVEL_SNAPSHOTS:])[-2:])


def _is_alike(first: int, second: int) -> bool:
    return abs(first - second) <= max(LEAST_ROWS, LEAST_SHARE * max(first, second))


def _worked(first: date, last: date, is_working_day: Callable[[date], bool]) -> int:
    """Return the number of working days from a day up to another one, which is left out."""
    return sum(is_working_day(first + timedelta(days=number)) for number in range((last - first).days))
