"""Certificates from the tables of the certification authority, and logins with them from the log of the gateway."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass

from tests.truth.figures import Figures, change_rate, median, put, rate
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, local

KINDS = {"单位证书": "unit", "个人证书": "personal"}

_CERTIFICATES = """
SELECT c.fingerprint, p.certificateProfileName, c.subjectDN, c.notBefore, c.expireDate, c.status,
       CASE WHEN c.revocationDate > 0 AND c.revocationReason NOT IN (-1, 8) THEN c.revocationDate END
FROM CertificateData c JOIN CertificateProfileData p ON p.id = c.certificateProfileId WHERE c.type = 1
"""


@dataclass(frozen=True)
class Certificate:
    """Certificate of a unit or a person."""

    number: str
    kind: str
    unit: str
    issued_at: dt.datetime
    expires_at: dt.datetime
    status: int
    revoked_at: dt.datetime | None

    def is_revoked(self, at: dt.datetime) -> bool:
        """Return whether it had been revoked."""
        return self.status == 40 and (self.revoked_at is None or self.revoked_at <= at)

    def is_in_force(self, at: dt.datetime) -> bool:
        """Return whether it was issued, not revoked and not expired."""
        is_active = self.status in (20, 21) or (self.status == 40 and not self.is_revoked(at))
        return is_active and self.issued_at <= at < self.expires_at


@dataclass(frozen=True)
class Login:
    """Attempt to log in with a certificate."""

    at: dt.datetime
    certificate: str
    is_success: bool
    reason: str


class CA:
    """Certificates and logins of a city."""

    def __init__(self, sources: Sources) -> None:
        self.certificates = {
            number: Certificate(
                number, KINDS[profile], subject, local(begin / 1000), local(end / 1000), status,
                local(revoked / 1000) if revoked else None,
            )
            for number, profile, subject, begin, end, status, revoked in sources.rows("ejbca", _CERTIFICATES)
        }  # fmt: skip
        self.logins = []
        for _, line in sources.lines("ca-gateway/*.log*"):
            entry = json.loads(line)
            verified = entry["ssl_client_verify"]
            is_success = verified == "SUCCESS" and int(entry["status"]) < 400
            at = dt.datetime.fromisoformat(entry["time_iso8601"]).replace(tzinfo=None)
            self.logins.append(Login(at, entry["ssl_client_fingerprint"], is_success, verified))

    def of(self, span: Span) -> list[Login]:
        """Return the logins of a span."""
        return [login for login in self.logins if span.since <= login.at < span.until]

    def expired_tried(self, span: Span) -> int:
        """Return the distinct certificates that were used after their end."""
        tried = set()
        for login in self.of(span):
            certificate = self.certificates.get(login.certificate)
            if certificate is not None and certificate.expires_at <= login.at:
                tried.add(login.certificate)
        return len(tried)

    def stock(self, at: dt.datetime, kind: str) -> dict[str, float | None]:
        """Return the certificates of a kind by their remaining time."""
        chosen = [certificate for certificate in self.certificates.values() if certificate.kind == kind]
        valid = [certificate for certificate in chosen if certificate.is_in_force(at)]
        within = {
            f"expiring_{days}d": sum(certificate.expires_at <= at + days * DAY for certificate in valid)
            for days in (30, 60, 90)
        }
        return {
            "in_force": len(valid),
            **within,
            "expired": sum(item.expires_at <= at and not item.is_revoked(at) for item in chosen),
            "revoked": sum(certificate.is_revoked(at) for certificate in chosen),
        }

    def kinds(self, span: Span) -> Figures:
        """Return the certificates by kind at the end of a span."""
        figures: Figures = {}
        for words, kind in KINDS.items():
            put(figures, "certificates", words, self.stock(span.until, kind))
        return figures

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks."""
        figures: Figures = {}
        logins = self.of(span)
        failed = sum(not login.is_success for login in logins)
        row = "ca.certificate_failure_rate:subsystem/ca"
        put(figures, block, row, {"value": rate(failed, len(logins)), "count": len(logins)})
        figures[block, "ca.expired_tried:subsystem/ca", "value"] = self.expired_tried(span)
        expiring = sum(self.stock(span.until, kind)["expiring_30d"] or 0 for kind in KINDS.values())
        figures[block, "ca.expiring_30d:subsystem/ca", "value"] = expiring
        return figures

    def weekly(self, span: Span) -> Figures:
        """Return the figures of the weekly report."""
        figures = self.kinds(span) | self.findings(span)
        change = change_rate(len(self.of(span)), len(self.of(span.before())))
        figures["systems", "CA证书", "change-words"] = change
        for place, day in enumerate(reversed(span.back(35).days)):
            figures["systems", "CA证书", f"drawn-{place}"] = len(self.of(Span(day, day)))
        return figures

    def daily(self, span: Span) -> Figures:
        """Return the figures of the daily inspection."""
        figures = self.kinds(span) | self.findings(span)
        revoked = {login.certificate for login in self.of(span) if login.reason == "FAILED:certificate revoked"}
        figures["board", "ca.revoked_tried:subsystem/ca", "value"] = len(revoked)
        figures["board", "ca.surveillance:subject/ca.logins", "value"] = len(self.of(span))
        return figures | self._expiring_times(span) | self._expiring_units(span)

    def _expiring_times(self, span: Span) -> Figures:
        """Return the personal certificates that expire within 30 days, against the usual number."""
        figures: Figures = {}
        at = span.until
        valid = [item for item in self.certificates.values() if item.kind == "personal" and item.is_in_force(at)]

        def between(first: int, last: int) -> int:
            return sum(at + first * DAY < certificate.expires_at <= at + last * DAY for certificate in valid)

        due, usual = between(0, 30), median(float(between(30 * n, 30 * n + 30)) for n in range(1, 12))
        values = {
            "value": rate(due, usual),
            "expiring": due,
            "count": due,
            "usual": usual,
            "next_week": between(30, 37),
        }
        put(figures, "board", "ca.expiring_times:certificate_kind/personal", values)
        return figures

    def _expiring_units(self, span: Span) -> Figures:
        """Return the units whose last certificate expires within a day, or expired within seven."""
        last: dict[str, dt.datetime] = {}
        for item in self.certificates.values():
            if item.kind == "unit" and item.status in (20, 21):
                last[item.unit] = max(item.expires_at, last.get(item.unit, item.expires_at))
        late = sum(span.until - 7 * DAY < end <= span.until + DAY for end in last.values())
        return {("board", "ca.expiring_units:certificate_kind/unit", "value"): late}

    def renewals(self, span: Span) -> Counter[str]:
        """Return the certificates in force by the month in which they expire."""
        valid = (item for item in self.certificates.values() if item.is_in_force(span.until))
        return Counter(item.expires_at.strftime("%Y-%m-01") for item in valid)
