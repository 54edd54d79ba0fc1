"""Hosts of which too little was heard to call them well, and hosts that are out of use (docs/domain.md, Infra)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import ibis

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY
from ntanalytics.metrics.infra import probes
from ntanalytics.metrics.infra.availability import UNMEASURED_SHARE
from ntanalytics.metrics.rows import rows

#: Time before the end in which a host that is heard has a check or a metric.
_HEARD_WITHIN = timedelta(hours=1)

#: What tells of hosts whether they are heard and in use, with days of history.
HOSTS_READS: Mapping[str, int] = MappingProxyType({"infra.hosts": 0, "infra.checks": HISTORY, "infra.metrics": HISTORY})

#: Host → the last moment of which a check or a metric speaks; None where none of the last weeks does.
Silence = Mapping[str, datetime | None]

#: Source and host → the last moment of which one of its checks, or one of its metrics, speaks.
Heard = Mapping[tuple[str, str], datetime]


def out_of_use(context: CheckContext) -> frozenset[str]:
    """Return the hosts that monitoring no longer watches or has at the end of the period (docs/domain.md, Infra: host).

    Nobody knows it without a snapshot, nor of a host whose checks and metrics come from sources without one.
    """
    snapshot = context.dataset("infra.hosts")
    if not snapshot.sources or not snapshot.is_complete:
        return frozenset()
    listed = rows(snapshot.table)
    watched = {row["host"] for row in listed if row["is_monitored"]}
    heard = {host for of_hosts in context.shared(_heard) for source, host in of_hosts if source in snapshot.sources}
    return frozenset(heard.union(row["host"] for row in listed) - watched)


def unmeasured(context: CheckContext) -> Silence:
    """Return the hosts in use of which more than 5 % of the period was not measured (docs/domain.md, Infra: host).

    A host without checks of its own is measured by its metrics, and one without either is not where its monitoring
    gives them of others.
    """
    checks = context.dataset("infra.checks", HISTORY)
    own = checks.table.filter(checks.table.kind.isin(probes.HOST_CHECKS))
    measured_s = {row["target"]: row["measured_s"] for row in rows(probes.measured_time(own, checks.known_end))}
    heard = context.shared(_heard)
    sources = {source for of_hosts in heard for source, _ in of_hosts}
    checked, metered = ({host: last for (_, host), last in of_hosts.items()} for of_hosts in heard)
    needed_s = (1 - UNMEASURED_SHARE) * (checks.known_end - context.begins_at).total_seconds()
    unheard: dict[str, datetime | None] = {}
    for row in rows(context.dataset("infra.hosts").table):
        host = row["host"]
        if host in checked:
            is_measured = measured_s.get(host, 0.0) >= needed_s
        else:
            is_measured = metered[host] > context.begins_at if host in metered else row["source"] not in sources
        if row["is_monitored"] and not is_measured:
            unheard[host] = max((last[host] for last in (checked, metered) if host in last), default=None)
    return unheard


def silent(context: CheckContext) -> Silence:
    """Return the hosts in use that were not measured, and of which the end of the period tells nothing any more."""
    since = context.dataset("infra.checks", HISTORY).known_end - _HEARD_WITHIN
    return {host: last for host, last in context.shared(unmeasured).items() if last is None or last < since}


def _heard(context: CheckContext) -> tuple[Heard, Heard]:
    """Return the ends of the last checks and of the last metrics of the last weeks."""
    recent = context.dataset("infra.checks", HISTORY).recent
    own = recent.filter(recent.kind.isin(probes.HOST_CHECKS))
    metrics = context.dataset("infra.metrics", HISTORY).recent
    checked = own.group_by("source", host=own.target).aggregate(last_at=own.checked_at.max())
    metered = metrics.group_by("source", "host").aggregate(
        last_at=(metrics.hour_at + ibis.interval(hours=1)).max().cast(metrics.hour_at.type())
    )
    of_checks, of_metrics = (
        {(row["source"], row["host"]): row["last_at"] for row in rows(table)} for table in (checked, metered)
    )
    return of_checks, of_metrics
