"""Tables of a page on the adoption of the OA, and the gaps that count for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial, reduce

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.checks.section import HISTORY
from ntanalytics.errors import BadParameter
from ntanalytics.kernels.worker import share_out
from ntanalytics.language import tr
from ntanalytics.metrics import MEASURES, change
from ntanalytics.metrics.bounds import join_notes
from ntanalytics.metrics.days import days_of_groups
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, case_list, figures
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.oa import adoption, daily_active, movement, task_duration, unit_ranking, user_flow
from ntanalytics.metrics.rows import arrow_table, in_memory
from ntanalytics.report_content.adoption.figures import (
    Adoption,
    Coverages,
    PageCoverage,
    PageFigures,
    compared_parts,
    head_figures,
)
from ntanalytics.report_content.adoption.near_units import near_units
from ntanalytics.report_content.adoption.terminal_gaps import page_tables, touches
from ntanalytics.report_content.report_state import ReportState, kept
from ntanalytics.workspace.report import Report

#: Days of history of weeks and cohorts.
WEEKS_DAYS = 91
#: Number of weeks in a chart.
WEEKS_DRAWN = 8

_ACTED = ("active", "daily_active", "stickiness", "habit", "mobile_share", "xinchuang_share", "breadth", "actions")
_ENABLED, _SHARED = adoption.ABLE[:1], adoption.ABLE[1:]
_REACH = tuple(measure.name for measure in adoption.REACH)
#: Rates of a unit that its page compares with its peers.
RATES = ("active_rate", "activation_rate", "stickiness", "habit", "mobile_share", "xinchuang_share")
_GROUP = ("unit", "edition")

#: Function of sources and key columns: returns the groups that the sources feed.
_Among = Callable[[set[str], Sequence[str]], ir.Table]


class AdoptionQueries:
    """Queries of a page, limited to its unit and edition."""

    def __init__(self, report: Report, unit: str, edition: str) -> None:
        self.report = report
        self.activities = report.dataset("oa.activities", history=WEEKS_DAYS)
        self.members = report.dataset("oa.members")
        self.tasks = report.dataset("oa.tasks")
        self.edition = edition
        self._named = report.units()
        self.first, self.last = report.period.first, report.period.last
        ever = report.workspace.table("oa.activities", None, self.last)
        self.ever = self._of_edition(self._named.resolve(ever))
        self.all = {
            "now": self._of_edition(self._named.resolve(self.activities.table)),
            "before": self._of_edition(self._named.resolve(self.activities.before)),
            "recent": self._of_edition(self._named.resolve(self.activities.recent)),
            "members": self._of_edition(self._named.resolve(self.members.table)),
            "members_before": self._of_edition(self._named.resolve(self.members.before)),
        }
        self.groups = self._groups()
        self.unit = self._known(unit) if unit else ""
        self.span = self._days_of(())

    def _days_of(self, by: Sequence[str]) -> ir.Table:
        """Return the days of the span, or those of each group, where a gap touches some of them alone.

        Days before the first activity are unknown, not days without use.
        """
        feeds = [row | {"page": row["unit"]} for row in self.groups.to_pylist()]
        begins = min((row["since"] for row in feeds if row["since"]), default=self.first)
        if "page" in by:
            feeds = [row for row in feeds if row["unit"]]
        elif self.unit and "unit" not in by:
            feeds = [row for row in feeds if row["unit"] == self.unit]
        if (self.unit or set(by) - {"edition"}) and not self._tells_units():
            feeds = [{**row, "source": source} for row in feeds for source in self.activities.sources]
        silent = set[str]() if {*by} - {"page"} else set(self.activities.sources) - self._sources_with_rows()
        days = days_of_groups(self.activities.days, feeds, self.activities.gap_days, by, sources=silent)
        return days.mutate(is_covered=days.is_covered & (days.day >= ibis.literal(begins)))

    def _drawn_days(self, by: Sequence[str] = ()) -> pa.Table:
        """Return the days of the daily chart, by group where they differ: a day is covered where any edition is."""
        days = self._days_of((*by, "edition"))
        by = [name for name in by if name in days.columns]
        drawn = days.filter(days.day >= self._daily_from)
        drawn = drawn.group_by(*by, "day", "is_working_day", "label").aggregate(is_covered=drawn.is_covered.any())
        return arrow_table(drawn.order_by(*by, "day"))

    def _of_edition(self, table: ir.Table) -> ir.Table:
        return table.filter(table.edition == self.edition) if self.edition else table

    def _mine(self, table: ir.Table) -> ir.Table:
        return table.filter(table.unit == self.unit) if self.unit else table

    def _groups(self) -> pa.Table:
        """Return the source, unit and edition of the rows, and the first day of each."""
        acted = self.all["recent"].group_by("source", *_GROUP).aggregate(since=ibis._.day.min())
        able = self.all["members"].select("source", *_GROUP).distinct().mutate(since=ibis.null("date"))
        both = acted.union(able)
        return both.group_by("source", *_GROUP).aggregate(since=both.since.min()).to_pyarrow()

    def _known(self, unit: str) -> str:
        """Return the name of a unit in the identity system.

        Raises:
            BadParameter: there is no such unit.
        """
        given = ibis.memtable(pa.table({"unit": [unit]}))
        [called] = self._named.resolve(given).to_pyarrow()["unit"].to_pylist()
        names = sorted({name for name in self.groups["unit"].to_pylist() if name})
        if called in names:
            return str(called)
        raise BadParameter(
            tr("the OA has no unit {unit!r} in that edition", unit=unit[:60])
            if self.edition
            else tr("the OA has no unit {unit!r}", unit=unit[:60]),
            where="unit",
            todo=near_units(unit, names),
        )

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

    def gaps(self) -> tuple[set[str], set[str]]:
        """Return the sources whose activities have a gap, in the period and in the one before: of each without any."""
        if not self.activities.sources:
            return self._every(), self._every()
        return set(self.activities.gap_sources), set(self.activities.gap_sources_before)

    def _every(self) -> set[str]:
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

    @cached_property
    def _worked(self) -> tuple[int, int]:
        """The numbers of working days of the period and of the one before."""
        worked, spans = self.report.nearby_working_days(before=HISTORY + 35), (self.report.period, self.report.previous)
        now, before = (sum(span.first <= day <= span.last for day in worked) for span in spans)
        return now, before

    def _among(self, sources: set[str], by: Sequence[str]) -> ir.Table:
        """Return the groups that one of the sources feeds."""
        fed = self._fed_groups(sources, by)
        columns = {name: pa.array([group[place] for group in fed], pa.string()) for place, name in enumerate(by)}
        return ibis.memtable(pa.table(columns))

    def _fed_groups(self, sources: set[str], by: Sequence[str]) -> Sequence[tuple[str | None, ...]]:
        """Return the keys of the groups that one of the sources feeds, each once."""
        rows = (row for row in self.groups.to_pylist() if row["source"] in sources)
        return list(dict.fromkeys(tuple(row[name] for name in by) for row in rows))

    def _level(self, when: str, by: Sequence[str], *, mine: bool) -> ir.Table:
        """Return adoption and daily activity of the period or of the one before, computed."""
        is_now = when == "now"
        acted, able = self.all[when], self.all["members" if is_now else "members_before"]
        if mine:
            acted, able = self._mine(acted), self._mine(able)
        return self._levelled(acted, able, self._mine(self.ever) if mine else self.ever, by, is_now=is_now)

    def _levelled(
        self, acted: ir.Table, able: ir.Table, ever: ir.Table, by: Sequence[str], *, is_now: bool
    ) -> ir.Table:
        first, before = ibis.literal(self.first), ibis.literal(self.report.previous.first)
        own, days = (
            span.filter(span.day >= first if is_now else (span.day >= before) & (span.day < first))
            for span in (self._days_of(by), self.activities.days)
        )
        ever = ever if is_now else ever.filter(ever.day < ibis.literal(self.first))
        level = adoption.adoption(acted, able, ever, days, by)
        level = join_groups(level, daily_active.daily_active(acted, own, by), by)
        return ibis.memtable(level.mutate(daily_active=level.daily_active.fill_null(0.0)).to_pyarrow())

    def _coverage(self, gaps: set[str], gaps_before: set[str]) -> PageCoverage:
        """Return the gaps that count for the page: those of the sources that feed it."""
        fed, (nameless, nameless_before) = self._fed(), self._nameless(())
        gaps, gaps_before = gaps | nameless, gaps_before | nameless_before
        is_known, views = bool(self.activities.sources), (self.activities, self.members)
        is_known = is_known and (not self.unit or self._tells_units())
        return PageCoverage(
            is_complete=is_known and not gaps & fed,
            was_complete=is_known and not gaps_before & fed,
            note=self.activities.note if gaps & fed else "",
            sources=tuple(source for view in views for source in view.sources),
            against=self.report.period.before_word,
            unknown_measures=views[0].unknown_measures | views[1].unknown_measures,
            absent_note="".join(view.absent_note for view in views),
            unfilled=self.activities.unfilled.of("platform", fed),
        )

    def _coverages(self, page: PageCoverage) -> Coverages:
        """Return the gaps that count for the measures of the page's head."""
        return {_ACTED: page, _SHARED: self._able(page), _ENABLED: self._held(page)}

    def _able(self, page: PageCoverage) -> PageCoverage:
        """Return the gaps that count for what is made of the activities and the members of the page."""
        held = self._held(page)
        now, before = page.is_complete and held.is_complete, page.was_complete and self.members.was_complete
        return replace(page, is_complete=now, was_complete=before, note=join_notes(page.note, held.note))

    def _changed(self, now: ir.Table, was: ir.Table, page: PageCoverage) -> FigureRow:
        coverages = self._coverages(page)
        made = change.compare_parts(now, was, MEASURES, compared_parts(coverages))
        return head_figures(arrow_table(daily_active.of_working_days(made, *self._worked)), coverages)

    def _held(self, page: PageCoverage, by: Sequence[str] = ()) -> PageCoverage:
        """Return the gaps that count for the members of the page: none of the activities, nor of sources of others."""
        fed, view = self._fed(), self.members
        gaps, gaps_before = self._member_gaps(by)
        is_known = bool(view.sources) and (not self.unit or self._tells_units())
        now, was = is_known and not gaps & fed, is_known and not gaps_before & fed
        return replace(page, is_complete=now, was_complete=was, note=view.note if view.is_complete or not now else "")

    def _member_gaps(self, by: Sequence[str]) -> tuple[set[str], set[str]]:
        """Return the sources with a gap of the members, in the period and in the one before, for some groups."""
        if not self.members.sources or (set(by) - {"edition"} and not self._tells_units()):
            return self._every(), self._every()
        nameless, nameless_before = self._nameless(by)
        return {*self.members.gap_sources, *nameless}, {*self.members.gap_sources_before, *nameless_before}

    def _compared(self, by: Sequence[str], gaps: set[str], gaps_before: set[str], *, mine: bool = False) -> ir.Table:
        """Return adoption by group; a gap counts for the groups that its source feeds."""
        now, was = (self._level(when, by, mine=mine) for when in ("now", "before"))
        return self._judged(now, was, by, gaps, gaps_before, self._among)

    def _judged(
        self, now: ir.Table, was: ir.Table, by: Sequence[str], gaps: set[str], gaps_before: set[str], among: _Among
    ) -> ir.Table:
        nameless, nameless_before = self._nameless(by)
        gaps, gaps_before = gaps | nameless, gaps_before | nameless_before
        if set(by) - {"edition"} and not self._tells_units():
            gaps = gaps_before = self._every()
        lacking = gaps_before if self.members.was_complete else self._every()
        held_gaps, held_gaps_before = self._member_gaps(by)
        acted, able, held = (
            unit_ranking.compare_units(
                now,
                was,
                MEASURES,
                columns=columns,
                by=by,
                gap_groups=among(now_gaps, by),
                gap_groups_before=among(earlier, by),
            )
            for columns, now_gaps, earlier in (
                (_ACTED, gaps, gaps_before),
                (_SHARED, gaps | held_gaps, lacking),
                (_ENABLED, held_gaps, held_gaps_before),
            )
        )
        acted = daily_active.of_working_days(acted, *self._worked)
        able = join_groups(able, held.drop("is_complete", "was_complete"), by)
        return ibis.memtable(join_groups(acted, able.drop("is_complete", "was_complete"), by).to_pyarrow())

    def _ranking(self, gaps: set[str], gaps_before: set[str], within: Sequence[str]) -> ir.Table:
        units = self._compared(_GROUP, gaps, gaps_before)
        units = units.filter(units.unit.notnull() & ((units.enabled > 0) | (units.active > 0)))
        ranked = unit_ranking.rank_units(units, within)
        recent = self.all["recent"]
        since = ibis.literal(self.last - timedelta(days=7 * WEEKS_DRAWN + 6))
        days = self._days_of(_GROUP)
        weeks = daily_active.weekly_adoption(recent.filter(recent.day >= since), days.filter(days.day >= since), _GROUP)
        weeks = ibis.memtable(weeks.to_pyarrow())
        low = unit_ranking.low_weeks(weeks, ranked.select(*_GROUP, "enabled"), _GROUP)
        flow = user_flow.flow(self.ever, self.first, self.report.previous.first, _GROUP).drop("active")
        joined = join_groups(join_groups(ranked, low, _GROUP), flow, _GROUP)
        return ibis.memtable(self._named.in_order(joined.order_by("unit", "edition").to_pyarrow()))

    def compute(self) -> Adoption:
        """Return the page, from queries of the lake, of which a worker of this process makes a half."""
        state = ReportState.of(self.report)
        there = None if state is None else partial(_by_worker, state, self.unit, self.edition)
        answers = share_out(list(self._parts), self.part, there)
        rows = {name: table for answer in answers.values() for name, table in answer.items()}
        now, was = (ibis.memtable(rows.pop(name)) for name in ("now", "before"))
        page = self._coverage(*self.gaps())
        return self._page(
            PageFigures(
                self._changed(now, was, page),
                rows.pop("reached"),
                rows.pop("handled"),
                rows.pop("typical"),
                rows.pop("ranking"),
                rows.pop("weeks"),
                rows,
            ),
            page,
        )

    def part(self, name: str) -> dict[str, pa.Table]:
        """Return some of the tables of the page by name; parts are independent of each other."""
        return {name: arrow_table(table) for name, table in self._parts[name]().items()}

    @property
    def _parts(self) -> Mapping[str, Callable[[], dict[str, ir.Table]]]:
        """The parts of a page; those that take long stand first and last, where two processes begin."""
        return {
            "units": self._of_units,
            "tasks": self._of_tasks,
            "activities": self._of_activities,
            "weeks": self._of_weeks,
            "levels": self._of_levels,
            "editions": self._of_editions,
        }

    def _of_units(self) -> dict[str, ir.Table]:
        ranking = self._ranking(*self.gaps(), ["edition"] if self.unit or self.edition else [])
        moving = {} if self.unit else {"moving": movement.moved_units(ranking)}
        return {"ranking": ranking, "typical": unit_ranking.median_rates(ranking, RATES, ["edition"]), **moving}

    def _of_tasks(self) -> dict[str, ir.Table]:
        tasks = self._mine(self._of_edition(self._named.resolve(self.tasks.cases)))
        return {"handling": self._handling(tasks, ["module"]), "handled": self._handling(tasks, [])}

    def _of_activities(self) -> dict[str, ir.Table]:
        now = self._mine(self.all["now"])
        return {
            "daily": self._daily(self._mine(self.all["recent"]), ["edition"]),
            "modules": adoption.usage(now, ["module"]),
            "flow": user_flow.flow(self._mine(self.ever), self.first, self.report.previous.first),
            "reached": adoption.reach(now, self._mine(self.all["members"])),
        }

    def _of_weeks(self) -> dict[str, ir.Table]:
        weeks = in_memory(daily_active.weekly_adoption(self._mine(self.all["recent"]), self.span))
        cohorts = {} if self.unit else {"cohorts": self._cohorts(self._mine(self.ever), arrow_table(weeks))}
        return {"weeks": weeks, **cohorts}

    def _of_levels(self) -> dict[str, ir.Table]:
        return {when: self._level(when, [], mine=True) for when in ("now", "before")}

    def _of_editions(self) -> dict[str, ir.Table]:
        compared = self._compared(["edition"], *self.gaps(), mine=True)
        acted, able = (self._mine(self.all[name]) for name in ("now", "members"))
        return {"editions": self._editions(compared, acted, able, self._mine(self.ever), ["edition"])}

    def _page(self, computed: PageFigures, page: PageCoverage) -> Adoption:
        """Return the page of computed rows, as figures."""
        own = [row["edition"] for row in self.groups.to_pylist() if self.unit and row["unit"] == self.unit]
        typical: Mapping[str, object] = next((row for row in computed.typical.to_pylist() if row["edition"] in own), {})
        return Adoption(
            unit=self.unit,
            edition=self.edition,
            total=computed.total,
            reach=figures(computed.reached, self._able(page)).total,
            handled=figures(computed.handled, self.tasks).total,
            typical=FigureRow(typical, at_least=page.unfilled.bounds(RATES)),
            tables=self._tables(computed, page),
            shows_places=not self.unit and self.report.workspace.settings.adoption.ranking == "owner",
            worked_days=self._worked,
            days=self._drawn_days(),
            origin=self.report.origin("adoption.adoption", self.activities, self.members),
        )

    def _tables(self, computed: PageFigures, page: PageCoverage) -> dict[str, Figures]:
        weeks = computed.weeks.slice(max(0, len(computed.weeks) - WEEKS_DRAWN))
        rows = {**computed.tables, "ranking": computed.ranking, "weeks": weeks}
        made = page_tables(rows, page, self._fed_groups)
        for name, by in (("editions", ("edition",)), ("ranking", _GROUP), ("moving", _GROUP)):
            if name in made:
                held, gaps = self._held(page, by), set(self._fed_groups(self._member_gaps(by)[0], by))
                touched = touches(by, gaps)
                made[name] = made[name].made_of((*_SHARED, *_REACH), held, beside=True, gaps_of=touched)
                made[name] = made[name].made_of(_ENABLED, held, gaps_of=touched)
        for name in ("ranking", "moving"):
            if name in made:
                nameless = (view.unfilled.note for view in (self.activities, self.members))
                made[name] = replace(made[name], note=join_notes(made[name].note, *nameless))
        made["handling"] = figures(rows["handling"], self.tasks)
        if "cohorts" in rows:  # a share over a gap is left out already
            made["cohorts"] = case_list(rows["cohorts"], page)
        return made

    @property
    def _daily_from(self) -> ir.Scalar:
        return ibis.literal(self.first - timedelta(days=HISTORY))

    def _daily(self, history: ir.Table, by: Sequence[str]) -> ir.Table:
        days = self._days_of(by)
        days = days.filter(days.day >= self._daily_from)
        return adoption.daily(history.filter(history.day >= self._daily_from), days, by)

    def _handling(self, tasks: ir.Table, by: Sequence[str]) -> ir.Table:
        offset = self.report.utc_offset_h
        begin = task_duration.first_day(self.tasks.cases, offset) or self.first
        worked = self.report.workspace.calendar.known_working_days(begin, self.last)
        return task_duration.task_duration(tasks, worked, self.first, self.last, offset, by)

    def _editions(
        self, compared: ir.Table, acted: ir.Table, able: ir.Table, ever: ir.Table, by: Sequence[str]
    ) -> ir.Table:
        """Return a line for each edition: its figures, coverage, new and lapsed accounts."""
        parts = [
            adoption.reach(acted, able, by),
            user_flow.flow(ever, self.first, self.report.previous.first, by).drop("active"),
        ]
        joined = reduce(lambda left, right: join_groups(left, right, by), parts, compared)
        return joined.order_by(ibis.desc("active"))

    def _cohorts(self, ever: ir.Table, weeks: pa.Table) -> ir.Table:
        """Return cohorts by age, from some weeks after the beginning of the lake."""
        begins = min((row["since"] for row in self.groups.to_pylist() if row["since"]), default=self.last)
        since = user_flow.first_cohort(begins, self.last)
        gaps = [row["week_on"] for row in weeks.to_pylist() if row["active"] is None]
        return user_flow.by_age(user_flow.retention(ever, since, self.last), self.last, gaps)


def _by_worker(state: ReportState, unit: str, edition: str, name: str) -> Callable[[], dict[str, pa.Table]]:
    """Return the call by which a worker makes a part of a page."""
    return partial(_part, state, unit, edition, name)


def _part(state: ReportState, unit: str, edition: str, name: str) -> dict[str, pa.Table]:
    return kept((state, unit, edition), lambda: AdoptionQueries(state.open(), unit, edition)).part(name)
