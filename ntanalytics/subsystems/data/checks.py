"""Checks of the data: gaps, rejected rows, missing rows, silent sources, metrics that stand still.

They speak of every dataset that the report declares to read, whatever the other checks have read so far.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract import DATASETS, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.infra import standstill
from ntanalytics.metrics.references import unmatched_ids
from ntanalytics.metrics.rows import rows
from ntanalytics.periods import days_between
from ntanalytics.reports.blocks.head import AsOf
from ntanalytics.subsystems.data.clocks import (
    ELAPSED_DAYS,
    channel_clocks,
    channel_columns,
    minute_clocks,
    shifted_clocks,
)
from ntanalytics.subsystems.data.completeness import completeness_finding, rejected_finding
from ntanalytics.subsystems.data.copies import COPY_DAYS, NUMBERED, copied_findings
from ntanalytics.subsystems.data.entities import dataset_entity
from ntanalytics.subsystems.data.minutes import BY_MINUTE, MINUTE_DAYS
from ntanalytics.subsystems.data.references import REFERENCES, reference_findings
from ntanalytics.subsystems.data.row_counts import RowCounts, fallen_findings, silent_findings
from ntanalytics.subsystems.data.standstill import METRICS, still_findings
from ntanalytics.workspace.event_view import is_complete_day

#: Datasets of events with a duration between two moments.
_TWO_CLOCKS = tuple(name for name in DATASETS if channel_columns(name))

#: Datasets of events with identifiers, and of what these refer to.
_REFERENCED = tuple(
    {name: None for events, described_in in REFERENCES.items() for name in (events, *described_in.values())}
)


def extractions(context: CheckContext) -> list[AsOf]:
    """Return what each source gave of each dataset that the report reads, for its period."""
    if context.needs is None:
        return context.report.status()
    return [line for name, days in context.needs.items() for line in context.dataset(name, days).status()]


def _completeness(context: CheckContext, rule: Rule) -> list[Finding]:
    findings = [
        completeness_finding(rule, item, context.on, is_damaged=item.source in _damaged(context, item.dataset))
        for item in context.shared(extractions)
    ]
    return _with_origin(context, (_unless_unwritten(context, finding) for finding in findings))


def _unless_unwritten(context: CheckContext, finding: Finding) -> Finding:
    """Return the completeness of a dataset; unknown where its rows came, and what became of them did not.

    That are the delivery reports of events, and the ends of cases. It is unknown, too, where many rows have no readable
    time.
    """
    name = str(finding.details["dataset"])
    if finding.status == "unknown" or context.needs is None or name not in context.needs:
        return finding
    view, contract = context.dataset(name), dataset_named(name)
    unended = next((days for source, days in view.unended.items() if _is_of(finding, source, name)), ())
    within = [day for day in unended if day in context.period.days]  # of other days, other reports tell
    undated = next((count for source, count in view.undated.items() if _is_of(finding, source, name)), 0)
    if not view.unreported.is_now and not within and not undated:
        return finding
    finding = replace(finding, status="unknown", value=None, unknown="incomplete")
    if not within:
        return finding.with_details(undated=undated)
    column, on = contract.column(contract.ended[0]).label, tuple(day.isoformat() for day in within)
    return finding.with_details(unended=column, unended_on=on).since_day(_begin(context, unended, within[0]))


def _begin(context: CheckContext, days: Iterable[date], first: date) -> date:
    """Return the first of the days that lead to one without a worked day between them that is none of them."""
    begin = first
    for day in sorted((day for day in days if day < first), reverse=True):
        between = days_between(day + timedelta(days=1), begin - timedelta(days=1))
        if any(map(context.workspace.calendar.is_likely_worked, between)):
            break
        begin = day
    return begin


def _is_of(finding: Finding, source: str, dataset: str) -> bool:
    return finding.entity == dataset_entity(source, dataset, dataset_named(dataset).label)


def _damaged(context: CheckContext, dataset: str) -> set[str]:
    """Return the sources that gave only a part of the inspected day."""
    view = context.dataset(dataset, (context.needs or {}).get(dataset, 0))
    return {source for source, day in view.damages if day == context.on}


def _rejected_share(context: CheckContext, rule: Rule) -> list[Finding]:
    findings = (rejected_finding(rule, item) for item in context.shared(extractions))
    return _with_origin(context, (finding for finding in findings if finding is not None))


def row_counts(context: CheckContext) -> list[RowCounts]:
    """Return the number of rows by day over ten weeks, of each source and dataset of events.

    How many cases belong to a day depends on what became of them since, so cases are left out. A day that was extracted
    before its end is a gap: rows may still come.
    """
    workspace, on = context.workspace, context.on
    first = on - timedelta(days=HISTORY_DAYS)
    calendar = rows(workspace.days(first, on, set()))
    series = []
    for name, sources in workspace.sources_by_dataset.items():
        contract = dataset_named(name)
        if contract.kind is not Kind.EVENT:
            continue
        covered = workspace.covered_days(name, first, on)
        for source in sources:
            by_day: dict[date, int] = {
                day.day: day.source_rows
                for day in covered
                if day.source == source and is_complete_day(day, workspace.settings.zone)
            }
            days = tuple(
                {**row, "is_covered": row["day"] in by_day, "source_rows": by_day.get(row["day"])} for row in calendar
            )
            series.append(RowCounts(name, contract.label, source, days))
    return series


def _silent_days(context: CheckContext, rule: Rule) -> list[Finding]:
    return _with_origin(context, silent_findings(rule, context.shared(row_counts), context.on))


def _rows_fall(context: CheckContext, rule: Rule) -> list[Finding]:
    return _with_origin(context, fallen_findings(rule, context.shared(row_counts), context.on))


def _stood_still(context: CheckContext, rule: Rule) -> list[Finding]:
    metrics = context.dataset(METRICS, standstill.STILL_HISTORY)
    if not metrics.is_complete:
        return []
    return _with_origin(context, still_findings(rule, standstill.still_series(metrics.recent, context.on), metrics))


def _unmatched_ids(context: CheckContext, rule: Rule) -> list[Finding]:
    findings: list[Finding] = []
    for name, described_in in REFERENCES.items():
        events = context.dataset(name)
        known = {column: context.dataset(described) for column, described in described_in.items()}
        unmatched = [
            (column, unmatched_ids(events.table, described.table, column))
            for column, described in known.items()
            if events.sources and described.sources and described.is_complete
        ]
        findings += reference_findings(rule, name, unmatched)
    return _with_origin(context, findings)


def _copied_rows(context: CheckContext, rule: Rule) -> list[Finding]:
    return [finding for name in NUMBERED for finding in copied_findings(context, rule, name)]


def _clock_offset(context: CheckContext, rule: Rule) -> list[Finding]:
    needs = context.needs or {}
    shifted = [finding for name, days in needs.items() for finding in shifted_clocks(context, rule, name, days)]
    channels = [finding for name in _TWO_CLOCKS for finding in channel_clocks(context, rule, name)]
    return _with_origin(context, [*shifted, *minute_clocks(context, rule), *channels])


def _with_origin(context: CheckContext, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with the version of their dataset, where the report reads it."""
    traced = []
    for finding in findings:
        name = str(finding.details["dataset"])
        is_read = context.needs is None or name in context.needs
        origin = context.origin(finding.rule.measure, context.dataset(name)) if is_read else {}
        traced.append(replace(finding, origin=origin))
    return traced


CHECKS: tuple[Check, ...] = (
    Check(rule="data.completeness", evaluate=_completeness, reads={}),
    Check(rule="data.rejected_share", evaluate=_rejected_share, reads={}),
    Check(rule="data.silent_days", evaluate=_silent_days, reads={}),
    Check(
        rule="data.rows_fall",
        evaluate=_rows_fall,
        reads={},
        suppressed_by=(SuppressedBy(("data.silent_days",), "part"),),
    ),
    Check(
        rule="data.clock_offset",
        evaluate=_clock_offset,
        reads={**dict.fromkeys(_TWO_CLOCKS, ELAPSED_DAYS), **dict.fromkeys(BY_MINUTE, MINUTE_DAYS)},
        optional=(*_TWO_CLOCKS, *BY_MINUTE),
    ),
    Check(
        rule="data.unmatched_ids", evaluate=_unmatched_ids, reads=dict.fromkeys(_REFERENCED, 0), optional=_REFERENCED
    ),
    Check(rule="data.copied_rows", evaluate=_copied_rows, reads=dict.fromkeys(NUMBERED, COPY_DAYS), optional=NUMBERED),
    Check(rule="data.stood_still", evaluate=_stood_still, reads={METRICS: standstill.STILL_HISTORY}),
)
