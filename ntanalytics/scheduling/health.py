"""Whether what is due came, and how fresh the data are: for an operator, a supervisor, a monitoring system.

A scheduler that has died says nothing; so this asks the ledger, which tells what should have come and did not, also
when nothing ran at all.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ntanalytics.errors import NtaError
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import Delivery, Ledger
from ntanalytics.scheduling.delivery_run import undelivered
from ntanalytics.scheduling.due import FURTHEST_DAYS, scheduled_run_of
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings import Settings


@dataclass(frozen=True)
class JobHealth:
    """How one job stands.

    Attributes:
        job: its name.
        report: its report.
        issued_at: when its latest report came out (aware UTC); None when none did.
        period: which period that was of; empty when there is none.
        overdue: the periods whose deadline has passed without a report, the oldest first, each with how it stands.
        trouble: why nothing can be told of it (no calendar of a year); empty otherwise.
    """

    job: str
    report: str
    issued_at: dt.datetime | None
    period: str
    overdue: tuple[tuple[str, str], ...]
    trouble: str = ""


@dataclass(frozen=True)
class Health:
    """How the installation stands.

    Attributes:
        at: the moment it was asked (aware UTC).
        jobs: the jobs.
        data: dataset and source → the last day that was taken.
        lake_bytes: size of the lake.
        free_bytes: room left where reports are published; None where that cannot be asked.
        undelivered: what did not reach its recipient in the last ten days, or may not have.
    """

    at: dt.datetime
    jobs: tuple[JobHealth, ...]
    data: Mapping[tuple[str, str], dt.date]
    lake_bytes: int
    free_bytes: int | None
    undelivered: tuple[Delivery, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether everything that was due came."""
        return not any(job.overdue or job.trouble for job in self.jobs)

    def as_data(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "at": self.at.isoformat(),
            "is_well": self.is_well,
            "jobs": [
                {
                    "job": job.job,
                    "report": job.report,
                    "period": job.period,
                    "trouble": job.trouble,
                    "issued_at": job.issued_at.isoformat() if job.issued_at else None,
                    "overdue": [{"period": period, "status": status} for period, status in job.overdue],
                }
                for job in self.jobs
            ],
            "data": [
                {"dataset": dataset, "source": source, "last_day": day.isoformat()}
                for (dataset, source), day in sorted(self.data.items())
            ],
            "lake_bytes": self.lake_bytes,
            "free_bytes": self.free_bytes,
            "undelivered": [each.as_data() for each in self.undelivered],
        }


def health(settings: Settings, jobs: Mapping[str, Job], now: dt.datetime) -> Health:
    """How the installation stands.

    Args:
        settings: the site.
        jobs: its jobs by name.
        now: the moment (aware).

    Raises:
        LakeError: the ledger cannot be read.
    """
    ledger = Ledger(settings.ledger)
    lake = DeltaLake.of(settings).size_bytes()
    place = next((path for path in (settings.outputs, *settings.outputs.parents) if path.exists()), None)
    return Health(
        now.astimezone(dt.UTC),
        tuple(_job(settings, ledger, name, job, now) for name, job in jobs.items()),
        ledger.coverage.last_days(),
        lake,
        shutil.disk_usage(place).free if place else None,
        tuple(undelivered(ledger)),
    )


def _job(settings: Settings, ledger: Ledger, name: str, job: Job, now: dt.datetime) -> JobHealth:
    known = ledger.scheduled_runs.for_job(name)
    issued = [each for each in known if each.status == "issued"]
    latest = max(issued, key=lambda each: each.scheduled_at, default=None)
    said = JobHealth(name, job.report, latest.ended_at if latest else None, latest.period if latest else "", ())
    status = {each.scheduled_at.astimezone(settings.zone): each.status for each in known}
    since = now - dt.timedelta(days=min(FURTHEST_DAYS, job.max_age_days))
    if known:
        since = max(since, known[0].scheduled_at - dt.timedelta(seconds=1))
    calendar = settings.calendar()
    try:
        moments = job.when.between(since, now, calendar, settings.zone)
        # of a job that never ran, only the latest turn was promised
        wanted = moments if known else moments[-1:]
        late = tuple(
            (scheduled_run_of(name, job, at, calendar).period.text, status.get(at, "missing"))
            for at in wanted
            if job.deadline(at) < now and status.get(at) not in ("issued", "skipped")
        )
    except NtaError as error:
        return JobHealth(name, job.report, said.issued_at, said.period, (), str(error))
    return JobHealth(name, job.report, said.issued_at, said.period, late)


def prometheus(found: Health) -> str:
    """The same for node_exporter's textfile collector: one gauge a line, times in seconds since 1970."""
    lines = [
        "# HELP ntanalytics_healthy Whether everything that was due came (1) or not (0).",
        "# TYPE ntanalytics_healthy gauge",
        f"ntanalytics_healthy {int(found.is_well)}",
        "# HELP ntanalytics_report_issued_timestamp_seconds When a job's latest report came out.",
        "# TYPE ntanalytics_report_issued_timestamp_seconds gauge",
    ]
    for job in found.jobs:
        if job.issued_at is not None:
            stamp = f"{job.issued_at.timestamp():.0f}"
            lines.append(f"ntanalytics_report_issued_timestamp_seconds{{{_labels(job=job.job)}}} {stamp}")
    lines += [
        "# HELP ntanalytics_reports_overdue How many reports of a job did not come by their deadline.",
        "# TYPE ntanalytics_reports_overdue gauge",
    ]
    lines += [f"ntanalytics_reports_overdue{{{_labels(job=job.job)}}} {len(job.overdue)}" for job in found.jobs]
    lines += [
        "# HELP ntanalytics_deliveries_undelivered How many sendings of ten days did not arrive, or may not have.",
        "# TYPE ntanalytics_deliveries_undelivered gauge",
        f"ntanalytics_deliveries_undelivered {len(found.undelivered)}",
        "# HELP ntanalytics_data_last_day_timestamp_seconds The last day that was taken of a dataset from a source.",
        "# TYPE ntanalytics_data_last_day_timestamp_seconds gauge",
    ]
    for (dataset, source), day in sorted(found.data.items()):
        stamp = f"{dt.datetime.combine(day, dt.time(), dt.UTC).timestamp():.0f}"
        lines.append(
            f"ntanalytics_data_last_day_timestamp_seconds{{{_labels(dataset=dataset, source=source)}}} {stamp}"
        )
    sizes = {
        "lake_bytes": ("Size of the lake.", found.lake_bytes),
        "free_bytes": ("Room left where reports are published.", found.free_bytes),
    }
    for name, (text, value) in sizes.items():
        if value is not None:
            lines += [
                f"# HELP ntanalytics_{name} {text}",
                f"# TYPE ntanalytics_{name} gauge",
                f"ntanalytics_{name} {value}",
            ]
    return "\n".join(lines) + "\n"


def _labels(**labels: str) -> str:
    """Labels of a line, with what the format wants escaped."""
    escaped = {
        name: value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for name, value in labels.items()
    }
    return ",".join(f'{name}="{value}"' for name, value in escaped.items())
