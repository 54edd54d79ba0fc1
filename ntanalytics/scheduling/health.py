"""Health of an installation: overdue reports and the age of the data, for operators and monitoring systems.

A dead scheduler reports nothing; so this reads the ledger, which shows missing reports also if nothing ran at all.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ntanalytics.errors import NtaError
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import Delivery
from ntanalytics.periods import PeriodKind, parse_period
from ntanalytics.runner.overdue import overdue, records_of
from ntanalytics.runner.run_context import RunContext
from ntanalytics.scheduling.delivery_results import undelivered
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings.calendar_end import CalendarEnd, calendar_end

#: Period of a job → the kind of the periods of its reports.
_KINDS = {
    "yesterday": PeriodKind.DAY,
    "last-working-day": PeriodKind.DAY,
    "last-week": PeriodKind.WEEK,
    "last-month": PeriodKind.MONTH,
    "contract-year": PeriodKind.CONTRACT,
}


@dataclass(frozen=True, kw_only=True)
class JobHealth:
    """State of one job.

    Attributes:
        job: its name.
        report: its report.
        issued_at: the moment of its latest report, which a person may have issued (aware UTC); None without one.
        period: the period of that report; empty without one.
        overdue: the periods whose deadline has passed without a report, the oldest first, each with its status.
        trouble: the reason why the job cannot be judged (a year without a calendar), or empty.
    """

    job: str
    report: str
    issued_at: dt.datetime | None
    period: str
    overdue: tuple[tuple[str, str], ...] = ()
    trouble: str = ""

    def as_data(self) -> dict[str, object]:
        """Return the state as JSON."""
        return {
            "job": self.job,
            "report": self.report,
            "period": self.period,
            "trouble": self.trouble,
            "issued_at": self.issued_at.isoformat() if self.issued_at else None,
            "overdue": [{"period": period, "status": status} for period, status in self.overdue],
        }


@dataclass(frozen=True, kw_only=True)
class Health:
    """State of the installation.

    Attributes:
        at: the moment of the state (aware UTC).
        jobs: the jobs.
        data: (dataset, source) → the last day that was extracted.
        lake_bytes: the size of the lake.
        free_bytes: the free space of the outputs; None if it is not known.
        undelivered: the deliveries of ten days that did not arrive, or may not have.
        calendar_end: the year without a calendar of working days, from November on; None if there is none.
    """

    at: dt.datetime
    jobs: tuple[JobHealth, ...]
    data: Mapping[tuple[str, str], dt.date]
    lake_bytes: int
    free_bytes: int | None
    undelivered: tuple[Delivery, ...] = ()
    calendar_end: CalendarEnd | None = None

    @property
    def is_well(self) -> bool:
        """True if no report is overdue."""
        return not any(job.overdue or job.trouble for job in self.jobs)

    def as_data(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return {
            "at": self.at.isoformat(),
            "is_well": self.is_well,
            "jobs": [job.as_data() for job in self.jobs],
            "data": [
                {"dataset": dataset, "source": source, "last_day": day.isoformat()}
                for (dataset, source), day in sorted(self.data.items())
            ],
            "lake_bytes": self.lake_bytes,
            "free_bytes": self.free_bytes,
            "undelivered": [delivery.as_data() for delivery in self.undelivered],
            "calendar_end": self.calendar_end.as_data() if self.calendar_end else None,
        }


def health(context: RunContext, jobs: Mapping[str, Job]) -> Health:
    """Return the state of the installation.

    Args:
        context: the site and the clock.
        jobs: its jobs by name.

    Raises:
        LakeError: the ledger cannot be read.
    """
    settings, ledger, now = context.settings, context.ledger, context.clock()
    folder = next((path for path in (settings.outputs, *settings.outputs.parents) if path.exists()), None)
    return Health(
        at=now.astimezone(dt.UTC),
        jobs=tuple(_job_health(context, name, job, now) for name, job in jobs.items()),
        data=ledger.coverage.last_days(),
        lake_bytes=DeltaLake.of(settings).size_bytes(),
        free_bytes=shutil.disk_usage(folder).free if folder else None,
        undelivered=tuple(undelivered(ledger)),
        calendar_end=calendar_end(jobs, settings.calendar(), settings.local_day(now)),
    )


def _job_health(context: RunContext, name: str, job: Job, now: dt.datetime) -> JobHealth:
    issued_at, period = _latest(context, name, job, now)
    late: tuple[tuple[str, str], ...] = ()
    trouble = ""
    try:
        late = tuple((late_period.text, status) for late_period, status in overdue(context, name, job, now))
    except NtaError as error:
        trouble = str(error)
    return JobHealth(job=name, report=job.report, issued_at=issued_at, period=period, overdue=late, trouble=trouble)


def _latest(context: RunContext, name: str, job: Job, now: dt.datetime) -> tuple[dt.datetime | None, str]:
    """Return when the report of a job's latest period came out, by its job or by hand, and that period."""
    records = [record for record in records_of(context, name) if record.status == "issued"]
    scheduled = max(records, key=lambda record: record.scheduled_at, default=None)
    latest = (scheduled.ended_at, scheduled.period) if scheduled else (None, "")
    if job.each is not None:
        return latest
    first = parse_period(scheduled.period, now.date()).first if scheduled else dt.date.min
    for run in context.ledger.runs.published_with(job.report, job.parameters):
        period = parse_period(run.period, now.date())
        if period.is_of(_KINDS[job.period]) and period.first > first:
            first, latest = period.first, (run.ended_at, run.period)
    return latest


@dataclass(frozen=True)
class _Gauge:
    """Gauge of node_exporter's text format; each sample is its labels and its value."""

    name: str
    description: str
    samples: list[tuple[dict[str, str], float]]


def prometheus(health: Health) -> str:
    """Return the state for node_exporter's textfile collector; times are seconds since 1970."""
    issued = [({"job": job.job}, job.issued_at.timestamp()) for job in health.jobs if job.issued_at is not None]
    overdue: list[tuple[dict[str, str], float]] = [({"job": job.job}, len(job.overdue)) for job in health.jobs]
    last_days = [
        ({"dataset": dataset, "source": source}, dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
        for (dataset, source), day in sorted(health.data.items())
    ]
    gauges = [
        _Gauge("healthy", "Whether everything that was due came (1) or not (0).", [({}, health.is_well)]),
        _Gauge("report_issued_timestamp_seconds", "When a job's latest report came out.", issued),
        _Gauge("reports_overdue", "How many reports of a job did not come by their deadline.", overdue),
        _Gauge(
            "deliveries_undelivered",
            "How many sendings of ten days did not arrive, or may not have.",
            [({}, len(health.undelivered))],
        ),
        _Gauge("data_last_day_timestamp_seconds", "The last day that was taken of a dataset from a source.", last_days),
        _Gauge("lake_bytes", "Size of the lake.", [({}, health.lake_bytes)]),
    ]
    if health.calendar_end is not None:
        begin = dt.datetime(health.calendar_end.year, 1, 1, tzinfo=dt.UTC).timestamp()
        gauges.append(_Gauge("calendar_end_timestamp_seconds", "First day without a calendar.", [({}, begin)]))
    if health.free_bytes is not None:
        gauges.append(_Gauge("free_bytes", "Room left where reports are published.", [({}, health.free_bytes)]))
    return "".join(f"{line}\n" for gauge in gauges for line in _lines(gauge))


def _lines(gauge: _Gauge) -> Iterator[str]:
    name = f"ntanalytics_{gauge.name}"
    yield f"# HELP {name} {gauge.description}"
    yield f"# TYPE {name} gauge"
    for labels, value in gauge.samples:
        yield f"{name}{{{_labels(labels)}}} {value:.0f}" if labels else f"{name} {value:.0f}"


def _labels(labels: Mapping[str, str]) -> str:
    """Return the labels of a line; special characters of the format are escaped."""
    escaped = {
        name: value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for name, value in labels.items()
    }
    return ",".join(f'{name}="{value}"' for name, value in escaped.items())
