"""Availability of a system of which a target is not checked any more; small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.settings import SourceSettings
from ntanalytics.subsystems import subsystem
from tests.subsystems.infra.test_host_silence import checks, host
from tests.subsystems.made import ON, Row, judge

CODE = "infra.availability"
PAGE, OTHER = "https://oa.nantong.example/", "https://wecom.nantong.example/oa/"
WEEK = Period.week(ON)


def page(target: str, days: list[dt.date]) -> list[Row]:
    return [{**row, "kind": "http", "subsystem": "oa"} for day in days for row in checks(target, day)]


def days(first: int, last: int) -> list[dt.date]:
    """Return the days from some days before the Friday to others."""
    return [ON - dt.timedelta(days=back) for back in range(first, last - 1, -1)]


def judged(rows: list[Row], **more: Any) -> Finding:
    [found] = judge(subsystem("infra"), [CODE], {"infra.checks": rows, "infra.hosts": [host("a")]}, **more)
    return found


@pytest.mark.parametrize(
    ("last_seen", "status"), [(0, "ok"), (1, "unknown"), (3, "unknown"), (7, "unknown"), (8, "ok")]
)
def test_a_page_that_was_not_checked_all_day_may_be_down(last_seen: int, status: str) -> None:
    found = judged([*page(PAGE, days(10, 0)), *page(OTHER, days(10, last_seen))])
    assert found.status == status
    assert found.details.get("target") == (OTHER if status == "unknown" else None)


def test_a_system_whose_only_page_was_not_checked_is_not_left_out() -> None:
    found = judged(page(PAGE, days(10, 2)))
    assert (found.entity.key, found.status) == ("oa", "unknown")


@pytest.mark.parametrize(("named", "status"), [((PAGE,), "ok"), ((PAGE, OTHER), "unknown")])
@pytest.mark.parametrize("period", [Period.day(ON), WEEK])
def test_a_page_that_the_settings_name_no_more_hides_nothing(
    named: tuple[str, ...], status: str, period: Period
) -> None:
    probe = SourceSettings(product="probe", targets=[{"subsystem": "oa", "url": url} for url in named])  # type: ignore[arg-type]
    rows = [*page(PAGE, days(10, -2)), *page(OTHER, days(10, 3))]
    assert judged(rows, sources={"test": probe}, period=period).status == status


@pytest.mark.parametrize(("is_monitored", "status"), [(False, "ok"), (True, "unknown")])
def test_a_host_that_monitoring_watches_no_more_hides_nothing(is_monitored: bool, status: str) -> None:
    rows = [row for name, last in (("a", -2), ("b", 3)) for day in days(10, last) for row in checks(name, day)]
    hosts = [host("a"), host("b", is_monitored=is_monitored)]
    [found] = judge(subsystem("infra"), [CODE], {"infra.checks": rows, "infra.hosts": hosts}, period=WEEK)
    assert found.status == status


def test_a_host_that_was_deleted_from_monitoring_hides_nothing() -> None:
    """Zabbix has no row of a host that was deleted."""
    rows = [row for name, last in (("a", -2), ("b", 3)) for day in days(10, last) for row in checks(name, day)]
    [found] = judge(subsystem("infra"), [CODE], {"infra.checks": rows, "infra.hosts": [host("a")]}, period=WEEK)
    assert found.status == "ok"


@pytest.mark.parametrize("was", [{"kind": "tls"}, {"subsystem": "im"}, {"source": "probe_of_old"}])
def test_a_page_that_is_checked_otherwise_now_is_no_other_one(was: Row) -> None:
    formerly = [{**row, **was} for row in page(OTHER, days(10, 1))]
    found = judge(
        subsystem("infra"),
        [CODE],
        {"infra.checks": [*page(PAGE, days(10, 0)), *formerly, *page(OTHER, [ON])], "infra.hosts": [host("a")]},
    )
    assert {item.status for item in found} == {"ok"}


def test_what_a_source_told_that_the_site_no_longer_has_hides_nothing() -> None:
    gone = [{**row, "source": "removed"} for row in page(OTHER, days(10, 1))]
    assert judged([*page(PAGE, days(10, 0)), *gone]).status == "ok"


@pytest.mark.parametrize(
    ("down_min", "status", "highest"),
    [(5, "unknown", None), (20, "warning", 1 - 1_200 / 604_800), (120, "critical", 1 - 7_200 / 604_800)],
)
def test_over_a_gap_the_target_is_missed_where_no_hidden_time_can_keep_it(
    down_min: int, status: str, highest: float | None
) -> None:
    """Of the week the Thursday is missing; on the Friday the page was down, for 605 s at most where 99.9 % is kept."""
    begin = dt.datetime.combine(ON, dt.time(1), dt.UTC)
    rows = [
        {**row, "is_up": not begin <= row["checked_at"] < begin + dt.timedelta(minutes=down_min)}
        for row in page(PAGE, [day for day in days(10, -2) if day != ON - dt.timedelta(days=1)])
    ]
    gap = (ON - dt.timedelta(days=1),)
    found = judged(rows, period=WEEK, gaps=gap)
    assert (found.status, found.value) == (status, None if highest is None else pytest.approx(highest))
    assert found.certainty == ("exact" if highest is None else "upper_bound")
    # of a day without the changes nobody knows whether what went down was maintained
    data: dict[str, Any] = {"infra.checks": rows, "infra.hosts": [host("a")], "desk.changes": []}
    [unsure] = judge(subsystem("infra"), [CODE], data, period=WEEK, gaps=gap)
    assert unsure.status == "unknown"
