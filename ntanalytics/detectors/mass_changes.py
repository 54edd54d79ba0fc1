"""Mass changes: states of which many change from one snapshot to the next, in all or in one member of a dimension.

A few persons come and leave, and a few certificates are revoked, on any day. That a fiftieth of a snapshot does, or a
fifth of one unit, is one decision, or one mistake. So is a smaller number, where the register tells by the moment of
each that there never were nearly as many on one day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ntanalytics.detectors.surveillance.improbability import OF_ONE_INCIDENT
from ntanalytics.detectors.surveillance.leaf_table import Members
from ntanalytics.metrics.state_changes import GONE, NEW

#: Fewest rows that change.
LEAST_ROWS = 10

#: Least share of the rows of a whole, or of one kind, that had the state; and of those of one unit.
LEAST_OF_ALL, LEAST_OF_UNIT = 0.02, 0.2

#: Fewest rows of a crowded day, days with any that must be known before it, and times as many as on all of them, but
#: for those that may be of one incident.
_LEAST_CROWD, _LEAST_KNOWN, _TIMES = 20, 60, 3.0

#: Share of all that moved from which a member is said to be what moved.
_NEARLY_ALL = 0.9

#: Most members that are told of one change.
_MOST_MEMBERS = 3


@dataclass(frozen=True, kw_only=True)
class MassChange:
    """Rows that left a state together, or came together.

    Attributes:
        members: the dimension and member that they have in common; empty where there is none.
        was: the state that they had, or ``NEW``.
        became: the state that they have.
        moved: their number.
        held: number of rows of the members that had the state; that had any, of those that came.
        renewed: number of the members' new rows with the state that the others left: they take their place. None
            takes that of a row which is not listed any more: identifiers that were made anew are no renewal.
    """

    members: Members
    was: str
    became: str
    moved: int
    held: int
    renewed: int = 0

    @property
    def share(self) -> float:
        """Share of the rows that moved."""
        return self.moved / self.held

    def is_many(self, least: float) -> bool:
        """Return whether the rows whose place nothing took are many, and at least some share of all."""
        lost = self.moved - self.renewed
        return lost >= LEAST_ROWS and lost >= least * self.held


def usual_most(counts: Mapping[date, int], on: date, meant: int = 0) -> int | None:
    """Return the most rows of a day before a crowded one; None where the day is not crowded, or too few are known.

    Args:
        counts: day → the rows to which something happened.
        on: the judged day.
        meant: number of rows of that day that are as they should be, such as renewals.
    """
    before = sorted((rows for day, rows in counts.items() if day < on), reverse=True)
    if len(before) < _LEAST_KNOWN:
        return None
    most, today = before[OF_ONE_INCIDENT], counts.get(on, 0) - meant
    return most if today >= max(_LEAST_CROWD, _TIMES * most) else None


def mass_changes(
    counted: Iterable[Mapping[str, Any]],
    kinds: Sequence[str],
    units: Sequence[str],
    least: float = LEAST_OF_ALL,
    *,
    is_renewed: bool = False,
) -> list[MassChange]:
    """Return the states that many left: the narrowest subject with nearly all of them, or each that has many.

    Those that came are no matter of one unit, and none of a unit that had no row: it was connected. Of what is renewed,
    those that came are none at all, and take the place of as many that are listed in another state.

    Args:
        counted: rows with ``was``, ``became``, ``rows`` and the dimensions.
        kinds: dimensions of few members, such as the kind of a certificate.
        units: dimensions of many members.
        least: least share of a whole or a kind; that of a unit where the state is the unit itself.
        is_renewed: whether the rows expire, such as certificates.
    """
    held, moved = _counts(list(counted), kinds, units, is_renewed=is_renewed)
    changes = [
        MassChange(
            members=members,
            was=was,
            became=became,
            moved=rows,
            held=held[members, was],
            renewed=moved.get((members, NEW, was), 0) if is_renewed and became != GONE else 0,
        )
        for (members, was, became), rows in moved.items()
        if held[members, was] and not (is_renewed and was == NEW)
    ]
    many = [
        change
        for change in changes
        if change.is_many(LEAST_OF_UNIT if any(name in units for name, _ in change.members) else least)
    ]
    totals = {(change.was, change.became): change.moved for change in changes if not change.members}
    return [change for kind, total in sorted(totals.items()) for change in _subjects(many, kind, total)]


def _counts(
    counted: Sequence[Mapping[str, Any]], kinds: Sequence[str], units: Sequence[str], *, is_renewed: bool
) -> tuple[Mapping[tuple[Members, str], int], Mapping[tuple[Members, str, str], int]]:
    """Return members and state → the rows that had it, and members with both states → the rows that moved."""
    held: dict[tuple[Members, str], int] = defaultdict(int)
    moved: dict[tuple[Members, str, str], int] = defaultdict(int)
    there = {(name, row[name]) for row in counted if row["was"] != NEW for name in units}
    for row in counted:
        is_new = row["was"] == NEW
        if is_new and not is_renewed and not all(row[name] is None or (name, row[name]) in there for name in units):
            continue
        dimensions = kinds if is_new and not is_renewed else (*kinds, *units)
        pairs = [((name, str(row[name])),) for name in dimensions if row[name] is not None]
        for members in ((), *pairs):
            for state in () if is_new else (row["was"], NEW):
                held[members, state] += row["rows"]
            if row["became"] != row["was"]:
                moved[members, row["was"], row["became"]] += row["rows"]
    return held, moved


def _subjects(many: Sequence[MassChange], kind: tuple[str, str], total: int) -> list[MassChange]:
    """Return the subjects of one kind of change that are told."""
    own = [change for change in many if (change.was, change.became) == kind]
    narrow = [change for change in own if change.moved >= _NEARLY_ALL * total]
    if narrow:
        return [min(narrow, key=lambda change: (change.held, len(change.members)))]
    return sorted(own, key=lambda change: (-change.moved, change.members))[:_MOST_MEMBERS]
