"""Endings of cases: finished, given up, sent back, or finished at once (docs/domain.md, Surveillance: endings)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import catalogue, count
from ntanalytics.metrics.slots import local_day

#: How a case ended.
FINISHED, CANCELLED, RETURNED, AT_ONCE, SOON = "finished", "cancelled", "returned", "at_once", "soon"

#: Seconds from its begin within which nobody has read a case.
AT_ONCE_S = 60

#: Share of the cases of a kind that are finished sooner than the others, and cases from which that is known.
_SOONEST, _KNOWN = 0.05, 100

ENDINGS = (
    count(
        "unusual_endings",
        "异常结束",
        "件",
        "Cases of a subject that were given up or sent back, or finished within a minute of their begin or sooner than "
        "nineteen of twenty of their kind, far more often than usual (docs/domain.md, Surveillance: endings).",
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
    cases: ir.Table, started: str, ends: Sequence[str], utc_offset_h: int, given_up: tuple[str, str] | None = None
) -> ir.Table:
    """Return the cases that ended, with the moment, the local day and the way of their end.

    Args:
        cases: rows of a dataset of cases.
        started: the column of their begin (UTC).
        ends: the columns of their end (UTC): that which should come, then the others.
        utc_offset_h: hours by which local time is ahead of UTC.
        given_up: see :func:`end_of`.

    Returns:
        The rows with ``ended_at``, ``day`` (that of the end) and ``ending``: ``finished``, ``cancelled``, ``returned``,
        ``at_once``.
    """
    finished = cases[ends[0]]
    took = finished.epoch_seconds() - cases[started].epoch_seconds()
    ended_at = end_of(cases, ends, given_up)
    ending = ibis.cases(
        (_is_given_up(cases, given_up), CANCELLED),
        (finished.isnull() & ended_at.notnull(), RETURNED),
        (took < AT_ONCE_S, AT_ONCE),
        else_=FINISHED,
    )
    ended = cases.mutate(ended_at=ended_at, ending=ending)
    ended = ended.filter(ended.ended_at.notnull())
    return ended.mutate(day=local_day(ended.ended_at, utc_offset_h))


def with_soon(ended: ir.Table, started: str, finished: str, on: date, kind: Sequence[str]) -> ir.Table:
    """Return ended cases, those of them as ``soon`` that were finished sooner than nineteen of twenty of their kind.

    Args:
        ended: see :func:`endings`.
        started: the column of their begin (UTC).
        finished: the column of their end (UTC).
        on: the day before which the cases ended that tell how long one takes, a hundred of a kind at least.
        kind: the columns that name a kind.

    Returns:
        The rows, with ``soon`` in place of ``finished`` where it holds.
    """
    timed = ended.mutate(_took=ended[finished].epoch_seconds() - ended[started].epoch_seconds())
    past = timed.filter((timed.day < ibis.literal(on)) & (timed.ending != CANCELLED))
    paces = past.group_by(*kind).aggregate(
        _soon_s=past["_took"].cast("float64").quantile(_SOONEST), _cases=past.count()
    )
    joined = join_groups(timed, paces, kind)
    is_soon = (joined.ending == FINISHED) & (joined["_cases"] >= _KNOWN) & (joined["_took"] < joined["_soon_s"])
    return joined.mutate(ending=is_soon.fill_null(False).ifelse(SOON, joined.ending)).drop("_took", "_soon_s", "_cases")


def _is_given_up(cases: ir.Table, given_up: tuple[str, str] | None) -> ir.BooleanValue:
    return ibis.literal(False) if given_up is None else cases[given_up[0]].fill_null(False)
