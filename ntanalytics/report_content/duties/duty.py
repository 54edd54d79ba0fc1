"""Duties as data, the facts that prove or break them, and the verdict on each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from ntanalytics.errors import CalendarMissing
from ntanalytics.findings.phrases import issue_words
from ntanalytics.findings.rule import with_limits
from ntanalytics.metrics.desk import duties
from ntanalytics.metrics.desk.duties import Result, Verdict
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.number_format import format_set_share
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.periods.day_text import day_words
from ntanalytics.workspace.dataset_view import unread_clause

if TYPE_CHECKING:
    from ntanalytics.report_content.duties.span import DutySpan


@dataclass(frozen=True, order=True)
class Fact:
    """One fact that proves or breaks a duty: a row of evidence.

    Attributes:
        on: local day.
        subject: number or name of the case, report, plan or day.
        description: the fact in Chinese.
        result: what it says of the duty.
        reason: why it breaks the duty or proves nothing; empty else.
    """

    on: date
    subject: str
    description: str
    result: Result
    reason: str = ""

    @property
    def is_of_day(self) -> bool:
        """Return whether its subject is its day."""
        return self.subject == self.on.isoformat()

    @property
    def name(self) -> str:
        """Its subject in words: a day as ``11月13日``, a week as ``2026年第47期``."""
        return day_words(self.on) if self.is_of_day else issue_words(self.subject)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One duty of the contract.

    Attributes:
        id: its name; a scoring sheet and the sheets of a workbook name it.
        label: in Chinese.
        target: what is owed, in Chinese; ``{code}`` stands for the limit of a rule, as the site has it.
        reads: datasets that prove it, each with the days of history before the period.
        rests_on: ``dataset.column`` → the results that say nothing where a source does not have the column.
        facts: function that returns the facts of a span; called only where each dataset has a source.
        when_none: the verdict where complete data hold no fact; ``met`` of what has only to be done when it happens.
        none_words: what complete data without a fact mean, in Chinese.
        is_lasting: whether there is something to prove in each period, such as the plans of backups: none is a gap.
        needs_log: whether the reports that the suite issued prove it.
        needs: what a site without the data has to supply, in Chinese.
    """

    id: str
    label: str
    target: str
    facts: Callable[[DutySpan], Iterable[Fact]]
    reads: dict[str, int] = field(default_factory=dict)
    rests_on: Mapping[str, Sequence[Result]] = field(default_factory=lambda: MappingProxyType({}))
    when_none: Verdict = "not_shown"
    none_words: str = "期内没有记录"
    is_lasting: bool = False
    needs_log: bool = False
    needs: str = ""


@dataclass(frozen=True, kw_only=True)
class DutyRecord:
    """A duty in a span: its facts, the verdict, and what would be needed where it cannot be shown.

    Attributes:
        duty: the duty.
        facts: the facts, those that break it first, then those without proof.
        gaps: what is missing, and what would be needed to prove it; Chinese clauses without a full stop.
        least_rate: the share of kept facts from which the duty is met, as the site's scoring sheet has it; None where
            each fact has to be kept.
    """

    duty: Duty
    facts: tuple[Fact, ...]
    gaps: tuple[str, ...]
    least_rate: float | None = None

    @property
    def results(self) -> list[Result]:
        """Results of the facts, in their order."""
        return [fact.result for fact in self.facts]

    @property
    def verdict(self) -> Verdict:
        """The verdict on the duty; over a gap it is not met where that is proven, else it cannot be shown."""
        if self.least_rate is not None and self.row["duty_facts"]:
            return duties.verdict_by_share(self.results, self.least_rate, is_complete=not self.gaps)
        return duties.verdict(self.results, is_complete=not self.gaps, when_none=self.duty.when_none)

    @property
    def is_idle(self) -> bool:
        """Return whether the period asked nothing of the duty: it is not broken, and nothing was kept."""
        return self.verdict == "met" and not self.row["duty_facts"]

    @property
    def verdict_words(self) -> str:
        """The verdict in Chinese."""
        return duties.NOTHING_DUE if self.is_idle else duties.VERDICTS[self.verdict]

    @property
    def none_words(self) -> str:
        """The reason in Chinese that no fact is counted: there were none, or none was due."""
        return "期内没有到期的事项" if {"idle", "open"} & set(self.results) else self.duty.none_words

    @property
    def target(self) -> str:
        """Target in Chinese, with the share that the scoring sheet demands."""
        return self.duty.target + (
            f"，不低于{format_set_share(self.least_rate)}" if self.least_rate is not None else ""
        )

    @property
    def shortfalls(self) -> tuple[Fact, ...]:
        """The facts that break the duty; over a gap perhaps not all."""
        return tuple(fact for fact in self.facts if fact.result == "short")

    @property
    def is_complete(self) -> bool:
        """Return whether all facts are known, and each is proven to be kept or broken."""
        return not self.gaps and "unproven" not in self.results

    @property
    def row(self) -> FigureRow:
        """The counted facts, which know the gap; unknown where none is seen of what there always is."""
        counted, is_unseen = duties.counted(self.results), self.duty.is_lasting and not self.facts
        row = FigureRow(counted, is_complete=not self.gaps and not is_unseen)
        if not counted["duty_unproven"]:
            return row
        # a fact without proof may be one that was kept, or broken
        return row | FigureRow({name: counted[name] for name in duties.BY_PROOF}, is_complete=False)

    @property
    def done(self) -> Quantity:
        """Number of facts that are done: at least the proven ones where some lack proof; unknown without any."""
        return self.row.quantity("duty_kept")

    @property
    def needed(self) -> tuple[str, ...]:
        """Evidence that is still needed to prove the duty, as clauses; nothing where it is proven or broken."""
        if self.verdict != "not_shown":
            return ()
        reasons = dict.fromkeys(fact.reason for fact in self.facts if fact.result == "unproven" and not self.gaps)
        return (
            self.gaps
            or tuple(reasons)
            or (self.none_words if "open" in self.results else f"{self.none_words}；需补充{self.duty.needs or '记录'}",)
        )


def unless_hidden(span: DutySpan, fact: Fact, *datasets: str, since: date, until: date | None = None) -> Fact:
    """Return a fact that breaks a duty for want of a record; without proof where the record may be hidden.

    A missing day hides it, and so does a rejected row: nobody knows what it says.

    Args:
        span: the span.
        fact: the fact.
        datasets: the datasets in which the record would stand.
        since: the first day on which it may have been made.
        until: the last one; None for the last one of the span.
    """
    for name in datasets:
        label = span.view(name).contract.label
        if span.is_hidden(name, since, until):
            return replace(fact, result="unproven", reason=f"其间有{label}数据未取得")
        if unread := span.unread_rows(name, since, until):
            return replace(fact, result="unproven", reason=unread_clause(label, unread))
    return fact


def _absent(duty: Duty, span: DutySpan) -> Iterator[str]:
    """Yield the columns of a duty that sources do not have, by dataset, and what would be needed, in Chinese."""
    labels: dict[str, list[str]] = {}
    for path in duty.rests_on:
        name, column = path.rsplit(".", 1)
        contract = span.view(name).contract
        if span.view(name).sources_without(column):
            labels.setdefault(contract.label, []).append(contract.column(column).label)
    for label, columns in labels.items():
        yield f"{label}的数据源没有{'、'.join(columns)}；需补充{'、'.join(columns)}"


def _unless_absent(duty: Duty, span: DutySpan, fact: Fact) -> Fact:
    """Return a fact; without proof where a source does not have a column on which its result rests."""
    for path, results in duty.rests_on.items():
        name, column = path.rsplit(".", 1)
        if fact.result in results and span.view(name).sources_without(column):
            label = span.view(name).contract.column(column).label
            return replace(fact, result="unproven", reason=f"数据源没有{label}")
    return fact


#: Results that say nothing without a column whose value ends what was begun, or shows it.
SHORT: Sequence[Result] = ("short",)
SHORT_OR_OPEN: Sequence[Result] = ("short", "open")
MET: Sequence[Result] = ("met",)
NO_RESULT: Sequence[Result] = ()

#: Order of the facts of a duty.
_ORDER: dict[Result, int] = {"short": 0, "unproven": 1, "met": 2, "open": 3, "idle": 4, "none": 5}


def judge(duty: Duty, span: DutySpan, least_rate: float | None = None) -> DutyRecord:
    """Return the record of a duty in a span; what cannot be read is a gap, and never an error.

    Args:
        duty: the duty.
        span: the span.
        least_rate: the share of kept facts from which it is met; None where each has to be kept.
    """
    gaps = [*span.gaps_of(duty.reads), *(span.log.gaps if duty.needs_log else ())]
    # a row that could not be read is a case of which nobody knows whether it was kept
    gaps += span.unread_of(name for name in duty.reads if duty.when_none == "met" or span.has_cases(name))
    gaps += _absent(duty, span)
    facts: Iterable[Fact] = ()
    known = span.where_known(duty.reads, needs_log=duty.needs_log)
    if known is not None and all(span.view(name, days).sources for name, days in duty.reads.items()):
        try:
            facts = (_unless_absent(duty, span, fact) for fact in duty.facts(known))
            facts = sorted(facts, key=lambda fact: (_ORDER[fact.result], fact))
        except CalendarMissing as error:
            gaps.append(f"缺少工作日历（{error.what}）；需补录放假安排")
    duty = replace(duty, target=with_limits(duty.target, span.context.rules))
    return DutyRecord(duty=duty, facts=tuple(facts), gaps=tuple(dict.fromkeys(gaps)), least_rate=least_rate)


def judge_all(
    duties: Iterable[Duty], span: DutySpan, least_rates: Mapping[str, float] = MappingProxyType({})
) -> dict[str, DutyRecord]:
    """Return the records of duties by their ids.

    Args:
        duties: the duties.
        span: the span.
        least_rates: duty → share of kept facts from which it is met; each fact has to be kept of the others.
    """
    return {duty.id: judge(duty, span, least_rates.get(duty.id)) for duty in duties}
