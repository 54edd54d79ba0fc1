"""Trends of recommendations: the daily figure that shows each problem over the quarter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from ntanalytics.checks.context import QUARTER_DAYS
from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.identity import logins
from ntanalytics.metrics.infra import availability, disks, requests
from ntanalytics.metrics.infra.planned_downtime import confirmed_work
from ntanalytics.metrics.oa import adoption
from ntanalytics.metrics.seal import seals
from ntanalytics.metrics.sms import volume
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
    """

    dataset: str
    compute: Callable[[Report, DatasetView], ir.Table]
    measure: str
    series: str | None = None


def _fullest(_: Report, scope: DatasetView) -> ir.Table:
    """Return the fullest disk of each host that ever passed 80 %, by day."""
    daily = disks.peaks(scope.recent, scope.days)
    peaks = daily.group_by("day", "is_covered", "host").aggregate(disk_used=daily.disk_used.max())
    full = peaks.group_by("host").aggregate(_most=peaks.disk_used.max())
    hosts_shown = full.filter(full["_most"] > 0.8).select("host")
    return peaks.semi_join(hosts_shown, "host").order_by("day", ibis.asc("host"))


def _logins(_: Report, scope: DatasetView) -> ir.Table:
    return logins.daily(scope.recent, scope.days)


def _services(_: Report, scope: DatasetView) -> ir.Table:
    return requests.daily(scope.recent, scope.days, ["service"])


def _certificates(_: Report, scope: DatasetView) -> ir.Table:
    return certificates.daily(scope.recent, scope.days)


def _platform(report: Report, scope: DatasetView) -> ir.Table:
    changes = report.dataset("desk.changes", history=QUARTER_DAYS - len(report.period.days))
    windows = confirmed_work(changes.cases)
    return availability.daily(scope.recent, scope.days, report.ends_at, report.utc_offset_h, windows)


def _carriers(_: Report, scope: DatasetView) -> ir.Table:
    return volume.daily(scope.recent, scope.reported_days, scope.as_of, ["carrier"])


FULLEST_DISKS = Trend("infra.metrics", _fullest, "disk_used", "host")
PLATFORM = Trend("infra.checks", _platform, "platform_availability")
DELIVERY = Trend("sms.messages", _carriers, "delivery_rate", "carrier")
RECEIPTS = Trend("sms.messages", _carriers, "receipt_latency_p95_s", "carrier")
ERRORS = Trend("infra.requests", _services, "error_rate", "service")
DURATION = Trend("infra.requests", _services, "duration_p95_ms", "service")
LOGIN_FAILURES = Trend("identity.logins", _logins, "login_failure_rate")
LOGINS = Trend("identity.logins", _logins, "logins")
EXPIRED = Trend("ca.logins", _certificates, "expired_tried")
SIGNINGS = Trend("seal.signings", lambda _, scope: seals.daily(scope.recent, scope.days), "signing_failure_rate")
ACTIVE = Trend("oa.activities", lambda _, scope: adoption.daily(scope.recent, scope.days), "active")
