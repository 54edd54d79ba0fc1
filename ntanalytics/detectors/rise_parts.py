"""Parts of a rise: the member, or the hours, that hold most of what a day has more than usual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

#: Share of what is more than usual that a member holds at least, and of what is usual that it holds less than: a member
#: that nearly everything is of tells nothing.
_MOST = 2 / 3

#: Share of what is more than usual that some hours in a row hold at least, and most hours that lead anywhere.
_NEARLY_ALL, _MOST_HOURS = 0.8, 6

_HOURS = 24

Member = TypeVar("Member")


def member_of_rise(today: Mapping[Member, float], usual: Mapping[Member, float]) -> Member | None:
    """Return the member that holds most of what a day has more than usual; None where none does, or always did.

    Args:
        today: member → events of the day.
        usual: member → events that are usual on such a day.
    """
    more, before = _more(today, usual), sum(usual.values())
    if more <= 0:
        return None
    member = max(today, key=lambda name: today[name] - usual.get(name, 0.0))
    own = today[member] - usual.get(member, 0.0)
    return member if own >= _MOST * more and usual.get(member, 0.0) <= _MOST * before else None


def hours_of_rise(today: Mapping[int, float], usual: Mapping[int, float]) -> tuple[int, int] | None:
    """Return the first hour, and that after the last, of the fewest that hold nearly all that is more than usual.

    Args:
        today: hour → events of the day.
        usual: hour → events that are usual on such a day.

    Returns:
        None where nothing is more, it is spread over the day, or most events usually are of these hours.
    """
    more, before = _more(today, usual), sum(usual.values())
    if more <= 0:
        return None
    excess = [today.get(hour, 0.0) - usual.get(hour, 0.0) for hour in range(_HOURS)]
    for length in range(1, _MOST_HOURS + 1):
        first = max(range(_HOURS - length + 1), key=lambda hour: sum(excess[hour : hour + length]))
        if sum(excess[first : first + length]) >= _NEARLY_ALL * more:
            is_usual = sum(usual.get(hour, 0.0) for hour in range(first, first + length)) > _MOST * before
            return None if is_usual else (first, first + length)
    return None


def _more(today: Mapping[Member, float], usual: Mapping[Member, float]) -> float:
    return sum(today.values()) - sum(usual.values())
