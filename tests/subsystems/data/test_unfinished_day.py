"""A day that was extracted before its end: rows may still come, and none is missed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ntanalytics.extraction import Extractor
from ntanalytics.findings.finding import Finding, violations
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Period
from ntanalytics.subsystems import judge
from ntanalytics.workspace import Report, Workspace
from tests.city import UNTIL, City, copy_city

#: The Monday after the city's last day, of which its sources have nothing.
MONDAY = UNTIL + dt.timedelta(days=1)


def _judged(city: City, at: dt.datetime, datasets: list[str], *subsystems: str) -> list[Finding]:
    """Take the Monday at a moment, and return what its inspection finds."""
    at = at.replace(tzinfo=city.settings.zone)
    Extractor(city.settings, Ledger(city.settings.ledger), clock=lambda: at).extract(datasets, MONDAY, MONDAY)
    report = Report(Workspace(city.settings), "daily_inspection", "巡检", Period.day(MONDAY))
    return judge(report, subsystems).findings


def _missed(city: City, taken: dt.date) -> dict[str, object]:
    """Take the Monday at ten past six of a day; return the datasets that are told to be silent, with their days."""
    at = dt.datetime.combine(taken, dt.time(6, 10))
    return {
        finding.entity.identity: finding.value
        for finding in violations(_judged(city, at, ["oa.activities"], "data"))
        if finding.code in ("data.silent_days", "data.rows_fall")
    }


def test_a_source_is_silent_on_a_day_that_is_over_and_not_on_one_that_has_begun(
    written_city: Path, tmp_path: Path
) -> None:
    city = copy_city(written_city, tmp_path)
    assert _missed(city, MONDAY) == {}
    silent = _missed(city, MONDAY + dt.timedelta(days=1))
    assert silent
    assert set(silent.values()) == {1.0}


def test_nobody_has_waited_until_the_end_of_a_day_that_has_begun(written_city: Path, tmp_path: Path) -> None:
    city, waited = copy_city(written_city, tmp_path), []
    for day in (MONDAY, MONDAY + dt.timedelta(days=1)):
        found = _judged(city, dt.datetime.combine(day, dt.time(0, 10)), ["seal.seals"], "seal")
        waited += [finding.value for finding in found if finding.code == "seal.testing_days"]
    first, last = waited
    assert last == first + 1


def test_of_a_source_that_stopped_the_silence_is_told_and_nothing_is_called_well(
    written_city: Path, tmp_path: Path
) -> None:
    """Whether the messages stopped or their source did, nobody knows."""
    city = copy_city(written_city, tmp_path)
    tuesday = dt.datetime.combine(MONDAY + dt.timedelta(days=1), dt.time(6, 10))
    found = _judged(city, tuesday, ["im.messages", "im.sessions"], "im")
    silence = {finding.code: finding.details.get("is_doubtful") for finding in violations(found)}
    assert silence == {"im.lull": True}
    assert not [finding for finding in found if finding.status == "ok"]
