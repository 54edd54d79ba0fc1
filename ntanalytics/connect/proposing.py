"""Proposals for a source: its tables, the one chosen for each dataset, and the values that a draft needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from ntanalytics.connect.log_profiling import profile_logs
from ntanalytics.connect.matching import MatchProposal, likely_tables, propose
from ntanalytics.connect.profiling import profile_database, profile_workbook
from ntanalytics.connect.source_table import SourceTable
from ntanalytics.connect.table_choice import TableChoice, choose, size_text, with_sizes
from ntanalytics.connect.value_reading import needed_columns, read_values
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.errors import UnknownName, UsageError
from ntanalytics.language import tr
from ntanalytics.sources import Source
from ntanalytics.sources.database import DatabaseSource
from ntanalytics.sources.logs import LogsSource
from ntanalytics.sources.workbook import WorkbookSource

#: Most proposals: a database has many tables that could feed something, and nobody reads more drafts.
_MOST_PROPOSALS = 10

#: Most tables among which one is chosen for a dataset that was asked for.
_MOST_CANDIDATES = 5


def profile(source: Source) -> list[SourceTable]:
    """Return the tables of a source: those of a database without values.

    Raises:
        UsageError: sources of its kind cannot be connected.
        SourceError: it cannot be read.
    """
    if isinstance(source, DatabaseSource):
        return profile_database(source)
    if isinstance(source, WorkbookSource):
        return profile_workbook(source)
    if isinstance(source, LogsSource):
        return [profile_logs(source)]
    raise UsageError(tr("a {kind} cannot be connected", kind=source.product.kind))


def only_named(tables: list[SourceTable], names: Sequence[str]) -> list[SourceTable]:
    """Return the tables with these names, or all if there is no name.

    Raises:
        UnknownName: there is no such table.
    """
    by_name = {table.name: table for table in tables}
    for name in names:
        if name not in by_name:
            raise UnknownName("table", name, by_name)
    return [by_name[name] for name in names] or tables


def propose_tables(source: Source, tables: list[SourceTable], wanted: Sequence[str], zone: dt.tzinfo) -> TableChoice:
    """Return the proposed table of each dataset, with the values that a draft needs.

    Args:
        source: the source.
        tables: its tables among which to choose.
        wanted: names of the datasets; empty for the likely ones.
        zone: the site's zone.

    Raises:
        SourceError: a table may not be read.
    """
    candidates = _candidates(tables, wanted)
    if isinstance(source, DatabaseSource):
        with_sizes(source, candidates, zone)
    choice = choose(candidates, tables)
    chosen = choice.proposals[:_MOST_PROPOSALS]
    if isinstance(source, DatabaseSource):
        chosen = _with_values(source, chosen)
    return replace(choice, proposals=tuple(map(_with_size, chosen)))


def _candidates(tables: list[SourceTable], wanted: Sequence[str]) -> dict[str, list[MatchProposal]]:
    if not wanted:
        return likely_tables(tables)
    ranked = {
        name: sorted((propose(dataset_named(name), table) for table in tables), key=lambda proposal: -proposal.points)
        for name in wanted
    }
    return {name: matches[:_MOST_CANDIDATES] for name, matches in ranked.items() if matches}


def _with_values(source: DatabaseSource, chosen: Sequence[MatchProposal]) -> tuple[MatchProposal, ...]:
    """Return the proposals made again, with the values that they need of their tables."""
    by_table: dict[str, list[MatchProposal]] = {}
    for proposal in chosen:
        by_table.setdefault(proposal.table.name, []).append(proposal)
    read = {
        name: read_values(source, proposals[0].table, needed_columns(proposals)) for name, proposals in by_table.items()
    }
    return tuple(propose(proposal.dataset, read[proposal.table.name]) for proposal in chosen)


def _with_size(proposal: MatchProposal) -> MatchProposal:
    size = size_text(proposal.table)
    return replace(proposal, reasons=(*proposal.reasons, size)) if size else proposal
