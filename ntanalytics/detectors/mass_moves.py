"""Mass moves: states of which many change from one snapshot to the next, in all or in one member of a dimension.

A few persons leave, and a few certificates are revoked, on any day. That a fiftieth of a register does, or a fifth of
one unit, is one decision, or one mistake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Fewest rows that move.
LEAST_ROWS = 10

#: Least share of the rows of a whole, or of one kind, that had the state; and of those of one unit.
LEAST_OF_ALL, LEAST_OF_UNIT = 0.02, 0.2

#: Share of all that moved from which a member is said to be what moved.
_NEARLY_ALL = 0.9

#: Most members that are told of one move.
_MOST_MEMBERS = 3

#: Pairs of dimension and member.
_Members = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class MassMove:
    """Rows that left a state together.

    Attributes:
        members: the dimension and member that they have in common; empty where there is none.
        was: the state that they had.
        became: the state that they have.
        moved: their number.
        held: number of rows of the members that had the state.
    """

    members: _Members
    was: str
    became: str
    moved: int
    held: int

    @property
    def share(self) -> float:
        """Share of the rows that moved."""
        return self.moved / self.held


def mass_moves(
    counted: Iterable[Mapping[str, Any]], kinds: Sequence[str], units: Sequence[str], least: float = LEAST_OF_ALL
) -> list[MassMove]:
    """Return the states that many left: the narrowest subject with nearly all of them, or each that has many.

    Args:
        counted: rows with ``was``, ``became``, ``rows`` and the dimensions.
        kinds: dimensions of few members, such as the kind of a certificate.
        units: dimensions of many members.
        least: least share of a whole or a kind; that of a unit where the state is the unit itself.
    """
    held: dict[tuple[_Members, str], int] = defaultdict(int)
    moved: dict[tuple[_Members, str, str], int] = defaultdict(int)
    for row in counted:
        pairs = [((name, str(row[name])),) for name in (*kinds, *units) if row[name] is not None]
        for members in ((), *pairs):
            held[members, row["was"]] += row["rows"]
            if row["became"] != row["was"]:
                moved[members, row["was"], row["became"]] += row["rows"]
    moves = [
        MassMove(members=members, was=was, became=became, moved=rows, held=held[members, was])
        for (members, was, became), rows in moved.items()
    ]
    many = [
        move
        for move in moves
        if move.moved >= LEAST_ROWS
        and move.share >= (LEAST_OF_UNIT if any(name in units for name, _ in move.members) else least)
    ]
    totals = {(move.was, move.became): move.moved for move in moves if not move.members}
    return [move for kind, total in sorted(totals.items()) for move in _subjects(many, kind, total)]


def _subjects(many: Sequence[MassMove], kind: tuple[str, str], total: int) -> list[MassMove]:
    """Return the subjects of one kind of move that are told."""
    own = [move for move in many if (move.was, move.became) == kind]
    narrow = [move for move in own if move.moved >= _NEARLY_ALL * total]
    if narrow:
        return [min(narrow, key=lambda move: (move.held, len(move.members)))]
    return sorted(own, key=lambda move: (-move.moved, move.members))[:_MOST_MEMBERS]
