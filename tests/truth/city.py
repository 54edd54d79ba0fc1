"""Demo cities whose records are read without extraction, and the second computation over their sources."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ntanalytics.demo import Destinations, write_estate
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.settings import ENVIRONMENT, load
from tests.truth import adoption, advice, data, docexchange, sms_figures
from tests.truth.backups import Backups
from tests.truth.ca import CA
from tests.truth.desk import Desk
from tests.truth.figures import Figures
from tests.truth.hosts import Hosts
from tests.truth.identity import SSO, Identity
from tests.truth.im import IM
from tests.truth.oa import OA
from tests.truth.probes import Probes
from tests.truth.records import figures_of, record
from tests.truth.seal import Seals
from tests.truth.service import Service
from tests.truth.sms import SMS
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, span_of
from tests.truth.web import Web


@dataclass(frozen=True)
class Plan:
    """City to write: its seed, its days, and the periods of its reports."""

    seed: int
    until: dt.date
    days: int
    week: str
    day: str


class City:
    """Written city with its lake."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.sources = Sources(folder, plan.until, plan.days)

    @classmethod
    def write(cls, folder: Path, plan: Plan, scale: float) -> City:
        """Write a city and extract its whole past."""
        estate = write_estate(
            folder, until=plan.until, days=plan.days, seed=plan.seed, scale=scale,
            destinations=Destinations(outputs=folder / "outputs"),
        )  # fmt: skip
        settings = load(estate.config)
        extractor = Extractor(settings, Ledger(settings.ledger), clock=estate.clock)
        failed = [result.error for result in extractor.extract([], estate.first, plan.until) if result.error]
        assert not failed, failed
        return cls(folder, plan)

    def shown(self, report: str, period: str) -> Figures:
        """Return the figures of a report's record."""
        before = os.environ.get(ENVIRONMENT)
        os.environ[ENVIRONMENT] = str(self.folder / "ntanalytics.yml")
        try:
            return figures_of(record(report, period))
        finally:
            if before is None:
                del os.environ[ENVIRONMENT]
            else:
                os.environ[ENVIRONMENT] = before

    def true(self, report: str, period: str) -> Figures:
        """Return the figures of the second computation."""
        span = span_of(period)
        if report == "sms_volume":
            bills = sms_figures.reconciliation(self.sms, span, self.sources) | sms_figures.costs(span, self.sources)
            return sms_figures.volume_report(self.sms, span) | bills
        if report == "oa_adoption":
            return adoption.city(self.oa, span) | Service(self.sources, self.oa, self.sms, self.im).city(span)
        if report == "daily_inspection":
            return self._daily(span)
        return self._weekly(span) if report == "weekly_service_report" else self._advice(span)

    def _weekly(self, span: Span) -> Figures:
        figures = sms_figures.weekly(self.sms, span) | adoption.weekly(self.oa, span)
        figures |= docexchange.weekly(self.exchange, span) | self.desk.weekly(span)
        figures |= self.identity.weekly(span) | self.sso.weekly(span) | self.im.weekly(span)
        figures |= self.ca.weekly(span) | self.seals.weekly(span)
        figures |= self.web.table("services", span) | self.web.findings(span) | self.probes.weekly(span)
        figures |= self.hosts.disks(span) | self.hosts.findings(span)
        return figures | self.backups.table(span) | self.backups.findings(span)

    def _daily(self, span: Span) -> Figures:
        figures = sms_figures.daily(self.sms, span) | self.exchange.findings(span) | self.desk.daily(span)
        last = span.first.replace(day=1) - DAY  # the bills are those of the month before
        figures |= sms_figures.reconciliation(self.sms, Span(last.replace(day=1), last), self.sources)
        empty = () if self.sources.sheet("运营商账单") else ("desk/sms.bills",)
        figures |= adoption.daily(self.oa, span) | data.daily(self.folder, empty)
        figures |= self.identity.findings(span) | self.sso.findings(span) | self.im.daily(span) | self.ca.daily(span)
        figures |= self.seals.findings(span) | self.web.daily(span) | self.probes.daily(span) | self.hosts.daily(span)
        return figures | self.backups.table(span) | self.backups.findings(span)

    def _advice(self, span: Span) -> Figures:
        figures = advice.trends(
            self.sms, self.web, self.oa, self.identity, self.ca, self.seals, self.hosts, span
        ) | advice.capacity(self.hosts, self.oa, self.ca, span)
        parts = (
            self.exchange,
            self.desk,
            self.identity,
            self.sso,
            self.ca,
            self.seals,
            self.web,
            self.probes,
            self.hosts,
        )
        findings = sms_figures.findings(self.sms, span, "basis") | adoption.findings(self.oa, span, "basis")
        for part in (*parts, self.backups):
            findings |= part.findings(span, "basis")
        return figures | findings | advice.evidence(findings)

    @cached_property
    def sms(self) -> SMS:
        """Return the messages."""
        return SMS(self.sources)

    @cached_property
    def oa(self) -> OA:
        """Return the accounts, actions and tasks."""
        return OA(self.sources)

    @cached_property
    def exchange(self) -> docexchange.Exchange:
        """Return the documents and deliveries."""
        return docexchange.Exchange(self.sources)

    @cached_property
    def desk(self) -> Desk:
        """Return the workbook."""
        return Desk(self.sources)

    @cached_property
    def identity(self) -> Identity:
        """Return the logins and accounts."""
        return Identity(self.sources)

    @cached_property
    def sso(self) -> SSO:
        """Return the accesses."""
        return SSO(self.sources)

    @cached_property
    def im(self) -> IM:
        """Return the messages of instant messaging."""
        return IM(self.sources)

    @cached_property
    def ca(self) -> CA:
        """Return the certificates."""
        return CA(self.sources)

    @cached_property
    def seals(self) -> Seals:
        """Return the seals."""
        return Seals(self.sources)

    @cached_property
    def web(self) -> Web:
        """Return the requests."""
        return Web(self.sources)

    @cached_property
    def probes(self) -> Probes:
        """Return the checks."""
        return Probes(self.sources)

    @cached_property
    def hosts(self) -> Hosts:
        """Return the hosts."""
        return Hosts(self.sources)

    @cached_property
    def backups(self) -> Backups:
        """Return the backups."""
        return Backups(self.sources)
