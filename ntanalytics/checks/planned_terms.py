"""Planned terms: what cases are given until their deadline, which is measured as any other value of theirs."""

from __future__ import annotations

from datetime import timedelta

import ibis.expr.types as ir

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.known_columns import known_columns
from ntanalytics.contract import Column
from ntanalytics.contract.dimensions import planned_terms
from ntanalytics.metrics.terms import with_terms
from ntanalytics.workspace.dataset_view import DatasetView

#: Days after the inspected one up to which days off are counted: of a longer term they are a small part.
_AHEAD = 60


def known_terms(view: DatasetView) -> tuple[Column, ...]:
    """Return the terms of a dataset of which at least one source gives the deadline."""
    terms = planned_terms(view.contract)
    known = known_columns(view, [deadline_of(term) for term in terms])
    return tuple(term for term in terms if deadline_of(term) in known)


def deadline_of(term: Column) -> str:
    """Return the column of the deadline of a term."""
    return term.elapsed[1] if term.elapsed else ""


def with_known_terms(context: CheckContext, view: DatasetView, cases: ir.Table) -> ir.Table:
    """Return the cases of some weeks with their terms, where a source gives deadlines."""
    first = context.on - timedelta(days=HISTORY_DAYS)
    days = (first + timedelta(days=ahead) for ahead in range(HISTORY_DAYS + _AHEAD + 1))
    days_off = [not context.calendar.is_likely_worked(day) for day in days]
    return with_terms(cases, known_terms(view), context.utc_offset_h, first, days_off)
