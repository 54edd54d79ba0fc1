"""Choice of the table that feeds a dataset: the likeliest by its names that has rows, and new ones."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ntanalytics.connect.matching import MatchProposal
from ntanalytics.connect.source_table import SourceTable
from ntanalytics.connect.value_reading import MOST_ROWS, with_size
from ntanalytics.language import tr
from ntanalytics.sources.database import DatabaseSource

#: Most tables whose rows are counted.
_MOST_COUNTED = 40

#: Points that a table loses without a row, and if its newest row is older than that of another by more days than that.
_NO_ROW, _OLD, _OLD_DAYS = 8, 4, 60


@dataclass(frozen=True)
class TableChoice:
    """Tables of a source that were chosen, with the reasons.

    Attributes:
        proposals: the chosen table of each dataset, the likeliest first.
        reasons: table → reason why it is used, or not; of each table.
    """

    proposals: tuple[MatchProposal, ...]
    reasons: dict[str, str]


def with_sizes(source: DatabaseSource, candidates: dict[str, list[MatchProposal]], zone: dt.tzinfo) -> None:
    """Count the rows of the candidates' tables in the database, and find their newest day."""
    ranked = sorted(
        (candidate for matches in candidates.values() for candidate in matches), key=lambda candidate: -candidate.points
    )
    sized: dict[str, SourceTable] = {}
    for proposal in ranked:
        if proposal.table.name not in sized and len(sized) < _MOST_COUNTED:
            window = proposal.dataset.window or proposal.dataset.time
            matches = proposal.candidates.get(window, ()) or proposal.candidates.get(proposal.dataset.time, ())
            time = matches[0].column if matches else None
            sized[proposal.table.name] = with_size(source, proposal.table, time, zone)
    for dataset, proposals in candidates.items():
        candidates[dataset] = [
            replace(candidate, table=sized.get(candidate.table.name, candidate.table)) for candidate in proposals
        ]


def choose(candidates: dict[str, list[MatchProposal]], tables: Sequence[SourceTable]) -> TableChoice:
    """Return the best table of each dataset, and the reason for each table.

    Args:
        candidates: dataset → the tables that are like it.
        tables: all tables of the source.
    """
    chosen: list[MatchProposal] = []
    reasons: dict[str, list[str]] = {}
    for dataset, matches in candidates.items():
        newest = max((candidate.table.newest for candidate in matches if candidate.table.newest), default=None)
        best, *others = sorted(matches, key=lambda candidate: -_score(candidate, newest))
        chosen.append(best)
        reasons.setdefault(best.table.name, []).append(f"used for {dataset}")
        for other in others:
            size = size_text(other.table) or tr("{points} points", points=other.points)
            text = tr(
                "like {dataset}, too ({size}), but {best} is likelier", dataset=dataset, size=size, best=best.table.name
            )
            reasons.setdefault(other.table.name, []).append(text)
    listed = {
        table.name: "; ".join(reasons.get(table.name, ["like none of our datasets"]))
        for table in sorted(tables, key=lambda table: (table.name not in reasons, table.name))
    }
    return TableChoice(tuple(sorted(chosen, key=lambda candidate: -candidate.points)), listed)


def size_text(table: SourceTable) -> str:
    """Return the number of rows and the newest day of a table as text; empty if they are unknown."""
    if table.rows is None:
        return ""
    is_large = table.rows > MOST_ROWS
    rows = tr("more than {count:,} rows", count=MOST_ROWS) if is_large else tr("{count:,} rows", count=table.rows)
    return tr("{rows}, newest of {day}", rows=rows, day=table.newest) if table.newest else rows


def _score(proposal: MatchProposal, newest: dt.date | None) -> float:
    table = proposal.table
    score = float(proposal.points)
    if table.rows is not None:
        score += min(3, math.log10(table.rows + 1) / 2) if table.rows else -_NO_ROW
    if newest and (table.newest is None or (newest - table.newest).days > _OLD_DAYS):
        score -= _OLD
    return score
