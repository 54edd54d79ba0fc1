"""Trends of recommendations: the daily figure that shows each problem over the quarter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.context import QUARTER_DAYS
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.identity import logins
from ntanalytics.metrics.infra import disks, requests
from ntanalytics.metrics.infra.planned_downtime import confirmed_work
from ntanalytics.metrics.oa import adoption
from ntanalytics.metrics.seal import seals
from ntanalytics.subsystems.infra.daily_availability import daily_availability
from ntanalytics.subsystems.sms.daily_volume import daily_volume
from ntanalytics.workspace.daily_aggregates import DailyAggregate
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report


@dataclass(frozen=True)
class Trend:
    """A daily figure.

    Attributes:
        dataset: dataset of the figure.
        compute: returns the figure by day.
        measure: the measure that is drawn.
        series: column with one line per value; None for one line.
        member: returns the value of ``series`` that a finding is of; None draws all lines.
    """

    dataset: str
    compute: Callable[[Report, DatasetView], ir.Table]
    measure: str
    series: str | None = None
    member: Callable[[Finding], str] | None = None

    def of_findings(self, by_day: Figures, findings: Iterable[Finding]) -> Figures:
        """Return the days of the lines that are drawn for some findings."""
        if self.member is None or self.series is None:
            return by_day
        series, members = self.series, {self.member(finding) for finding in findings}
        return by_day.where(lambda row: row[series] in members)


def _fullest(_: Report, scope: DatasetView) -> ir.Table:
    """Return the fullest disk of each host, by day."""
    daily = disks.peaks(scope.recent, scope.days)
    peaks = daily.group_by("day", "is_covered", "host").aggregate(disk_used=daily.disk_used.max())
    return peaks.order_by("day", ibis.asc("host"))


def _host(finding: Finding) -> str:
    """Return the host of a finding on a disk."""
    return finding.entity.key.partition("/")[0]


def _logins(_: Report, scope: DatasetView) -> ir.Table:
    return scope.daily(logins.logins, logins.MEASURES)


def _services(_: Report, scope: DatasetView) -> ir.Table:
    return scope.daily(requests.volume, requests.MEASURES, ["service"])


def _certificates(_: Report, scope: DatasetView) -> ir.Table:
    return scope.daily(certificates.logins, certificates.MEASURES)


def _signings(_: Report, scope: DatasetView) -> ir.Table:
    return scope.daily(seals.signings, seals.MEASURES)


def _active(_: Report, scope: DatasetView) -> ir.Table:
    return scope.daily(DailyAggregate(adoption.active_by_day), adoption.MEASURES)


def _platform(report: Report, scope: DatasetView) -> ir.Table:
    changes = report.dataset("desk.changes", history=QUARTER_DAYS - len(report.period.days))
    windows = confirmed_work(changes.cases)
    return daily_availability(scope, report.ends_at, report.utc_offset_h, windows)


def _carriers(report: Report, scope: DatasetView) -> ir.Table:
    return daily_volume(scope, report.utc_offset_h, ["carrier"], days=scope.reported_days)


FULLEST_DISKS = Trend("infra.metrics", _fullest, "disk_used", "host", _host)
PLATFORM = Trend("infra.checks", _platform, "platform_availability")
DELIVERY = Trend("sms.messages", _carriers, "delivery_rate", "carrier")
RECEIPTS = Trend("sms.messages", _carriers, "receipt_latency_p95_s", "carrier")
ERRORS = Trend("infra.requests", _services, "error_rate", "service")
DURATION = Trend("infra.requests", _services, "duration_p95_ms", "service")
LOGIN_FAILURES = Trend("identity.logins", _logins, "login_failure_rate")
LOGINS = Trend("identity.logins", _logins, "logins")
EXPIRED = Trend("ca.logins", _certificates, "expired_tried")
SIGNINGS = Trend("seal.signings", _signings, "signing_failure_rate")
ACTIVE = Trend("oa.activities", _active, "active")
