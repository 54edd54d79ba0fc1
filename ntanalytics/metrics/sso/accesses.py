"""Single sign-on: accesses to the applications behind the portal (docs/domain.md, Identity and SSO)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: Accesses (docs/domain.md, Identity and SSO).
ACCESSES = (
    count("accesses", "应用访问", "次", "Tickets requested."),
    replace(
        count(
            "refused_accesses",
            "访问被拒",
            "次",
            "Tickets that were not granted; null where accesses have no outcome.",
            good="down",
            over_gap="lower_bound",
        ),
        is_additive=False,
    ),
    rate(
        "access_failure_rate",
        "访问失败率",
        "refused_accesses / accesses with an outcome; null when there were none.",
        good="down",
        digits=2,
    ),
    count("access_users", "访问人数", "人", "Distinct accounts that were granted a ticket.", good="up"),
    Measure(
        "access_p95_ms",
        "访问耗时（95%以内）",
        "95th percentile of the time to a ticket in ms; null without durations in the source "
        "(docs/domain.md, Identity and SSO: access p95).",
        format="ms",
        good="down",
    ),
)

#: Applications that are used and not watched.
UNPROBED = count(
    "unprobed_apps",
    "未纳入探测的在用应用",
    "个",
    "Applications with an access a working day or more, of which no check asks whether they answer.",
    good="down",
)

MEASURES = catalogue((*change.with_changes(ACCESSES), UNPROBED))


def accesses(accesses: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return accesses to applications, in all or by application and day (docs/domain.md, Identity and SSO).

    Args:
        accesses: rows of ``sso.accesses`` of the period.
        by: columns of ``accesses`` that name a group: ``app_id``, ``day``.

    Returns:
        ``by`` and the measures of ``ACCESSES``, most first; one row when ``by`` is empty.
    """
    return _accesses(accesses, by).order_by(ibis.desc("accesses"), *by)


def _accesses(accesses: ir.Table, by: Sequence[str]) -> ir.Table:
    is_refused, is_known = (accesses.outcome == "failure").fill_null(False), accesses.outcome.notnull()
    counted = accesses.aggregate(
        by=list(by),
        accesses=accesses.count(),
        refused_accesses=accesses.count(where=is_refused),
        _known=accesses.count(where=is_known),
        access_users=accesses.account_id.nunique(where=~is_refused),
        access_p95_ms=accesses.duration_ms.quantile(0.95),
    )
    has_outcome = (counted["_known"] > 0) | (counted.accesses == 0)
    rated = counted.mutate(
        refused_accesses=has_outcome.ifelse(counted.refused_accesses, ibis.null("int64")),
        access_failure_rate=counted.refused_accesses / counted["_known"].nullif(0),
    )
    return rated.select(*by, *(measure.name for measure in ACCESSES))


def daily(accesses: ir.Table, days: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return ``accesses`` of each day: 0 on a covered day without any, null on a gap; ordered by day and group.

    Args:
        accesses: rows of ``sso.accesses`` over the span of ``days``.
        days: the days of the span (metrics.days).
        by: columns of ``accesses`` that name a group.
    """
    return fill_days(_accesses(accesses, ["day", *by]), days, MEASURES, by=by).order_by("day", *by)


def by_app(accesses: ir.Table, apps: ir.Table) -> ir.Table:
    """Return ``accesses`` of each application in use, with 0 for those without an access.

    Args:
        accesses: rows of ``sso.accesses`` of the period.
        apps: rows of ``sso.apps``: the snapshot at the period's end.

    Returns:
        ``app`` (the name, else the number where the application is unknown) and the measures of
        ``ACCESSES``, most first. Counts are 0 without an access.
    """
    named = apps.filter(apps.is_enabled).group_by(_app_id="app_id").aggregate(_app=apps.app.min())
    counted = _accesses(accesses, ["app_id"])
    joined = counted.outer_join(named, counted.app_id == named["_app_id"])
    filled = {
        measure.name: joined[measure.name].fill_null(0) if measure.is_additive else joined[measure.name]
        for measure in ACCESSES
    }
    filled["refused_accesses"] = joined.accesses.isnull().ifelse(0, joined.refused_accesses)
    shown = joined.select(app=ibis.coalesce(joined["_app"], joined.app_id), **filled)
    return shown.order_by(ibis.desc("accesses"), "app")
