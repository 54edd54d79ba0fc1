"""The figures of all units' pages on adoption, worked out at once, and a page made of its rows.

A page by itself asks the whole history a dozen times for one unit. For all units together the same questions, each
answered by unit, take as long as for a few of them. The figures are the same: the functions are, and so are the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.metrics.oa import adoption, daily_active, unit_ranking, user_flow
from ntanalytics.report_content import batch_cache
from ntanalytics.report_content.adoption import queries as page
from ntanalytics.report_content.adoption.figures import Adoption, Figures
from ntanalytics.report_content.adoption.queries import AdoptionQueries
from ntanalytics.report_content.batch_cache import PageBatch
from ntanalytics.workspace.report import Report

#: What a page reads.
_DATASETS = ["oa.activities", "oa.members", "oa.tasks", "identity.units"]
#: The unit whose page a row is for.
_PAGE = "page"


def keep(report: Report) -> PageBatch:
    """Work out the figures of every unit's page."""
    looking = _Every(report)
    holed, before = looking.gaps()
    tables = looking.tables(holed, before)
    about = {
        **batch_cache.identity(report, _DATASETS),
        "feeding": report.workspace.sources_by_dataset,
        "notes": list(report.head().notes),
        "holed": sorted(holed),
        "before": sorted(before),
    }
    return PageBatch(tables, about)


def batched_page(report: Report, unit: str, edition: str) -> Adoption | None:
    """The page of a unit from what is kept; None where nothing is kept of it, so that it is worked out."""
    found = batch_cache.found(report) if unit and not edition else None
    if found is None or unit not in found.tables["groups"]["unit"].to_pylist():
        return None
    return _Found(report, unit, found).made()


class _Every(AdoptionQueries):
    """The city, with figures by unit."""

    def __init__(self, report: Report) -> None:
        super().__init__(report, "", "")
        # On its unit's page an account is one that acted in that unit: each unit has accounts of its own.
        self.own = {name: _owned(table) for name, table in self.all.items()}
        self.own_ever = _owned(self.ever)

    def tables(self, holed: set[str], before: set[str]) -> dict[str, pa.Table]:
        """Every table that a page is cut from, those of units with a column ``page``."""
        ranking = self._ranking(holed, before, ["edition"])
        now, able, by = self.own["now"], self.own["members"], [_PAGE, "edition"]
        levels = {when: self._by_page(when, by) for when in ("now", "before")}
        editions = self._judged(levels["now"], levels["before"], by, holed, before, self._among_pages)
        tasks = _owned(self._named.resolve(self.tasks.recent), None)
        made: dict[str, ir.Table] = {
            "ranking": ranking,
            "typical": unit_ranking.median_rates(ranking, page.RATES, ["edition"]),
            "now": self._by_page("now", [_PAGE]),
            "before": self._by_page("before", [_PAGE]),
            "editions": self._editions(editions, now, able, self.own_ever, by),
            "reached": adoption.reach(now, able, [_PAGE]),
            "weeks": daily_active.weekly_adoption(self.own["recent"], self.span, [_PAGE]),
            "daily": self._daily(self.own["recent"], by),
            "modules": adoption.usage(now, [_PAGE, "module"]),
            "flow": user_flow.flow(self.own_ever, self.first, self.report.previous.first, [_PAGE]),
            "handled": self._handling(tasks, [_PAGE]),
            "handling": self._handling(tasks, [_PAGE, "module"]),
        }
        return {"groups": self.groups, **{name: table.to_pyarrow() for name, table in made.items()}}

    def _by_page(self, when: str, by: Sequence[str]) -> ir.Table:
        able = self.own["members" if when == "now" else "members_before"]
        return self._levelled(self.own[when], able, self.own_ever, by, is_now=when == "now")

    def _among_pages(self, sources: set[str], by: Sequence[str]) -> ir.Table:
        """The groups of each page of whose edition one of the sources feeds anything, as on a page by itself."""
        rows = self.groups.to_pylist()
        editions = {row["edition"] for row in rows if row["source"] in sources}
        pairs = sorted({(row["unit"], row["edition"]) for row in rows if row["unit"] and row["edition"] in editions})
        columns = zip(*pairs, strict=True) if pairs else ([], [])
        return ibis.memtable(
            pa.table({name: pa.array(list(column), pa.string()) for name, column in zip(by, columns, strict=True)})
        )


def _owned(table: ir.Table, account: str | None = "account_id") -> ir.Table:
    """The rows that name a unit, for its page; its accounts are told apart from the same ones in other units."""
    named = table.filter(table.unit.notnull())
    own = {account: named[account].concat("\n", named.unit)} if account else {}
    return named.mutate(**{_PAGE: named.unit, **own})


class _Found(AdoptionQueries):
    """A page that is made of what is kept: nothing of the lake is read."""

    def __init__(self, report: Report, unit: str, found: PageBatch) -> None:
        self.report, self.unit, self.edition, self._kept = report, unit, "", found
        report.workspace.sources_by_dataset = {name: list(sources) for name, sources in found.about["feeding"].items()}
        self.activities = report.dataset("oa.activities", history=page.WEEKS_DAYS)
        self.members = report.dataset("oa.members")
        self.tasks = report.dataset("oa.tasks", history=page.OLDEST_TASK)
        self.first, self.last = report.period.first, report.period.last
        self.groups = found.tables["groups"]
        self.span = self._since_the_lake()

    def made(self) -> Adoption | None:
        """The page; None where the ledger knows of other holes by now than when the figures were worked out."""
        holed, before = self.gaps()
        if sorted(holed) != self._kept.about["holed"] or sorted(before) != self._kept.about["before"]:
            return None
        self.report.set_unit_notes(self._kept.about["notes"])
        fed = self._fed()
        levels = [ibis.memtable(self._row(name, daily_active=0.0)) for name in ("now", "before")]
        total = self._changed(levels[0], levels[1], whole=not holed & fed, was_whole=not before & fed)
        figures = Figures(
            total,
            self._row("reached").to_pylist()[0],
            self._row("handled").to_pylist()[0],
            self._kept.tables["typical"],
            self._kept.tables["ranking"],
            self._rows("weeks"),
            {
                **{name: self._rows(name) for name in ("editions", "daily", "modules", "handling")},
                "flow": self._row("flow"),
            },
        )
        return self._page(figures, holed, before)

    def _all_groups(self) -> list[dict[str, Any]]:
        return list(self.groups.to_pylist())

    def _rows(self, name: str) -> pa.Table:
        table = self._kept.tables[name]
        return table.filter(pc.field(_PAGE) == self.unit).drop_columns([_PAGE])

    def _row(self, name: str, **otherwise: object) -> pa.Table:
        """The one row of the unit; of a unit that did nothing, counts are 0 and the rest is not known."""
        found = self._rows(name)
        if len(found):
            return found
        nothing = {each.name: 0 if pa.types.is_integer(each.type) else None for each in found.schema}
        return pa.Table.from_pylist([nothing | otherwise], schema=found.schema)
