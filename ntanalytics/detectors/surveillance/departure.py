"""Departure: a subject of a dataset that departs from what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass

from ntanalytics.detectors.surveillance.leaf_table import ANY_MEMBER, Members


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A subject that departs from what is expected of it.

    Attributes:
        members: pairs of dimension and member; empty for all events of the dataset.
        value: name of the value whose mean departs; empty where the number of events does.
        direction: 1 for more than expected, -1 for fewer.
        strength: the likelihood ratio, as its logarithm.
        improbable: the negative natural logarithm of the probability of a departure as strong.
        hours: the first hour of the run that departs, and the hour after its last.
        seen: events of these hours; of a value the mean of its logarithm.
        expected: those that were expected, or the mean that was.
        share: events that are missing, or too many, as a share of the dataset's events of the day, or of a usual day
            where these are more; of a value the share of the events that it was measured of.
        started: the cases of which these do not end; their hours are worked days since the begin. 0 of anything else.
        days: the last comparable days that depart together, each a little; 0 where the judged day does by itself.
        also: members of further dimensions that nearly all of the departure has, the rarest first.
        counterpart: a subject that moved the other way in the same hours; empty where there is none.
        counterpart_moved: events that it has too many, or that it lacks (negative).
        system: the system that nearly all of its events are of, where no member names one; empty where none is known.
        is_over: whether it was over in the hours after the run; None where nothing tells it.
        is_flat: whether all events have one value, which had not before.
        is_of_mix: whether its share of the events of the day departs, which the shares of the days before tell.
        is_scheduled: whether as many came on each day before.
    """

    members: Members
    value: str
    direction: int
    strength: float
    improbable: float
    hours: tuple[int, int]
    seen: float
    expected: float
    share: float
    started: float = 0.0
    days: int = 0
    also: Members = ()
    counterpart: Members = ()
    counterpart_moved: float = 0.0
    system: str = ""
    is_over: bool | None = None
    is_flat: bool = False
    is_of_mix: bool = False
    is_scheduled: bool = False

    @property
    def subject(self) -> tuple[Members, str, int]:
        """Members, value and direction: what departs, whatever its hours and size."""
        return self.members, self.value, self.direction

    @property
    def is_emptied(self) -> bool:
        """Return whether events lack a column: fewer have any member of it, or any value."""
        return any(member == ANY_MEMBER for _, member in self.members)
