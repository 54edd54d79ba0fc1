"""Applications in use that no probe covers."""

from __future__ import annotations

import datetime as dt

from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems.sso import SUBSYSTEM
from ntanalytics.subsystems.sso.probe_coverage import unprobed
from tests.subsystems.made import ON, at, judge

FRIDAY = ON - dt.timedelta(days=7)
WEEK = Period.week(FRIDAY)


def _check(subsystem: str, target: str, kind: str = "http") -> dict[str, str]:
    return {"subsystem": subsystem, "target": target, "kind": kind}


def _app(key: str, name: str) -> dict[str, str]:
    return {"app_id": key, "app": name}


CHECKS = [
    _check("oa", "https://oa.nantong.example/"), _check("infra", "https://share.nantong.example/"),
    _check("infra", "财政一体化"), _check("infra", "archive-app-1", "agent"), _check("seal", "seal-db-1", "ping"),
]  # fmt: skip


def test_an_application_is_covered_by_its_id_its_name_or_its_subsystem() -> None:
    apps = [
        _app("oa-general", "协同办公（通用版）"), _app("7", "协同办公（市委版）"), _app("share", "资料共享"),
        _app("finance", "财政一体化"),
    ]  # fmt: skip
    assert unprobed(apps, CHECKS) == []


def test_a_host_that_answers_is_no_application_that_does() -> None:
    assert unprobed([_app("archive", "数字档案室"), _app("seal", "电子印章")], CHECKS) == ["数字档案室", "电子印章"]


def _weekly(opened: int, **more: object) -> list[Finding]:
    accesses = [
        {"access_id": str(n), "accessed_at": at(FRIDAY, 10), "app_id": "hotline", "outcome": "success", "day": FRIDAY}
        for n in range(opened)
    ]  # fmt: skip
    apps = [{**_app("hotline", "12345热线工单"), "is_enabled": True}]
    checks = [{**row, "checked_at": at(FRIDAY, 9), "is_up": True, "day": FRIDAY} for row in CHECKS]
    data = {"sso.accesses": accesses, "sso.apps": apps, "infra.checks": checks}
    return judge(SUBSYSTEM, ["sso.unprobed_apps"], data, period=WEEK, **more)  # type: ignore[arg-type]


def test_the_weekly_report_names_what_is_used_and_not_probed() -> None:
    (finding,) = _weekly(30)
    assert (finding.status, finding.value, finding.details["apps"]) == ("warning", 1, ("12345热线工单",))


def test_what_hardly_anybody_opens_is_not_in_use() -> None:
    (finding,) = _weekly(4)  # five working days
    assert (finding.status, finding.value) == ("ok", 0)


def test_over_a_gap_of_the_checks_it_is_unknown() -> None:
    (finding,) = _weekly(30, gaps=(FRIDAY,))
    assert finding.status == "unknown"


def test_where_accesses_name_no_application_more_may_be_in_use() -> None:
    lacking = {"sso.accesses": ("app_id",)}
    (finding,) = _weekly(30, unfilled=lacking)
    assert (finding.status, finding.certainty) == ("warning", "lower_bound")
    (finding,) = _weekly(4, unfilled=lacking)
    assert finding.status == "unknown"
