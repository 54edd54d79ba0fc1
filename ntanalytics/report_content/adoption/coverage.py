"""Gaps in the data of a page on the adoption of the OA: which count for the page, its groups and its measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.metrics.bounds import join_notes
from ntanalytics.metrics.days import days_of_groups
from ntanalytics.metrics.oa import adoption
from ntanalytics.periods import Period
from ntanalytics.report_content.adoption.figures import Coverages, PageCoverage
from ntanalytics.workspace.dataset_view import DatasetView

#: Measures made of activities, of members, and of both.
ACTED = ("active", "daily_active", "stickiness", "habit", "mobile_share", "xinchuang_share", "breadth", "actions")
ENABLED, SHARED = adoption.ABLE[:1], adoption.ABLE[1:]


class PartGaps(NamedTuple):
    """Measures of a table, and the sources with a gap that counts for them, in the period and in the one before."""

    measures: tuple[str, ...]
    sources: set[str]
    sources_before: set[str]


@dataclass(frozen=True, kw_only=True)
class AdoptionCoverage:
    """Gaps of the sources that feed a page and its groups.

    Attributes:
        activities: activities of the OA, with their history.
        members: members of the OA.
        groups: source, unit and edition of the rows, and the first day of each as ``since``.
        unit: the page's unit, or empty.
        edition: the page's edition, or empty.
        period: the period of the page.
    """

    activities: DatasetView
    members: DatasetView
    groups: pa.Table
    unit: str
    edition: str
    period: Period

    def _fed(self) -> set[str]:
        """Return the sources of the page: those of its rows, and those that never gave a row."""
        rows = self.groups.to_pylist()
        silent = set(self.activities.sources) - self._sources_with_rows()
        return {row["source"] for row in rows if not self.unit or row["unit"] == self.unit} | silent

    def _sources_with_rows(self) -> set[str]:
        """Return the sources of all units that have a row."""
        if not self.edition:
            return set(self.groups["source"].to_pylist())
        sources = self.activities.recent.select("source").union(self.members.table.select("source")).distinct()
        return set(sources.to_pyarrow()["source"].to_pylist())

    def _gaps(self) -> tuple[set[str], set[str]]:
        """Return the sources whose activities have a gap, in the period and in the one before: of each without any."""
        if not self.activities.sources:
            return self._every(), self._every()
        return set(self.activities.gap_sources), set(self.activities.gap_sources_before)

    def _every(self) -> set[str]:
        """Return the sources of all rows."""
        return {row["source"] for row in self.groups.to_pylist()}

    def _tells_units(self) -> bool:
        """Return whether each source tells the units: the rows of one that does not may be of any unit."""
        return not (self.activities.sources_without("unit") or self.members.sources_without("unit"))

    def _nameless(self, by: Sequence[str]) -> tuple[set[str], set[str]]:
        """Return the sources of which many rows name no unit, now and in the period before, where units count."""
        if not (self.unit or set(by) - {"edition"}):
            return set(), set()
        (acted, acted_before), (able, able_before) = (
            view.unfilled.sources_of("unit") for view in (self.activities, self.members)
        )
        return acted | able, acted_before | able_before

    def group_table(self, sources: set[str], by: Sequence[str]) -> ir.Table:
        """Return the groups that one of the sources feeds."""
        fed = self.group_keys(sources, by)
        columns = {name: pa.array([group[place] for group in fed], pa.string()) for place, name in enumerate(by)}
        return ibis.memtable(pa.table(columns))

    def group_keys(self, sources: set[str], by: Sequence[str]) -> Sequence[tuple[str | None, ...]]:
        """Return the keys of the groups that one of the sources feeds, each once."""
        rows = (row for row in self.groups.to_pylist() if row["source"] in sources)
        return list(dict.fromkeys(tuple(row[name] for name in by) for row in rows))

    def of_groups(self, by: Sequence[str]) -> tuple[PartGaps, ...]:
        """Return the gaps that count for the groups of a table, by measures of the same gaps."""
        gaps, gaps_before = self._gaps()
        nameless, nameless_before = self._nameless(by)
        gaps, gaps_before = gaps | nameless, gaps_before | nameless_before
        if set(by) - {"edition"} and not self._tells_units():
            gaps = gaps_before = self._every()
        lacking = gaps_before if self.members.was_complete else self._every()
        held, held_before = self.member_gaps(by)
        return (
            PartGaps(ACTED, gaps, gaps_before),
            PartGaps(SHARED, gaps | held, lacking),
            PartGaps(ENABLED, held, held_before),
        )

    def page(self) -> PageCoverage:
        """Return the gaps that count for the page: those of the sources that feed it."""
        gaps, gaps_before = self._gaps()
        fed, (nameless, nameless_before) = self._fed(), self._nameless(())
        gaps, gaps_before = gaps | nameless, gaps_before | nameless_before
        is_known, views = bool(self.activities.sources), (self.activities, self.members)
        is_known = is_known and (not self.unit or self._tells_units())
        return PageCoverage(
            is_complete=is_known and not gaps & fed,
            was_complete=is_known and not gaps_before & fed,
            note=self.activities.note if gaps & fed else "",
            sources=tuple(source for view in views for source in view.sources),
            against=self.period.before_word,
            unknown_measures=views[0].unknown_measures | views[1].unknown_measures,
            absent_note="".join(view.absent_note for view in views),
            unfilled=self.activities.unfilled.of("platform", fed),
        )

    def by_measure(self, page: PageCoverage) -> Coverages:
        """Return the gaps that count for the measures of the page's head."""
        return {ACTED: page, SHARED: self.of_shared(page), ENABLED: self.of_members(page)}

    def of_shared(self, page: PageCoverage) -> PageCoverage:
        """Return the gaps that count for what is made of the activities and the members of the page."""
        held = self.of_members(page)
        now, before = page.is_complete and held.is_complete, page.was_complete and self.members.was_complete
        return replace(page, is_complete=now, was_complete=before, note=join_notes(page.note, held.note))

    def of_members(self, page: PageCoverage, by: Sequence[str] = ()) -> PageCoverage:
        """Return the gaps that count for the members of the page: none of the activities, nor of sources of others."""
        fed, view = self._fed(), self.members
        gaps, gaps_before = self.member_gaps(by)
        is_known = bool(view.sources) and (not self.unit or self._tells_units())
        now, was = is_known and not gaps & fed, is_known and not gaps_before & fed
        return replace(page, is_complete=now, was_complete=was, note=view.note if view.is_complete or not now else "")

    def member_gaps(self, by: Sequence[str]) -> tuple[set[str], set[str]]:
        """Return the sources with a gap of the members, in the period and in the one before, for some groups."""
        if not self.members.sources or (set(by) - {"edition"} and not self._tells_units()):
            return self._every(), self._every()
        nameless, nameless_before = self._nameless(by)
        return {*self.members.gap_sources, *nameless}, {*self.members.gap_sources_before, *nameless_before}

    def days(self, by: Sequence[str]) -> ir.Table:
        """Return the days of the span, or those of each group, where a gap touches some of them alone.

        Days before the first activity are unknown, not days without use.
        """
        feeds = [row | {"page": row["unit"]} for row in self.groups.to_pylist()]
        begins = min((row["since"] for row in feeds if row["since"]), default=self.period.first)
        if "page" in by:
            feeds = [row for row in feeds if row["unit"]]
        elif self.unit and "unit" not in by:
            feeds = [row for row in feeds if row["unit"] == self.unit]
        if (self.unit or set(by) - {"edition"}) and not self._tells_units():
            feeds = [{**row, "source": source} for row in feeds for source in self.activities.sources]
        silent = set[str]() if {*by} - {"page"} else set(self.activities.sources) - self._sources_with_rows()
        days = days_of_groups(self.activities.days, feeds, self.activities.gap_days, by, sources=silent)
        return days.mutate(is_covered=days.is_covered & (days.day >= ibis.literal(begins)))
