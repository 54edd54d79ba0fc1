"""Electronic seals: their state, the duration of each step, signings (docs/domain.md, CA and seals)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import Measure, catalogue, count, rate
from ntanalytics.metrics.slots import is_night

#: Seconds of a day.
_DAY_S = 86_400

#: Seals by state (docs/domain.md, CA and seals).
STOCK = (
    count("seals", "印章", "枚", "All seals."),
    Measure(
        "making_days_p50",
        "制章用时中位数",
        "Median of made_at − requested_at in days.",
        unit="天",
        format="number:1",
        good="down",
    ),
    Measure(
        "testing_days_p50",
        "测试用时中位数",
        "Median of tested_at − made_at in days.",
        unit="天",
        format="number:1",
        good="down",
    ),
    Measure("oldest_request_at", "最早申请", "The earliest request among the seals of the group.", format="datetime"),
)

#: Seals that wait (docs/domain.md, O11).
WAITING = (
    Measure(
        "waiting_days",
        "待测试",
        "The moment − made_at of a seal that was made and not tested, in whole days. A missing snapshot may hide a "
        "seal that waits longer.",
        over_gap="lower_bound",
        unit="天",
        format="number:0",
        good="down",
    ),
    Measure(
        "making_wait_days",
        "待制作",
        "The moment − requested_at of a seal that was requested and not made, in whole days. A missing snapshot may "
        "hide a seal that waits longer.",
        over_gap="lower_bound",
        unit="天",
        format="number:0",
        good="down",
    ),
)

MISUSE = (
    count(
        "suspended_signings",
        "停用印章签章",
        "次",
        "Successful signings with a seal that was suspended or revoked before the period and is so at its end.",
        good="down",
    ),
    count(
        "night_signings", "夜间签章", "次", "Successful signings with one seal between 22:00 and 06:00.", good="down"
    ),
)

#: Signings and verifications (docs/domain.md, CA and seals).
SIGNINGS = (
    count("signings", "签章", "次", "Signings with a seal."),
    count("signing_failures", "签章失败", "次", "Signings that failed.", good="down"),
    rate(
        "signing_failure_rate",
        "签章失败率",
        "signing_failures / signings; null when there were none.",
        good="down",
        digits=2,
    ),
    count("verifications", "验章", "次", "Verifications of a signature."),
    count("verification_failures", "验章失败", "次", "Verifications that failed.", good="down"),
)

MEASURES = catalogue((*change.with_changes((*STOCK, *SIGNINGS)), *WAITING, *MISUSE))


def stock(seals: ir.Table, by: Sequence[str] = ("state",)) -> ir.Table:
    """Return the seals by state, and the duration of the steps (docs/domain.md, CA and seals).

    Args:
        seals: rows of ``seal.seals``: one snapshot.
        by: columns of ``seals`` that name a group.

    Returns:
        ``by`` and the measures of ``STOCK``, most first; one row when ``by`` is empty.
    """
    making = seals.made_at.epoch_seconds() - seals.requested_at.epoch_seconds()
    testing = seals.tested_at.epoch_seconds() - seals.made_at.epoch_seconds()
    counted = seals.aggregate(
        by=list(by),
        seals=seals.count(),
        making_days_p50=(making / _DAY_S).quantile(0.5),
        testing_days_p50=(testing / _DAY_S).quantile(0.5),
        oldest_request_at=seals.requested_at.min(),
    )
    return counted.order_by(ibis.desc("seals"), *by)


def untested_seals(seals: ir.Table, at: datetime) -> ir.Table:
    """Return the seals that were made and wait for their test (docs/domain.md, CA and seals).

    Args:
        seals: rows of ``seal.seals``: one snapshot.
        at: the moment (aware) of the snapshot.

    Returns:
        ``seal_id``, ``unit``, ``made_at`` and ``waiting_days``, longest first.
    """
    made = seals.filter((seals.state == "made") & seals.tested_at.isnull() & (seals.made_at <= ibis.literal(at)))
    waited = ibis.literal(at).epoch_seconds() - made.made_at.epoch_seconds()
    shown = made.select("seal_id", "unit", "made_at", waiting_days=(waited / _DAY_S).floor())
    return shown.order_by(ibis.desc("waiting_days"), "seal_id")


def unmade_seals(seals: ir.Table, at: datetime) -> ir.Table:
    """Return the seals that were requested and wait to be made (docs/domain.md, CA and seals).

    Args:
        seals: rows of ``seal.seals``: one snapshot.
        at: the moment (aware) of the snapshot.

    Returns:
        ``seal_id``, ``unit``, ``requested_at`` and ``making_wait_days``, longest first.
    """
    is_open = seals.state.isin(["requested", "making"]) & seals.made_at.isnull()
    asked = seals.filter(is_open & (seals.requested_at <= ibis.literal(at)))
    waited = ibis.literal(at).epoch_seconds() - asked.requested_at.epoch_seconds()
    shown = asked.select("seal_id", "unit", "requested_at", making_wait_days=(waited / _DAY_S).floor())
    return shown.order_by(ibis.desc("making_wait_days"), "seal_id")


def suspended_signings(signings: ir.Table, seals: ir.Table, seals_before: ir.Table) -> ir.Table:
    """Return the signings with seals that are not in use (docs/domain.md, CA and seals: misuse).

    Args:
        signings: rows of ``seal.signings`` of a period.
        seals: the snapshot of ``seal.seals`` at its end.
        seals_before: the snapshot before it.

    Returns:
        ``seal_id``, ``unit`` and ``suspended_signings``, most first.
    """
    out = [snapshot.filter(snapshot.state.isin(["suspended", "revoked"])) for snapshot in (seals, seals_before)]
    always = out[0].select("seal_id", "unit").semi_join(out[1], "seal_id")
    signed = signings.filter((signings.operation == "sign") & (signings.outcome == "success"))
    counted = signed.group_by("seal_id").aggregate(suspended_signings=signed.count())
    used = counted.inner_join(always, "seal_id").select("seal_id", "unit", "suspended_signings")
    return used.order_by(ibis.desc("suspended_signings"), "seal_id")


def night_signings(signings: ir.Table, seals: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the signings of each seal by night (docs/domain.md, CA and seals: misuse).

    Args:
        signings: rows of ``seal.signings`` of a day.
        seals: a snapshot of ``seal.seals``.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``seal_id``, ``unit`` (null of a seal that is not in the register), ``night_signings``, ``first_signed_at`` and
        ``last_signed_at``, most first.
    """
    signed = signings.filter((signings.operation == "sign") & (signings.outcome == "success"))
    by_night = signed.filter(is_night(signed.signed_at, utc_offset_h) & signed.seal_id.notnull())
    counted = by_night.group_by("seal_id").aggregate(
        night_signings=by_night.count(),
        first_signed_at=by_night.signed_at.min(),
        last_signed_at=by_night.signed_at.max(),
    )
    owned = counted.left_join(seals.select("seal_id", "unit"), "seal_id")
    columns = ("seal_id", "unit", "night_signings", "first_signed_at", "last_signed_at")
    return owned.select(*columns).order_by(ibis.desc("night_signings"), "seal_id")


def signings(signings: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return signings, verifications and their failures (docs/domain.md, CA and seals).

    Args:
        signings: rows of ``seal.signings`` of the period.
        by: columns of ``signings`` that name a group: ``system``, ``day``.

    Returns:
        ``by`` and the measures of ``SIGNINGS``, most first; one row when ``by`` is empty.
    """
    return _signings(signings, by).order_by(ibis.desc("signings"), *by)


def _signings(signings: ir.Table, by: Sequence[str]) -> ir.Table:
    is_sign, is_failure = signings.operation == "sign", signings.outcome == "failure"
    counted = signings.aggregate(
        by=list(by),
        signings=signings.count(where=is_sign),
        signing_failures=signings.count(where=is_sign & is_failure),
        verifications=signings.count(where=~is_sign),
        verification_failures=signings.count(where=~is_sign & is_failure),
    )
    rated = counted.mutate(signing_failure_rate=counted.signing_failures / counted.signings.nullif(0))
    return rated.select(*by, *(measure.name for measure in SIGNINGS))


def daily(signings: ir.Table, days: ir.Table) -> ir.Table:
    """Return ``signings`` of each day: 0 on a covered day without any, null on a gap; ordered by day.

    Args:
        signings: rows of ``seal.signings`` over the span of ``days``.
        days: the days of the span (metrics.days).
    """
    return fill_days(_signings(signings, ["day"]), days, MEASURES).order_by("day")
