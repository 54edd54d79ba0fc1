"""The duty of backups and the inspection say the same of a plan: how late it is, and which plan it is."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.periods import Period
from ntanalytics.report_content.duties.duty import Fact
from ntanalytics.report_content.duties.duty import judge as judge_duty
from ntanalytics.report_content.duties.listing import DUTIES
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.report_content.duties.contract_year import DAY, Year
from tests.subsystems.made import Row, at, judge

MONTH = Period.month(dt.date(2025, 11, 1))


def _run(started_at: dt.datetime, plan: str = "oa", source: str = "test") -> Row:
    day = (started_at + dt.timedelta(hours=8)).date()
    return {
        "backup_id": f"{source}{plan}{started_at}", "plan": plan, "level": "full", "medium": "online",
        "outcome": "success", "started_at": started_at, "day": day, "source": source,
    }  # fmt: skip


def _nights(first: dt.date, last: dt.date, **more: str) -> list[Row]:
    return [_run(at(first + number * DAY, 2), **more) for number in range((last - first).days + 1)]


def _duty(runs: list[Row]) -> dict[str, Fact]:
    facts = judge_duty(DUTIES["online_backups"], Year({"infra.backups": runs}).span(MONTH)).facts
    return {fact.subject: fact for fact in facts}


def _inspection(runs: list[Row]) -> dict[str, tuple[str, float | None]]:
    found = judge(SUBSYSTEM, ["infra.backup_lateness"], {"infra.backups": runs}, period=MONTH)
    return {finding.entity.key: (finding.status, finding.value) for finding in found}


@pytest.mark.parametrize(
    ("last", "hours", "result", "status"), [(29, 46, "met", "warning"), (28, 70, "short", "critical")]
)
def test_a_plan_that_became_rarer_is_late_by_its_last_seven_intervals(
    last: int, hours: int, result: str, status: str
) -> None:
    # hourly until 15 October, nightly since: at the month's end the success of the 29th is 46 hours old. These are 1.9
    # of the 24 hours between the last eight, and 46 of the hour that is the median of five weeks
    hourly = [_run(at(dt.date(2025, 10, 1), hour)) for hour in range(15 * 24)]
    runs = [*hourly, *_nights(dt.date(2025, 10, 16), dt.date(2025, 11, last))]
    assert _inspection(runs) == {"oa": (status, pytest.approx(hours / 24))}
    assert _duty(runs)["oa"].result == result


def test_two_sources_with_a_plan_of_one_name_have_two_plans() -> None:
    # one stopped on the 20th: 10 days and 22 hours of a day each are 10.9 intervals; the other hides nothing of it
    first = dt.date(2025, 10, 1)
    runs = [*_nights(first, dt.date(2025, 11, 20), source="bacula"), *_nights(first, MONTH.last, source="restic")]
    assert _inspection(runs) == {
        "oa（bacula）": ("critical", pytest.approx(262 / 24)),
        "oa（restic）": ("ok", pytest.approx(22 / 24)),
    }
    facts = _duty(runs)
    assert {name: fact.result for name, fact in facts.items()} == {"oa（bacula）": "short", "oa（restic）": "met"}
    assert facts["oa（bacula）"].reason == "11月20日 02:00后10 天 22 小时没有成功的备份"
