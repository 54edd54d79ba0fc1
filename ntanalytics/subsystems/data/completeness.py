"""Completeness: missing days and rejected rows of each dataset and source."""

from __future__ import annotations

from datetime import date, timedelta

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.reports.blocks.head import AsOf, SnapshotLoss
from ntanalytics.subsystems.data.entities import dataset_details, dataset_entity

#: Characters of the error of a source that are kept.
MAX_ERROR = 80


def completeness_finding(rule: Rule, extraction: AsOf, on: date, *, is_damaged: bool = False) -> Finding:
    """Return whether a dataset came whole from a source.

    Args:
        rule: its limits hold for the number of missing days.
        extraction: what the source gave of the dataset.
        on: the inspected day.
        is_damaged: whether the source gave only a part of that day.

    Returns:
        An unknown finding where ``on`` is missing, with the first day of the gap, where it is damaged, or where the
        source failed. A damaged snapshot counts as a missing day, which is known where another one stands in its place.
    """
    missing, loss = set(extraction.missing_days), extraction.loss
    error = "" if loss else " ".join(extraction.error.split())[:MAX_ERROR]
    is_unknown = on in missing or bool(error) or is_damaged
    if loss and not missing:
        missing = {on}
    finding = Finding(
        rule=rule,
        entity=dataset_entity(extraction.source, extraction.dataset, extraction.label),
        status="unknown" if is_unknown else rule.threshold.judge(len(missing)),
        value=None if is_unknown else float(len(missing)),
        unknown="" if not is_unknown else "missing" if on in missing or error else "incomplete",
        figures={"missing_days": float(len(missing))},
        details={
            **dataset_details(extraction.dataset),
            "error": error,
            "last_missing": max(missing).isoformat() if missing else None,
        },
    )
    if loss:
        finding = _with_loss(finding, loss)
    if on not in extraction.missing_days:
        return finding
    begin = on
    while begin - timedelta(days=1) in missing:
        begin -= timedelta(days=1)
    return finding.since_day(begin)


def _with_loss(finding: Finding, loss: SnapshotLoss) -> Finding:
    """Return the finding with the loss of a damaged snapshot."""
    stands_on = loss.stands_on.isoformat() if loss.stands_on else None
    days = {"lost_on": loss.day.isoformat(), "whole_on": loss.whole_on.isoformat(), "stands_on": stands_on}
    return finding.with_figures(lost_rows=float(loss.rows)).with_details(**days, kinds=loss.kinds)


def rejected_finding(rule: Rule, extraction: AsOf) -> Finding | None:
    """Return the share of the rows of a source that were rejected, of a damaged snapshot its own; None without a row.

    Args:
        rule: its limits hold for that share.
        extraction: what the source gave of the dataset.
    """
    taken = extraction.rows if extraction.loss is None else extraction.loss.rows_read
    count = (taken or 0) + extraction.rejected
    if not count:
        return None
    entity = dataset_entity(extraction.source, extraction.dataset, extraction.label)
    finding = judge_value(rule, extraction.rejected / count, [], entity)
    return finding.with_figures(rejected=float(extraction.rejected)).with_details(**dataset_details(extraction.dataset))
