"""Published reports that somebody signed, by the sign-offs in the lake; in doubt a report counts as signed.

A sign-off names a report and a period as its writer typed them. A sign-off of an unknown report counts for every report
of its period; one with an unreadable period counts for every earlier period of its report.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ntanalytics.catalog import site_catalog
from ntanalytics.contract import dataset
from ntanalytics.delivery.issued_reports import IssuedReport
from ntanalytics.errors import BadPeriod, LakeError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.language import tr
from ntanalytics.ledger import Ledger
from ntanalytics.periods import parse_period
from ntanalytics.settings import Settings

#: Dataset of the sign-offs; no policy removes a day of it.
SIGNOFFS = "desk.signoffs"

#: Greatest age of the last extraction of sign-offs at which reports may be deleted.
_FRESH = dt.timedelta(days=7)


@dataclass(frozen=True)
class Signoff:
    """Sign-off with the texts that its writer typed."""

    signed_on: dt.date
    report: str
    period: str


def signoffs(settings: Settings) -> list[Signoff]:
    """Return every sign-off in the lake, the earliest first.

    Raises:
        LakeError: the lake cannot be read.
    """
    lake = DeltaLake.of(settings)
    rows = DuckReader(lake).table(dataset(SIGNOFFS), lake.version(SIGNOFFS)).order_by("signed_on").to_pyarrow()
    return [Signoff(row["signed_on"], row["report"], row["period"]) for row in rows.to_pylist()]


def check_fresh(settings: Settings, ledger: Ledger, today: dt.date) -> None:
    """Refuse sign-offs that were not extracted lately, if there are sources of them.

    Raises:
        LakeError: the message names the source and its last extraction.
    """
    last_days = ledger.coverage.last_days()
    catalog = site_catalog(settings.queries)
    for name, source in settings.sources.items():
        feeds = source.product in catalog and SIGNOFFS in catalog[source.product].datasets
        if not feeds or (source.datasets and SIGNOFFS not in source.datasets):
            continue
        last = last_days.get((SIGNOFFS, name))
        if last is None or last < today - _FRESH:
            raise LakeError(
                tr(
                    "the sign-offs of {name} were last taken of {last}: what was signed since is not known",
                    name=name,
                    last=last or tr("no day"),
                ),
                where=SIGNOFFS,
                todo=tr(
                    "ntanalytics extract {signoffs} --from DAY --to {today}",
                    signoffs=SIGNOFFS,
                    today=today - dt.timedelta(days=1),
                ),
            )


def signed_reports(
    reports: Iterable[IssuedReport], signed: Iterable[Signoff], titles: Mapping[str, str]
) -> dict[str, str]:
    """Return the folders of the signed reports, each with the English reason why it counts as signed.

    Args:
        reports: the published reports.
        signed: the sign-offs.
        titles: report → title of every known report.
    """
    issued = list(reports)
    names = {_normalized(name): name for name in (*titles, *(report.report for report in issued))}
    names |= {_normalized(title): name for name, title in titles.items()}
    names |= {_normalized(report.title): report.report for report in issued}
    reasons: dict[str, str] = {}
    for signoff in signed:
        name = names.get(_normalized(signoff.report))
        try:
            period = parse_period(unicodedata.normalize("NFKC", signoff.period).strip(), dt.date(2000, 1, 1)).text
        except BadPeriod:
            period = None
        reason = tr("signed on {signed_on}", signed_on=signoff.signed_on)
        if name is None:
            reason += tr(", as {report!r}, which names no report", report=signoff.report)
        if period is None:
            reason += tr(", for {period!r}, which is no period", period=signoff.period)
        for report in issued:
            is_of_period = report.period.text == period if period else report.period.first <= signoff.signed_on
            if is_of_period and name in (None, report.report):
                reasons.setdefault(report.folder, reason)
    return reasons


def _normalized(text: str) -> str:
    """Return a name without the differences of writers: width, case, blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
