"""Known columns: those that a source of a dataset has. A source that lacks one says nothing about its members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.workspace.dataset_view import DatasetView

#: Columns that a delivery report fills.
REPORTED = ("outcome", "failure_code", "reported_at", "receipt_latency_s")


def known_columns(view: DatasetView, names: Sequence[str]) -> list[str]:
    """Return the columns that at least one source of a dataset has, in their order."""
    return [name for name in names if len(view.sources_without(name)) < len(view.sources)]


def with_known_reports(events: ir.Table, view: DatasetView, on: dt.date) -> ir.Table:
    """Return events without what delivery reports tell, where those of a day did not come: they would seem to fail.

    Args:
        events: rows of the dataset.
        view: the dataset.
        on: the day.
    """
    if on not in view.unreported.days:
        return events
    known = {name: ibis.null(events[name].type()) for name in REPORTED if name in events.columns}
    return events.mutate(**known)


def with_known_values(events: ir.Table, view: DatasetView, names: Sequence[str]) -> ir.Table:
    """Return events without the values of columns that their source lacks now.

    What such a source had before is left out, too: else its members would seem to have fallen.

    Args:
        events: rows of the dataset.
        view: the dataset.
        names: the columns that are used.
    """
    lacking = {name: view.sources_without(name) for name in names}
    known = {
        name: events.source.isin(sources).ifelse(None, events[name]).cast(events[name].type())
        for name, sources in lacking.items()
        if sources
    }
    return events.mutate(**known) if known else events
