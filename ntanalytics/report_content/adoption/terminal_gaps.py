"""Tables of a page, of which the shares of terminals are unknown where rows of their own sources lack them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.rows import Rows
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.report_content.adoption.figures import PageCoverage

#: Table → the columns that name its groups.
_GROUPS = {"editions": ("edition",), "ranking": ("unit", "edition"), "moving": ("unit", "edition")}

#: Function of sources and columns: returns the groups that the sources feed.
_Fed = Callable[[set[str], Sequence[str]], Sequence[tuple[str | None, ...]]]


def page_tables(
    tables: Mapping[str, Rows], page: PageCoverage, begins: tuple[date, date], fed: _Fed
) -> dict[str, Figures]:
    """Return the tables of a page as figures; shares are unknown in the groups and weeks that lack many terminals.

    Args:
        tables: the rows of the tables by name.
        page: the gaps of the page, with the sources whose rows lack their terminal.
        begins: the first day of the period, and that of the period before.
        fed: tells which groups some sources feed.
    """
    made = {name: figures(table, replace(page, unfilled=Unfilled())) for name, table in tables.items()}
    lacking = page.unfilled.sources_of("platform")
    if not any(lacking):
        return made
    (first, previous), (has_now, had_before) = begins, map(bool, lacking)

    def of_weeks(row: FigureRow) -> tuple[bool, bool]:
        is_now = row["week_on"] >= first
        return (has_now and is_now) or (had_before and not is_now and row["week_on"] >= previous), False

    touched = {"weeks": of_weeks, **{name: _of_groups(by, lacking, fed) for name, by in _GROUPS.items()}}
    for name in touched.keys() & made.keys():
        made[name] = made[name].made_of(["xinchuang_share"], page, beside=True, gaps_of=touched[name])
    return made


def _of_groups(
    by: Sequence[str], lacking: tuple[set[str], set[str]], fed: _Fed
) -> Callable[[FigureRow], tuple[bool, bool]]:
    """Return the function that tells whether a source that lacks terminals feeds the group of a row."""
    now, before = (set(fed(sources, by)) for sources in lacking)

    def gaps_of(row: FigureRow) -> tuple[bool, bool]:
        group = tuple(row[name] for name in by)
        return group in now, group in before

    return gaps_of
