"""Known columns: those that a source of a dataset has. A source that lacks one says nothing about its members."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from ntanalytics.workspace.dataset_view import DatasetView


def known_columns(view: DatasetView, names: Sequence[str]) -> list[str]:
    """Return the columns that at least one source of a dataset has, in their order."""
    return [name for name in names if len(view.sources_without(name)) < len(view.sources)]


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
