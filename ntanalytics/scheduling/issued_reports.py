"""Published reports of the scheduled runs of a job, and their versions in the outputs."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.language import tr
from ntanalytics.ledger import DeliveryRequest, Run, ScheduledRunRecord
from ntanalytics.periods import Period, parse_period
from ntanalytics.runner.each_unit import UNIT
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.report_request import ReportRequest
from ntanalytics.runner.run_context import RunContext
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings.channels import Address

if TYPE_CHECKING:
    from ntanalytics.delivery.report_message import PublishedReport


@dataclass(frozen=True)
class IssuedRun:
    """Scheduled run and the runs that were published for it."""

    record: ScheduledRunRecord
    published: Sequence[Run]


@dataclass(frozen=True)
class IssuedPage:
    """Published report of a scheduled run: of the whole site, or of one unit.

    Attributes:
        published: the report in the outputs.
        request: its report, period and parameters.
        scheduled_at: the moment of the scheduled run (aware).
    """

    published: PublishedReport
    request: ReportRequest
    scheduled_at: dt.datetime

    def delivery_to(self, address: Address) -> DeliveryRequest:
        """Return the delivery of the report to a recipient."""
        return DeliveryRequest(
            kind="report",
            subject=self.request.notebook.name,
            period=self.request.period.text,
            parameters=self.request.own_parameters,
            version=self.published.version,
            channel=address.channel,
            recipient=address.to,
            run_id=self.published.manifest["run_id"],
            scheduled_at=self.scheduled_at,
        )


def issued_runs(context: RunContext, name: str, job: Job) -> Iterator[IssuedRun]:
    """Yield the scheduled runs with something to deliver; some pages of units are out though others failed."""
    oldest = context.clock() - dt.timedelta(days=job.max_age_days)
    runs = context.ledger.scheduled_runs
    for record in runs.for_job(name):
        is_out = record.status == "issued" or (job.each is not None and record.status in ("failed", "retry"))
        if is_out and record.scheduled_at >= oldest:
            yield IssuedRun(record, runs.published_runs(name, record.scheduled_at))


def issued_page(context: RunContext, job: Job, issued: IssuedRun, unit: str) -> IssuedPage | None:
    """Return the report that a scheduled run issued, or its page of a unit; None if it issued none."""
    record = issued.record
    period = parse_period(record.period, record.scheduled_at.date())
    request = request_of(context, job.report, period, {**job.parameters, **({UNIT: unit} if unit else {})})
    published = published_report(context, request)
    versions = [run.version or 0 for run in issued.published if dict(run.parameters) == request.own_parameters]
    if published is None or not versions or published.version < min(versions):
        return None  # it issued none, and the report there was run by hand
    return IssuedPage(published, request, record.scheduled_at)


def request_of(context: RunContext, report: str, period: Period, given: Mapping[str, object]) -> ReportRequest:
    """Return the request of a report.

    Raises:
        UnknownName, BadParameter, ReportFailed: there is no such report or parameter any more.
    """
    return ReportRequest.of(load_report(report, context.notebooks), period, given)


def published_report(context: RunContext, request: ReportRequest) -> PublishedReport | None:
    """Return the report in the outputs that was made by an equal request; None if there is none."""
    from ntanalytics.delivery.report_message import PublishedReport

    folder: Path = request.directory(context.settings.outputs)
    manifest = read_manifest(folder)
    if manifest is None or manifest["report"] != request.notebook.name or manifest["parameters"] != request.values:
        return None
    return PublishedReport(folder, manifest)


def unknown_units(job: Job, issued: Sequence[IssuedRun]) -> str:
    """Return a sentence on the units that have recipients and no page, though the latest run made one for each."""
    if not job.unit_recipients or not issued or issued[-1].record.status != "issued":
        return ""
    units = {str(run.parameters.get(UNIT, "")) for run in issued[-1].published}
    problems = []
    for unit in sorted(set(job.unit_recipients) - units):
        similar = difflib.get_close_matches(unit, units, n=1)
        problems.append(
            tr("no unit {unit!r} has a page", unit=unit)
            + (tr("; did you mean {similar!r}?", similar=similar[0]) if similar else "")
        )
    return f"unit_recipients: {'; '.join(problems)}" if problems else ""
