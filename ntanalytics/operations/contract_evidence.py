"""Evidence of the contract that no retention policy may delete.

Reports, manifests and entries of the ledger prove the duties of a contract year. They stay for ``contract_months``
after its end. While its acceptance is open, the days of the lake that prove the duties stay, too.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ntanalytics.delivery.issued_reports import IssuedReport
from ntanalytics.language import tr
from ntanalytics.settings import Settings

#: Report by which a contract year is accepted.
ACCEPTANCE = "acceptance"

#: Months after the end of a contract year in which its acceptance is open unless it is signed.
_OPEN_MONTHS = 12


@dataclass(frozen=True)
class ContractEvidence:
    """Days from which the evidence of a contract stays.

    Attributes:
        kept_since: the first day of the earliest contract year whose evidence is kept; None without a contract.
        open_since: the first day of the earliest contract year whose acceptance is open; None without a contract.
        why_kept: the reason for what is kept, in English.
    """

    kept_since: dt.date | None = None
    open_since: dt.date | None = None
    why_kept: str = ""

    def keeps(self, report: IssuedReport) -> bool:
        """Return whether a report is evidence that stays; the page of a unit is none."""
        is_late = self.kept_since is not None and report.period.last >= self.kept_since
        return is_late and "unit" not in report.parameters


def contract_evidence(
    settings: Settings, issued: Collection[IssuedReport], signed: Collection[str], today: dt.date
) -> ContractEvidence:
    """Return the evidence of the contract of a site.

    Earlier contract years are those before the present one, a year each: the service is signed year by year.

    Args:
        settings: the site; without ``site.contract`` there is no evidence of a contract.
        issued: the published reports.
        signed: folders of the signed reports.
        today: the local day.
    """
    contract, months = settings.site.contract, settings.retention.contract_months
    if contract is None:
        return ContractEvidence()
    accepted = {report.period.last for report in issued if report.report == ACCEPTANCE and report.folder in signed}
    kept = opened = contract.begins
    for first, last in _years_before(contract.begins):
        if _months_later(last, max(months, _OPEN_MONTHS)) < today:
            break
        if _months_later(last, months) >= today:
            kept = first
        if _months_later(last, _OPEN_MONTHS) >= today and last not in accepted:
            opened = first
    why = tr(
        "evidence of the contract years since {kept}, kept {months} months after their end", kept=kept, months=months
    )
    return ContractEvidence(kept, opened, why)


def _years_before(begins: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """Yield the first and the last day of each contract year before a day, the latest first."""
    while begins.year > 1:
        first = _months_later(begins, -12)
        yield first, begins - dt.timedelta(days=1)
        begins = first


def _months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later, or the last of a shorter month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
