"""CA certificates: in force, expiring, revoked, and logins with them (docs/domain.md, CA and seals)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: Certificates by their remaining time (docs/domain.md, CA and seals).
STOCK = (
    count("in_force", "有效证书", "张", "Active certificates that have not expired at the moment."),
    count("expiring_30d", "30天内到期", "张", "Certificates in force that expire within 30 days.", good="down"),
    count("expiring_60d", "60天内到期", "张", "Certificates in force that expire within 60 days.", good="down"),
    count("expiring_90d", "90天内到期", "张", "Certificates in force that expire within 90 days.", good="down"),
    count("expired", "已过期", "张", "Certificates that were not revoked and have expired at the moment."),
    count("revoked", "已吊销", "张", "Certificates that were revoked by the moment."),
)

#: Logins with a certificate (docs/domain.md, CA and seals).
LOGINS = (
    count("certificate_logins", "证书登录", "次", "Login attempts with a certificate."),
    count("certificate_failures", "证书登录失败", "次", "Attempts that were not accepted.", good="down"),
    rate(
        "certificate_failure_rate",
        "证书登录失败率",
        "certificate_failures / certificate_logins; null when there were none.",
        good="down",
        digits=2,
    ),
    count("expired_tried", "过期仍在使用", "张", "Distinct certificates used after they had expired.", good="down"),
)

RENEWALS = (
    Measure(
        "renewal_month",
        "到期月份",
        "Local month in which certificates expire (docs/domain.md, CA and seals: renewals).",
        format="month",
    ),
    count(
        "renewals", "应更新证书", "张", "Certificates in force that expire in the month (docs/domain.md, CA and seals)."
    ),
)

DUE = (
    Measure(
        "usual_30d",
        "通常30天到期",
        "Median of the certificates in force that expire in each 30 days of the 330 after the next 30.",
        unit="张",
        format="number:0",
    ),
    Measure(
        "expiring_times",
        "集中到期倍数",
        "expiring_30d / usual_30d; null where usual_30d is 0.",
        unit="倍",
        format="number:1",
        good="down",
    ),
    count("next_week", "随后一周到期", "张", "Certificates in force that expire in the seven days after the next 30."),
    count(
        "expiring_units",
        "证书即将失效单位",
        "家",
        "Units whose last certificate expires within a day, or expired within the last seven. A missing snapshot "
        "hides both units and renewals.",
        good="down",
        over_gap="unknown",
    ),
    Measure(
        "first_expires_at", "最早到期", "The earliest expiry among the units' last certificates.", format="datetime"
    ),
    count(
        "revoked_tried", "吊销后仍在使用", "张", "Distinct certificates used after they had been revoked.", good="down"
    ),
)

#: Windows of 30 days: the next one, and the rest of a year.
_WINDOWS, _WINDOW_S = 12, 30 * 86_400
#: Many units renew in the last days; reported are those that have not a day before, or within a week after.
_BEFORE_EXPIRY, _AFTER_EXPIRY = timedelta(days=1), timedelta(days=7)

MEASURES = catalogue((*change.with_changes((*STOCK, *LOGINS, *RENEWALS)), *DUE))


def stock(certificates: ir.Table, at: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Return certificates by their remaining time (docs/domain.md, CA and seals).

    Args:
        certificates: rows of ``ca.certificates``: one snapshot.
        at: the moment (aware) of the snapshot.
        by: columns of ``certificates`` that name a group: ``kind``, ``unit``.

    Returns:
        ``by`` and the measures of ``STOCK``, most in force first; one row when ``by`` is empty.
    """
    moment = ibis.literal(at)
    is_revoked = (certificates.state == "revoked") & (certificates.revoked_at <= moment).fill_null(True)
    is_valid = _in_force(certificates, at)

    def within(days: int) -> ir.BooleanValue:
        return is_valid & (certificates.expires_at <= ibis.literal(at + timedelta(days=days)))

    counted = certificates.aggregate(
        by=list(by),
        in_force=certificates.count(where=is_valid),
        expiring_30d=certificates.count(where=within(30)),
        expiring_60d=certificates.count(where=within(60)),
        expiring_90d=certificates.count(where=within(90)),
        expired=certificates.count(where=~is_revoked & (certificates.expires_at <= moment)),
        revoked=certificates.count(where=is_revoked),
    )
    return counted.order_by(ibis.desc("in_force"), *by)


def _was_active(certificates: ir.Table, at: datetime) -> ir.BooleanValue:
    """Return whether a certificate was issued and not revoked at a moment, which may lie before the snapshot."""
    moment = ibis.literal(at)
    is_revoked_later = ((certificates.state == "revoked") & (certificates.revoked_at > moment)).fill_null(False)
    is_issued = (certificates.issued_at <= moment).fill_null(True)
    return ((certificates.state == "active") | is_revoked_later) & is_issued


def _in_force(certificates: ir.Table, at: datetime) -> ir.BooleanValue:
    return _was_active(certificates, at) & (certificates.expires_at > ibis.literal(at))


def renewals(certificates: ir.Table, at: datetime, utc_offset_h: int) -> ir.Table:
    """Return the number of certificates in force that expire in each local month to come.

    Args:
        certificates: rows of ``ca.certificates``: one snapshot.
        at: the moment (aware) of the snapshot.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``renewal_month`` (its first day) and ``renewals``, in order; a month without any has no row.
    """
    valid = certificates.filter(_in_force(certificates, at))
    local = valid.expires_at + ibis.interval(hours=utc_offset_h)
    counted = valid.group_by(renewal_month=local.truncate("M").date()).aggregate(renewals=valid.count())
    return counted.order_by("renewal_month")


def expiring(certificates: ir.Table, at: datetime) -> ir.Table:
    """Return the certificates that expire within 30 days, and the usual number in 30 days of the following year.

    Args:
        certificates: rows of ``ca.certificates`` of one kind: one snapshot.
        at: the moment (aware) of the snapshot.

    Returns:
        One row: ``expiring_30d``, ``usual_30d``, ``expiring_times`` and ``next_week``.
    """
    moment = ibis.literal(at)
    valid = certificates.filter(_in_force(certificates, at))
    left = valid.expires_at.epoch_seconds() - moment.epoch_seconds()
    placed = valid.mutate(left=left, window=((left - 1) / _WINDOW_S).floor().cast("int64"))
    counts = [placed.count(where=placed.window == number) for number in range(_WINDOWS)]
    week = placed.count(where=(placed.left > _WINDOW_S) & (placed.left <= _WINDOW_S + 7 * 86_400))
    counted = placed.aggregate(**{f"w{number}": count for number, count in enumerate(counts)}, next_week=week)
    later = counted.select(
        "next_week", expiring_30d=counted.w0, later=ibis.array([counted[f"w{number}"] for number in range(1, _WINDOWS)])
    )
    listed = later.unnest("later")
    usual = listed.group_by("expiring_30d", "next_week").aggregate(usual_30d=listed.later.cast("float64").median())
    timed = usual.mutate(expiring_times=usual.expiring_30d / usual.usual_30d.nullif(0))
    return timed.select("expiring_30d", "usual_30d", "expiring_times", "next_week")


def expiring_units(certificates: ir.Table, at: datetime) -> ir.Table:
    """Return the units whose last certificate expires within a day, or expired lately, without a renewal.

    Args:
        certificates: rows of ``ca.certificates``: one snapshot.
        at: the moment (aware) of the snapshot.

    Returns:
        ``unit`` and ``expires_at``, the earliest first.
    """
    named = certificates.filter((certificates.kind == "unit") & certificates.unit.notnull())
    active = named.filter(_was_active(named, at))
    last = active.group_by("unit").aggregate(expires_at=active.expires_at.max())
    is_due = (last.expires_at <= ibis.literal(at + _BEFORE_EXPIRY)) & (
        last.expires_at > ibis.literal(at - _AFTER_EXPIRY)
    )
    return last.filter(is_due).order_by("expires_at", "unit")


def with_register(logins: ir.Table, certificates: ir.Table) -> ir.Table:
    """Return logins with ``is_contradicted``: whether the register says otherwise than their refusal did.

    A gateway refuses a certificate as revoked, or as expired, that was in force by the register of the CA: its list of
    revocations or its clock is wrong, and not the certificate (docs/domain.md, CA and seals: refused in force).

    Args:
        logins: rows of ``ca.logins``.
        certificates: rows of ``ca.certificates``: one snapshot, not older than the logins.
    """
    known = certificates.select(
        _id="certificate_id", _state="state", _revoked_at="revoked_at", _issued_at="issued_at", _expires_at="expires_at"
    ).distinct(on="_id")
    both = logins.left_join(known, logins.certificate_id == known["_id"])
    is_revoked_later = (both["_state"] == "revoked") & (both["_revoked_at"] > both.logged_in_at)
    is_unrevoked = (both["_state"] == "active") | is_revoked_later
    is_contradicted = ((both.reason == "revoked") & is_unrevoked) | (
        (both.reason == "expired") & (both["_expires_at"] > both.logged_in_at)
    )
    is_refused = both.outcome == "failure"
    return both.select(*logins.columns, is_contradicted=(is_refused & is_contradicted).fill_null(False))


def revoked_attempts(logins: ir.Table) -> ir.Table:
    """Return the number of certificates used after they had been revoked.

    Args:
        logins: rows of ``ca.logins`` of the period.

    Returns:
        One row: ``revoked_tried``.
    """
    is_attempt = (logins.outcome == "failure") & (logins.reason == "revoked")
    return logins.aggregate(revoked_tried=logins.certificate_id.nunique(where=is_attempt))


def logins(logins: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the logins with certificates and their failures (docs/domain.md, CA and seals).

    Args:
        logins: rows of ``ca.logins`` of the period.
        by: columns of ``logins`` that name a group: ``reason``, ``day``.

    Returns:
        ``by`` and the measures of ``LOGINS``, most first; one row when ``by`` is empty.
    """
    return _logins(logins, by).order_by(ibis.desc("certificate_logins"), *by)


def _logins(logins: ir.Table, by: Sequence[str]) -> ir.Table:
    is_failure = logins.outcome == "failure"
    counted = logins.aggregate(
        by=list(by),
        certificate_logins=logins.count(),
        certificate_failures=logins.count(where=is_failure),
        expired_tried=logins.certificate_id.nunique(where=is_failure & (logins.reason == "expired")),
    )
    rated = counted.mutate(certificate_failure_rate=counted.certificate_failures / counted.certificate_logins.nullif(0))
    return rated.select(*by, *(measure.name for measure in LOGINS))


def daily(logins: ir.Table, days: ir.Table) -> ir.Table:
    """Return ``logins`` of each day: 0 on a covered day without any, null on a gap; ordered by day.

    Args:
        logins: rows of ``ca.logins`` over the span of ``days``.
        days: the days of the span (metrics.days).
    """
    return fill_days(_logins(logins, ["day"]), days, MEASURES).order_by("day")
