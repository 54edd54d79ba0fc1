"""Endings of cases: finished, given up, or finished as soon as they began (docs/domain.md, Surveillance: endings)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import catalogue, count
from ntanalytics.metrics.slots import local_day

#: How a case ended.
FINISHED, CANCELLED, AT_ONCE = "finished", "cancelled", "at_once"

#: Seconds from its begin within which nobody has read a case.
AT_ONCE_S = 60

ENDINGS = (
    count(
        "unusual_endings",
        "异常结束",
        "件",
        "Cases of a subject that were given up, or finished within a minute of their begin, far more often than usual "
        "(docs/domain.md, Surveillance: endings).",
        good="down",
    ),
)

MEASURES = catalogue(ENDINGS)


def end_of(cases: ir.Table, ends: Sequence[str], given_up: tuple[str, str] | None = None) -> ir.Value:
    """Return the end of each case: a moment (UTC) or a day, as its columns hold it; null of a case that is open.

    Args:
        cases: rows of a dataset of cases.
        ends: the columns of their end, of which at most one is known.
        given_up: the column that is true of a case that was given up, and that of its last change, which ended it;
            None where there is none.
    """
    end = ibis.coalesce(*(cases[name] for name in ends))
    return end if given_up is None else _is_given_up(cases, given_up).ifelse(cases[given_up[1]], end)


def endings(
    cases: ir.Table, started: str, finished: str, utc_offset_h: int, given_up: tuple[str, str] | None = None
) -> ir.Table:
    """Return the cases that ended, with the moment, the local day and the way of their end.

    Args:
        cases: rows of a dataset of cases.
        started: the column of their begin (UTC).
        finished: the column of their end (UTC).
        utc_offset_h: hours by which local time is ahead of UTC.
        given_up: see :func:`end_of`.

    Returns:
        The rows with ``ended_at``, ``day`` (that of the end) and ``ending``: ``finished``, ``cancelled``, ``at_once``.
    """
    took = cases[finished].epoch_seconds() - cases[started].epoch_seconds()
    ending = ibis.cases((_is_given_up(cases, given_up), CANCELLED), (took < AT_ONCE_S, AT_ONCE), else_=FINISHED)
    ended = cases.mutate(ended_at=end_of(cases, [finished], given_up), ending=ending)
    ended = ended.filter(ended.ended_at.notnull())
    return ended.mutate(day=local_day(ended.ended_at, utc_offset_h))


def _is_given_up(cases: ir.Table, given_up: tuple[str, str] | None) -> ir.BooleanValue:
    return ibis.literal(False) if given_up is None else cases[given_up[0]].fill_null(False)
