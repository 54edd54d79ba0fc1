"""Which published reports somebody confirmed: by the sign-offs of the lake, and where in doubt they are taken to be.

A sign-off names a report as its writer calls it, and a period as he types it. One that names no report that is known
holds for every report of its period; one whose period cannot be read holds for every earlier period of its report.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ntanalytics.catalog import site_catalog
from ntanalytics.contract import dataset
from ntanalytics.delivery.catalogue import IssuedReport
from ntanalytics.errors import BadPeriod, LakeError
from ntanalytics.lake import DeltaLake, DuckReader
from ntanalytics.ledger import Ledger
from ntanalytics.periods import parse_period
from ntanalytics.settings import Settings

#: The dataset of the sign-offs; no policy removes a day of it.
SIGNOFFS = "desk.signoffs"

#: Older sign-offs than this are not enough to delete anything by.
_FRESH = dt.timedelta(days=7)


@dataclass(frozen=True)
class Signoff:
    """One sign-off, as it was typed."""

    signed_on: dt.date
    report: str
    period: str


def signoffs(settings: Settings) -> list[Signoff]:
    """Every sign-off that the lake holds, the earliest first.

    Raises:
        LakeError: the lake cannot be read.
    """
    lake = DeltaLake.of(settings)
    rows = DuckReader(lake).table(dataset(SIGNOFFS), lake.version(SIGNOFFS)).order_by("signed_on").to_pyarrow()
    return [Signoff(row["signed_on"], row["report"], row["period"]) for row in rows.to_pylist()]


def check_fresh(settings: Settings, ledger: Ledger, today: dt.date) -> None:
    """Refuse to judge by sign-offs that were not taken lately, where there are sources of them.

    Raises:
        LakeError: says which source, and when it was taken last.
    """
    taken = ledger.coverage.last_days()
    catalog = site_catalog(settings.queries)
    for name, source in settings.sources.items():
        feeds = source.product in catalog and SIGNOFFS in catalog[source.product].datasets
        if not feeds or (source.datasets and SIGNOFFS not in source.datasets):
            continue
        last = taken.get((SIGNOFFS, name))
        if last is None or last < today - _FRESH:
            raise LakeError(
                f"the sign-offs of {name} were last taken of {last or 'no day'}: what was signed since is not known",
                where=SIGNOFFS,
                todo=f"ntanalytics extract {SIGNOFFS} --from DAY --to {today - dt.timedelta(days=1)}",
            )


def signed_reports(
    reports: Iterable[IssuedReport], found: Iterable[Signoff], titles: Mapping[str, str]
) -> dict[str, str]:
    """The folders of the reports that are signed, each with why it is taken to be, in English.

    Args:
        reports: the published reports.
        found: the sign-offs.
        titles: report → title, of every report that is known.
    """
    issued = list(reports)
    names = {_plain(name): name for name in (*titles, *(each.report for each in issued))}
    names |= {_plain(title): name for name, title in titles.items()}
    names |= {_plain(each.title): each.report for each in issued}
    why: dict[str, str] = {}
    for signoff in found:
        report = names.get(_plain(signoff.report))
        try:
            period = parse_period(unicodedata.normalize("NFKC", signoff.period).strip(), dt.date(2000, 1, 1)).text
        except BadPeriod:
            period = None
        said = f"signed on {signoff.signed_on}"
        if report is None:
            said += f", as {signoff.report!r}, which names no report"
        if period is None:
            said += f", for {signoff.period!r}, which is no period"
        for each in issued:
            of_period = each.period.text == period if period else each.period.first <= signoff.signed_on
            if of_period and report in (None, each.report):
                why.setdefault(each.folder, said)
    return why


def _plain(text: str) -> str:
    """A name without what a writer may do otherwise: width, case, blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
