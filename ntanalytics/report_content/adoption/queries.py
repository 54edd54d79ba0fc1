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
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, case_list, figures
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.oa import adoption, daily_active, movement, task_duration, unit_ranking, user_flow
from ntanalytics.metrics.rows import arrow_table, in_memory
from ntanalytics.report_content.adoption.coverage import ENABLED, SHARED, AdoptionCoverage
from ntanalytics.report_content.adoption.figures import (
    Adoption,
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
        self.coverage = self._coverage()
        self.span = self.coverage.days(())

    def _coverage(self) -> AdoptionCoverage:
        """Return the gaps of the page's datasets."""
        return AdoptionCoverage(
            activities=self.activities,
            members=self.members,
            groups=self.groups,
            unit=self.unit,
            edition=self.edition,
            period=self.report.period,
        )

    def _drawn_days(self, by: Sequence[str] = ()) -> pa.Table:
        """Return the days of the daily chart, by group where they differ: a day is covered where any edition is."""
        days = self.coverage.days((*by, "edition"))
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

    @cached_property
    def _worked(self) -> tuple[int, int]:
        """The numbers of working days of the period and of the one before."""
        worked, spans = self.report.nearby_working_days(before=HISTORY + 35), (self.report.period, self.report.previous)
        now, before = (sum(span.first <= day <= span.last for day in worked) for span in spans)
        return now, before

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
            for span in (self.coverage.days(by), self.activities.days)
        )
        ever = ever if is_now else ever.filter(ever.day < ibis.literal(self.first))
        level = adoption.adoption(acted, able, ever, days, by)
        level = join_groups(level, daily_active.daily_active(acted, own, by), by)
        return ibis.memtable(level.mutate(daily_active=level.daily_active.fill_null(0.0)).to_pyarrow())

    def _changed(self, now: ir.Table, was: ir.Table, page: PageCoverage) -> FigureRow:
        coverages = self.coverage.by_measure(page)
        made = change.compare_parts(now, was, MEASURES, compared_parts(coverages))
        return head_figures(arrow_table(daily_active.of_working_days(made, *self._worked)), coverages)

    def _compared(self, by: Sequence[str], *, mine: bool = False) -> ir.Table:
        """Return adoption by group; a gap counts for the groups that its source feeds."""
        now, was = (self._level(when, by, mine=mine) for when in ("now", "before"))
        return self._judged(now, was, by, self.coverage.group_table)

    def _judged(self, now: ir.Table, was: ir.Table, by: Sequence[str], among: _Among) -> ir.Table:
        acted, able, held = (
            unit_ranking.compare_units(
                now,
                was,
                MEASURES,
                columns=columns,
                by=by,
                gap_groups=among(gaps, by),
                gap_groups_before=among(gaps_before, by),
            )
            for columns, gaps, gaps_before in self.coverage.of_groups(by)
        )
        acted = daily_active.of_working_days(acted, *self._worked)
        able = join_groups(able, held.drop("is_complete", "was_complete"), by)
        return ibis.memtable(join_groups(acted, able.drop("is_complete", "was_complete"), by).to_pyarrow())

    def _ranking(self, within: Sequence[str]) -> ir.Table:
        units = self._compared(_GROUP)
        units = units.filter(units.unit.notnull() & ((units.enabled > 0) | (units.active > 0)))
        ranked = unit_ranking.rank_units(units, within)
        recent = self.all["recent"]
        since = ibis.literal(self.last - timedelta(days=7 * WEEKS_DRAWN + 6))
        days = self.coverage.days(_GROUP)
        weeks = daily_active.weekly_adoption(recent.filter(recent.day >= since), days.filter(days.day >= since), _GROUP)
        weeks = ibis.memtable(weeks.to_pyarrow())
        low = unit_ranking.low_weeks(weeks, ranked.select(*_GROUP, "enabled"), _GROUP)
        flow = self._flow(self.ever, _GROUP).drop("active")
        joined = join_groups(join_groups(ranked, low, _GROUP), flow, _GROUP)
        return ibis.memtable(self._named.in_order(joined.order_by("unit", "edition").to_pyarrow()))

    def compute(self) -> Adoption:
        """Return the page, from queries of the lake, of which a worker of this process makes a half."""
        state = ReportState.of(self.report)
        there = None if state is None else partial(_by_worker, state, self.unit, self.edition)
        answers = share_out(list(self._parts), self.part, there)
        rows = {name: table for answer in answers.values() for name, table in answer.items()}
        now, was = (ibis.memtable(rows.pop(name)) for name in ("now", "before"))
        page = self.coverage.page()
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
        ranking = self._ranking(["edition"] if self.unit or self.edition else [])
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
            "flow": self._flow(self._mine(self.ever)),
            "reached": adoption.reach(now, self._mine(self.all["members"])),
        }

    def _of_weeks(self) -> dict[str, ir.Table]:
        weeks = in_memory(daily_active.weekly_adoption(self._mine(self.all["recent"]), self.span))
        cohorts = {} if self.unit else {"cohorts": self._cohorts(self._mine(self.ever))}
        return {"weeks": weeks, **cohorts}

    def _of_levels(self) -> dict[str, ir.Table]:
        return {when: self._level(when, [], mine=True) for when in ("now", "before")}

    def _of_editions(self) -> dict[str, ir.Table]:
        compared = self._compared(["edition"], mine=True)
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
            reach=figures(computed.reached, self.coverage.of_shared(page)).total,
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
        made = page_tables(rows, page, self.coverage.group_keys)
        for name, by in (("editions", ("edition",)), ("ranking", _GROUP), ("moving", _GROUP)):
            if name in made:
                held = self.coverage.of_members(page, by)
                gaps, _before = self.coverage.member_gaps(by)
                touched = touches(by, set(self.coverage.group_keys(gaps, by)))
                made[name] = made[name].made_of((*SHARED, *_REACH), held, beside=True, gaps_of=touched)
                made[name] = made[name].made_of(ENABLED, held, gaps_of=touched)
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
        days = self.coverage.days(by)
        days = days.filter(days.day >= self._daily_from)
        return adoption.daily(history.filter(history.day >= self._daily_from), days, by)

    def _handling(self, tasks: ir.Table, by: Sequence[str]) -> ir.Table:
        offset = self.report.utc_offset_h
        begin = task_duration.first_day(self.tasks.cases, offset) or self.first
        worked = self.report.workspace.calendar.known_working_days(begin, self.last)
        return task_duration.task_duration(tasks, worked, self.first, self.last, offset, by)

    def _flow(self, ever: ir.Table, by: Sequence[str] = ()) -> ir.Table:
        """Return active accounts by origin, with what the weeks before both periods let know of it."""
        before = self.report.previous.first
        return user_flow.over_past_gaps(
            user_flow.flow(ever, self.first, before, by), self.coverage.days(by), before, by
        )

    def _editions(
        self, compared: ir.Table, acted: ir.Table, able: ir.Table, ever: ir.Table, by: Sequence[str]
    ) -> ir.Table:
        """Return a line for each edition: its figures, coverage, new and lapsed accounts."""
        parts = [adoption.reach(acted, able, by), self._flow(ever, by).drop("active")]
        joined = reduce(lambda left, right: join_groups(left, right, by), parts, compared)
        return joined.order_by(ibis.desc("active"))

    def _cohorts(self, ever: ir.Table) -> ir.Table:
        """Return cohorts by age, from some weeks after the beginning of the lake."""
        begins = min((row["since"] for row in self.groups.to_pylist() if row["since"]), default=self.last)
        since = user_flow.first_cohort(begins, self.last)
        gaps = user_flow.gap_weeks(self.span, begins)
        return user_flow.by_age(user_flow.retention(ever, since, self.last), self.last, gaps)


def _by_worker(state: ReportState, unit: str, edition: str, name: str) -> Callable[[], dict[str, pa.Table]]:
    """Return the call by which a worker makes a part of a page."""
    return partial(_part, state, unit, edition, name)


def _part(state: ReportState, unit: str, edition: str, name: str) -> dict[str, pa.Table]:
    return kept((state, unit, edition), lambda: AdoptionQueries(state.open(), unit, edition)).part(name)
