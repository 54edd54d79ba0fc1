"""Figures of the report on recommendations: trends over a quarter, and the forecast of capacity."""

from __future__ import annotations

from tests.truth.adoption import by_edition
from tests.truth.ca import CA
from tests.truth.figures import Figures, put, rate
from tests.truth.hosts import Hosts
from tests.truth.identity import Identity
from tests.truth.oa import MODULES, OA
from tests.truth.seal import Seals
from tests.truth.sms import SMS
from tests.truth.span import Span
from tests.truth.web import Web

QUARTER = 91


def trends(
    sms: SMS, web: Web, oa: OA, identity: Identity, certificates: CA, seals: Seals, hosts: Hosts, span: Span
) -> Figures:
    """Return the charts of a quarter, day by day, of the days that the sources have."""
    figures: Figures = {}
    for day in span.back(QUARTER).days:
        if not sms.is_whole(Span(day, day)):
            continue
        own, name = Span(day, day), day.isoformat()
        counts = seals.signings(own)
        put(figures, "trend-signings", name, {"signing_failure_rate": rate(counts["签章-failed"], counts["签章"])})
        total, failed = identity.total(own)
        put(figures, "trend-logins", name, {"login_failure_rate": rate(failed, total)})
        put(figures, "trend-expired", name, {"expired_tried": certificates.expired_tried(own)})
        put(figures, "trend-adoption", name, {"active": len(oa.daily(day))})
        for service in web.services:
            figures["trend-web", name, service] = web.volume(own, service)["error_rate"]
        fullest: dict[str, float] = {}
        for (host, _), peaks in hosts.peaks.items():
            fullest[host] = max(peaks[day], fullest.get(host, 0.0))
        for host, peak in fullest.items():
            figures["trend-capacity", name, host] = peak
    return figures | sms.days("trend-carriers", span, QUARTER, "delivery_rate")


def capacity(hosts: Hosts, oa: OA, certificates: CA, span: Span) -> Figures:
    """Return the disks with the days of their trend, the accounts by edition, and the certificates to renew."""
    figures: Figures = {}
    for (host, part), peaks in hosts.peaks.items():
        points = sorted((day, peak) for day, peak in peaks.items() if day in set(span.back(QUARTER).days))
        put(figures, "disks", f"{host}|{part}", {"used": points[-1][1], "days": len(points)})
    for edition, row in oa.levels(span, by_edition).items():
        put(figures, "accounts", edition, {name: row[name] for name in ("enabled", "active", "active_rate")})
    for month, expiring in certificates.renewals(span).items():
        put(figures, "renewals", month, {"renewals": expiring})
    return figures


def evidence(findings: Figures) -> Figures:
    """Return the values of findings as the bars of the evidence show them, by subject."""
    figures: Figures = {}
    for (_, row, column), value in findings.items():
        code, _, entity = row.partition(":")
        subject = entity.partition("/")[2]
        if column == "value" and code == "docexchange.returned_share":
            figures["evidence-returns", subject, "value"] = value
        elif column == "value" and code == "oa.handling":
            figures["evidence-handling", MODULES[subject], "value"] = value
    return figures
