"""Reading of document exchange that several checks share: its history, its entities, and when deliveries are judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Entity


def _by_column(column: str, kind: str, row: Mapping[str, Any]) -> Entity:
    return Entity(kind, str(row[column]), str(row[column]))


receiver = partial(_by_column, "receiver_unit", "unit")
sender = partial(_by_column, "sender_unit", "unit")
caller = partial(_by_column, "caller", "caller")


def as_of(context: CheckContext) -> datetime:
    """Return the moment as of which deliveries are judged: the end of the period, or their extraction before it."""
    return context.dataset("docexchange.deliveries", HISTORY_DAYS).known_end


def working_days(context: CheckContext) -> list[date]:
    """Return the working days up to the period's end.

    Deliveries are judged as of then at the latest, so that a deadline on a later day has not passed: the calendar of
    the days after it is not needed.
    """
    return context.nearby_working_days(HISTORY_DAYS)
