"""Span of the duties: the days of a month or of a contract year over the lake, with the log of issued reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.contract import Kind
from ntanalytics.findings.phrases import listed
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.rows import rows
from ntanalytics.periods import PeriodKind, days_between
from ntanalytics.periods.day_text import day_span_list, day_words
from ntanalytics.report_content.duties.report_log import ReportLog
from ntanalytics.workspace.dataset_view import DatasetView, unread_clause

#: Rows of a dataset, which nobody changes.
Rows = Sequence[Mapping[str, Any]]

#: Runs of days of a gap that are named.
_NAMED_RUNS = 3


@dataclass(frozen=True)
class DutySpan:
    """A period whose duties are judged.

    Attributes:
        context: the period over the lake, with the site's rules.
        log: the reports that the suite issued and those that were due.
        known_to: last day that is judged, where data end before the period; None for the whole period.
    """

    context: CheckContext
    log: ReportLog
    known_to: date | None = None

    @property
    def first(self) -> date:
        """First local day."""
        return self.context.period.first

    @property
    def last(self) -> date:
        """Last local day that is judged."""
        return self.known_to or self.context.period.last

    @property
    def begins_at(self) -> datetime:
        """Moment at which it begins."""
        return self.context.begins_at

    @property
    def ends_at(self) -> datetime:
        """Moment at which it ends."""
        return self.context.ends_at - (self.context.period.last - self.last)

    @cached_property
    def working_days(self) -> list[date]:
        """The working days.

        Raises:
            CalendarMissing: a year is not known.
        """
        return self.context.calendar.working_days(self.first, self.last)

    def due_from(self, days: int) -> date:
        """Return the first day of what may fall due in the span: some days before it, yet none of another contract.

        What is older than a contract year belongs to the one before.
        """
        is_year = self.context.period.kind is PeriodKind.CONTRACT
        return self.first if is_year else self.first - timedelta(days=days)

    @property
    def months(self) -> list[date]:
        """First days of the months that it touches."""
        return sorted({day.replace(day=1) for day in days_between(self.first, self.last)})

    def day(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return self.context.local_day(moment)

    def known(self, moment: datetime | None) -> datetime | None:
        """Return a moment of the span or before it; None for a later one, which nobody knew at its end."""
        return moment if moment is not None and moment < self.ends_at else None

    def clock(self, moment: datetime | None) -> str:
        """Return a moment as local day and time: ``11月18日 09:30``; ``未记录`` where there is none."""
        if moment is None:
            return "未记录"
        local = moment + timedelta(hours=self.context.utc_offset_h)
        return f"{day_words(local.date())} {local:%H:%M}"

    def view(self, name: str, history: int = 0) -> DatasetView:
        """Return a dataset within the span."""
        return self.context.dataset(name, history)

    def rule(self, code: str) -> Rule:
        """Return a rule, as the site has it."""
        return self.context.rules[code]

    def rows(self, name: str) -> Rows:
        """Return the rows of a dataset within the span, read once."""
        return self.context.shared(_rows, name, 0, "table")

    def recent(self, name: str, history: int = 0) -> Rows:
        """Return its rows of the span and of some days before it, read once."""
        return self.context.shared(_rows, name, history, "recent")

    def cases(self, name: str, history: int = 0) -> Rows:
        """Return its cases, with the older ones that were open, read once."""
        return self.context.shared(_rows, name, history, "cases")

    def gaps_of(self, reads: Mapping[str, int]) -> Iterator[str]:
        """Yield what is missing of some datasets, and what would be needed, as Chinese clauses."""
        for name, history in reads.items():
            view = self.view(name, history)
            label = view.contract.label
            if not view.sources:
                yield f"没有配置{label}的数据源；需接入{label}"
            elif not view.is_complete:
                days = listed(day_span_list(view.missing), _NAMED_RUNS)
                yield f"{label}缺{days}共{len(view.missing)}天数据；需补采"

    def where_known(self, reads: Mapping[str, int], *, needs_log: bool) -> DutySpan | None:
        """Return the span up to the last day that the datasets, and the log, know; None where they know no day.

        What happened on days that nobody knows yet is neither kept nor broken.
        """
        last = self.last
        if needs_log and self.log.known_until is not None:
            last = min(last, self.day(self.log.known_until) - timedelta(days=1))
        missing = frozenset[date]().union(*(self._missing(name) for name in reads))
        while last in missing and last >= self.first:
            last -= timedelta(days=1)
        return replace(self, known_to=last) if last >= self.first else None

    def is_missing(self, name: str, day: date) -> bool:
        """Return whether a dataset lacks a day."""
        return day in self._missing(name)

    def is_hidden(self, name: str, since: date, until: date | None = None) -> bool:
        """Return whether a dataset lacks a day of some, up to the last: what was recorded then is not known."""
        return any(since <= day <= (until or self.last) for day in self._missing(name))

    def has_cases(self, name: str) -> bool:
        """Return whether each row of a dataset is a case, which keeps a duty or breaks it."""
        return self.view(name).contract.kind is Kind.CASE

    def unread_rows(self, name: str, since: date, until: date | None = None) -> int:
        """Return the number of rejected rows of some days, up to the last, and of those without a readable day."""
        return self.context.shared(_unread_rows, name, since, until or self.last)

    def unread_of(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the datasets of which rows of the span were rejected, and what would be needed, in Chinese."""
        for name in names:
            if unread := self.unread_rows(name, self.first):
                yield f"{unread_clause(self.view(name).contract.label, unread)}；需更正后重新采集"

    def _missing(self, name: str) -> frozenset[date]:
        return self.context.shared(_missing_days, name)


def _rows(context: CheckContext, name: str, history: int, kind: str) -> Rows:
    return rows(getattr(context.dataset(name, history), kind))


def _unread_rows(context: CheckContext, name: str, since: date, until: date) -> int:
    return context.dataset(name).rejected_rows(since, until)


def _missing_days(context: CheckContext, name: str) -> frozenset[date]:
    return frozenset(context.dataset(name).missing)
