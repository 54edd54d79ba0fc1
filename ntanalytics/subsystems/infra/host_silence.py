"""Hosts of which too little was heard to call them well, and hosts that are out of use (docs/domain.md, Infra)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import ibis

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY
from ntanalytics.metrics.infra import probes
from ntanalytics.metrics.infra.availability import UNMEASURED_SHARE
from ntanalytics.metrics.rows import rows

#: Time before the end in which a host that is heard has a check or a metric.
_HEARD_WITHIN = timedelta(hours=1)

#: Host → the last moment of which a check or a metric speaks; None where none of the last weeks does.
Silence = Mapping[str, datetime | None]


def out_of_use(context: CheckContext) -> frozenset[str]:
    """Return the hosts that monitoring no longer watches at the end of the period; none without a snapshot."""
    snapshot = context.dataset("infra.hosts")
    if not snapshot.sources or not snapshot.is_complete:
        return frozenset()
    return frozenset(row["host"] for row in rows(snapshot.table) if not row["is_monitored"])


def unmeasured(context: CheckContext) -> Silence:
    """Return the hosts in use of which more than 5 % of the period was not measured (docs/domain.md, Infra: host).

    A host without checks of its own is measured by its metrics, and one without either is not where its monitoring
    gives them of others.
    """
    checks = context.dataset("infra.checks", HISTORY)
    own = checks.table.filter(checks.table.kind.isin(probes.HOST_CHECKS))
    measured_s = {row["target"]: row["measured_s"] for row in rows(probes.measured_time(own, checks.known_end))}
    checked, metered, sources = _heard(context)
    needed_s = (1 - UNMEASURED_SHARE) * (checks.known_end - context.begins_at).total_seconds()
    unheard: dict[str, datetime | None] = {}
    for row in rows(context.dataset("infra.hosts").table):
        host = row["host"]
        if host in checked:
            is_measured = measured_s.get(host, 0.0) >= needed_s
        else:
            is_measured = metered[host] > context.begins_at if host in metered else row["source"] not in sources
        if row["is_monitored"] and not is_measured:
            unheard[host] = max((heard[host] for heard in (checked, metered) if host in heard), default=None)
    return unheard


def silent(context: CheckContext) -> Silence:
    """Return the hosts in use that were not measured, and of which the end of the period tells nothing any more."""
    since = context.dataset("infra.checks", HISTORY).known_end - _HEARD_WITHIN
    return {host: last for host, last in context.shared(unmeasured).items() if last is None or last < since}


def _heard(context: CheckContext) -> tuple[dict[str, datetime], dict[str, datetime], set[str]]:
    """Return host → end of its last check, host → end of its last metric, and the sources that gave them."""
    recent = context.dataset("infra.checks", HISTORY).recent
    own = recent.filter(recent.kind.isin(probes.HOST_CHECKS))
    metrics = context.dataset("infra.metrics", HISTORY).recent
    checked = rows(own.group_by("source", "target").aggregate(last_at=own.checked_at.max()))
    hours = metrics.group_by("source", "host").aggregate(
        last_at=(metrics.hour_at + ibis.interval(hours=1)).max().cast(metrics.hour_at.type())
    )
    metered = rows(hours)
    sources = {row["source"] for row in (*checked, *metered)}
    return (
        {row["target"]: row["last_at"] for row in checked},
        {row["host"]: row["last_at"] for row in metered},
        sources,
    )
