"""Figures of all units' pages on OA adoption, computed at once, and a page made of one unit's rows.

A page by itself queries the whole history a dozen times for one unit. The same queries, grouped by unit, take as long
for all units as for a few. The figures are the same: both use the same functions and rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.metrics import MEASURES, change
from ntanalytics.metrics.oa import adoption, daily_active, unit_ranking
from ntanalytics.report_content.adoption.figures import Adoption, PageFigures, compared_parts, head_figures
from ntanalytics.report_content.adoption.queries import RATES, WEEKS_DAYS, AdoptionQueries
from ntanalytics.report_content.unit_figures import UnitFigures, identity, read_figures
from ntanalytics.workspace.report import Report

_DATASETS = ["oa.activities", "oa.members", "oa.tasks", "identity.units"]
#: Column with the unit on whose page a row is shown.
_PAGE = "page"


def compute_figures(report: Report) -> UnitFigures:
    """Return the figures of every unit's page."""
    queries = _AllUnits(report)
    tables = queries.tables()
    about = {
        **identity(report, _DATASETS),
        "feeding": report.workspace.sources_by_dataset,
        "notes": list(report.head().notes),
    }
    return UnitFigures(tables, about)


def page_from_figures(report: Report, unit: str, edition: str) -> Adoption | None:
    """Return the page of a unit; None if there are no figures for it."""
    figures = read_figures(report) if unit and not edition else None
    if figures is None or unit not in figures.tables["groups"]["unit"].to_pylist():
        return None
    return _OneUnit(report, unit, figures).stored_page()


class _AllUnits(AdoptionQueries):
    """Queries of the whole city, with figures by unit."""

    def __init__(self, report: Report) -> None:
        super().__init__(report, "", "")
        # On its unit's page an account is one that acted in that unit: each unit has accounts of its own.
        self.own = {name: _owned(table) for name, table in self.all.items()}
        self.own_ever = _owned(self.ever)

    def tables(self) -> dict[str, pa.Table]:
        """Return every table that pages are made from; those of units have a column ``page``."""
        ranking = self._ranking(["edition"])
        now, able, by = self.own["now"], self.own["members"], [_PAGE, "edition"]
        levels = {when: self._by_page(when, by) for when in ("now", "before")}
        pages = [unit for unit in dict.fromkeys(self.groups["unit"].to_pylist()) if unit]
        now_pages, before_pages = (
            _filled(self._by_page(when, [_PAGE]).to_pyarrow(), pages, daily_active=0.0) for when in ("now", "before")
        )
        editions = self._judged(levels["now"], levels["before"], by, self._among_pages)
        tasks = _owned(self._named.resolve(self.tasks.cases), None)
        tables: dict[str, ir.Table] = {
            "ranking": ranking,
            "typical": unit_ranking.median_rates(ranking, RATES, ["edition"]),
            "editions": self._editions(editions, now, able, self.own_ever, by),
            "reached": adoption.reach(now, able, [_PAGE]),
            "weeks": daily_active.weekly_adoption(self.own["recent"], self.coverage.days([_PAGE]), [_PAGE]),
            "daily": self._daily(self.own["recent"], by),
            "modules": adoption.usage(now, [_PAGE, "module"]),
            "flow": self._flow(self.own_ever, [_PAGE]),
            "handled": self._handling(tasks, [_PAGE]),
            "handling": self._handling(tasks, [_PAGE, "module"]),
        }
        return {
            "groups": self.groups,
            "compared": self._changes(now_pages, before_pages, pages),
            "drawn": self._drawn_days([_PAGE]),
            **{name: table.to_pyarrow() for name, table in tables.items()},
        }

    def _changes(self, now: pa.Table, before: pa.Table, units: Sequence[str]) -> pa.Table:
        """Return the head of each page, compared with the period before: pages of the same gaps in one statement."""
        pages: dict[tuple[change.ComparedPart, ...], list[str]] = {}
        for unit in units:
            coverage = replace(self.coverage, unit=unit)
            parts = compared_parts(coverage.by_measure(coverage.page()))
            pages.setdefault(parts, []).append(unit)
        compared = []
        for parts, alike in pages.items():
            ours, theirs = (ibis.memtable(table.filter(pc.field(_PAGE).isin(alike))) for table in (now, before))
            made = change.compare_parts(ours, theirs, MEASURES, parts, [_PAGE])
            compared.append(daily_active.of_working_days(made, *self._worked).to_pyarrow())
        return pa.concat_tables(compared)

    def _by_page(self, when: str, by: Sequence[str]) -> ir.Table:
        able = self.own["members" if when == "now" else "members_before"]
        return self._levelled(self.own[when], able, self.own_ever, by, is_now=when == "now")

    def _among_pages(self, sources: set[str], by: Sequence[str]) -> ir.Table:
        """Return the groups of each page with an edition that one of the sources feeds, as on a page by itself."""
        rows = self.groups.to_pylist()
        editions = {row["edition"] for row in rows if row["source"] in sources}
        pairs = sorted({(row["unit"], row["edition"]) for row in rows if row["unit"] and row["edition"] in editions})
        columns = zip(*pairs, strict=True) if pairs else ([], [])
        return ibis.memtable(
            pa.table({name: pa.array(list(column), pa.string()) for name, column in zip(by, columns, strict=True)})
        )


def _owned(table: ir.Table, account: str | None = "account_id") -> ir.Table:
    """Return the rows that name a unit, for its page; accounts of the same name in other units are other accounts."""
    named = table.filter(table.unit.notnull())
    own = {account: named[account].concat("\n", named.unit)} if account else {}
    return named.mutate(**{_PAGE: named.unit, **own})


class _OneUnit(AdoptionQueries):
    """Page of one unit made from computed figures, without a read of the lake."""

    def __init__(self, report: Report, unit: str, figures: UnitFigures) -> None:
        self.report, self.unit, self.edition, self._figures = report, unit, "", figures
        report.workspace.sources_by_dataset = {
            name: list(sources) for name, sources in figures.about["feeding"].items()
        }
        self.activities = report.dataset("oa.activities", history=WEEKS_DAYS)
        self.members = report.dataset("oa.members")
        self.tasks = report.dataset("oa.tasks")
        self.first, self.last = report.period.first, report.period.last
        self.groups = figures.tables["groups"]
        self.coverage = self._coverage()

    def stored_page(self) -> Adoption:
        """Return the page."""
        self.report.set_unit_notes(self._figures.about["notes"])
        page = self.coverage.page()
        figures = PageFigures(
            head_figures(self._rows("compared"), self.coverage.by_measure(page)),
            self._row("reached"),
            self._row("handled"),
            self._figures.tables["typical"],
            self._figures.tables["ranking"],
            self._rows("weeks"),
            {
                **{name: self._rows(name) for name in ("editions", "daily", "modules", "handling")},
                "flow": self._row("flow"),
            },
        )
        return self._page(figures, page)

    def _rows(self, name: str) -> pa.Table:
        table = self._figures.tables[name]
        if _PAGE not in table.column_names:
            return table  # it is that of every page
        return table.filter(pc.equal(table[_PAGE], self.unit)).drop_columns([_PAGE])

    def _row(self, name: str) -> pa.Table:
        """Return the row of the unit."""
        rows = self._rows(name)
        return rows if len(rows) else _filled(self._figures.tables[name], [self.unit]).drop_columns([_PAGE])

    def _drawn_days(self, by: Sequence[str] = ()) -> pa.Table:
        del by
        return self._rows("drawn")


def _filled(table: pa.Table, units: Sequence[str], **otherwise: object) -> pa.Table:
    """Return the row of each unit; counts of a unit without activity are 0, and the rest is unknown."""
    known = {row[_PAGE]: row for row in table.filter(pc.field(_PAGE).isin(units)).to_pylist()}
    nothing = {column.name: 0 if pa.types.is_integer(column.type) else None for column in table.schema} | otherwise
    return pa.Table.from_pylist([known.get(unit, nothing | {_PAGE: unit}) for unit in units], schema=table.schema)
