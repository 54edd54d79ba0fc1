"""Tables of a page, of which the shares of terminals are unknown where rows of their own sources lack them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, timedelta

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.rows import Rows
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.report_content.adoption.figures import PageCoverage

#: Table → the columns that name its groups.
_GROUPS = {"editions": ("edition",), "ranking": ("unit", "edition"), "moving": ("unit", "edition")}

#: The measures that need the type of a terminal.
_SHARE = ("xinchuang_share",)

#: Function of sources and columns: returns the groups that the sources feed.
_Fed = Callable[[set[str], Sequence[str]], Sequence[tuple[str | None, ...]]]


def page_tables(tables: Mapping[str, Rows], page: PageCoverage, fed: _Fed) -> dict[str, Figures]:
    """Return the tables of a page as figures; shares are unknown in the groups and weeks that lack many terminals.

    Args:
        tables: the rows of the tables by name.
        page: the gaps of the page, with the sources whose rows lack their terminal.
        fed: tells which groups some sources feed.
    """
    made = {name: figures(table, replace(page, unfilled=Unfilled())) for name, table in tables.items()}
    lost = page.unfilled.days_of("platform")
    if "weeks" in made and lost:
        weekly = replace(page, unfilled=page.unfilled.of_any_day("platform"))
        made["weeks"] = made["weeks"].made_of(_SHARE, weekly, beside=True, gaps_of=_of_weeks(lost))
    lacking = page.unfilled.sources_of("platform")
    touched = {name: _of_groups(by, lacking, fed) for name, by in _GROUPS.items() if any(lacking)}
    for name in touched.keys() & made.keys():
        made[name] = made[name].made_of(_SHARE, page, beside=True, gaps_of=touched[name])
    return made


def touches(
    by: Sequence[str],
    now: AbstractSet[tuple[str | None, ...]],
    before: AbstractSet[tuple[str | None, ...]] = frozenset(),
) -> Callable[[FigureRow], tuple[bool, bool]]:
    """Return the function that tells whether a gap of the period, and one of that before, touch the group of a row.

    Args:
        by: the columns that name a group.
        now: the groups with a gap in the period.
        before: those with one in the period before; none where the row leaves out already what that makes unknown.
    """

    def gaps_of(row: FigureRow) -> tuple[bool, bool]:
        group = tuple(row[name] for name in by)
        return group in now, group in before

    return gaps_of


def _of_weeks(lost: AbstractSet[date]) -> Callable[[FigureRow], tuple[bool, bool]]:
    """Return the function that tells whether one of the days on which terminals lack is of the week of a row."""
    weeks = {day - timedelta(days=day.weekday()) for day in lost}
    return lambda row: (row["week_on"] in weeks, False)


def _of_groups(
    by: Sequence[str], lacking: tuple[set[str], set[str]], fed: _Fed
) -> Callable[[FigureRow], tuple[bool, bool]]:
    """Return the function that tells whether a source that lacks terminals feeds the group of a row."""
    now, before = (set(fed(sources, by)) for sources in lacking)
    return touches(by, now, before)
