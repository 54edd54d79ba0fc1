"""Answers that are no answers, as surveillance tells them: by status, size and route, in their hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.subjects import members_of
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, at, days, even, judge, table_of

RULE = "infra.surveillance"
ROUTES = ("/list", "/document/{id}", "/login")

Row = dict[str, Any]


def _requests(today: Callable[[Row], Row | list[Row]]) -> pa.Table:
    """Return eight weeks of requests of three routes from 8 to 17; those of today as a function alters them."""
    rows: list[Row] = []
    for place, day in enumerate(row["day"] for row in days(56) if row["is_working_day"]):
        for hour in range(8, 18):
            for number, route in enumerate(ROUTES):
                count = even(80 + 30 * number, place + hour + number)
                made = {
                    "minute_at": at(day, hour), "service": "portal", "method": "GET", "route": route, "status": 200,
                    "duration_bucket": 50 + (place + hour) % 3, "requests": count, "day": day,
                    "size_bytes": count * (20_000 + 100 * (place % 5)),
                }  # fmt: skip
                altered = today(made) if day == ON else made
                rows += altered if isinstance(altered, list) else [altered]
    return table_of("infra.requests", rows)


def _told(today: Callable[[Row], Row | list[Row]]) -> list[Finding]:
    findings = judge(subsystem("infra"), {RULE}, {"infra.requests": _requests(today)})
    return [finding for finding in findings if finding.is_violation]


def _hour(row: Row) -> int:
    return int((row["minute_at"].hour + 8) % 24)


def test_a_usual_day_tells_nothing() -> None:
    assert _told(lambda row: row) == []


def _storm(status: int) -> Callable[[Row], list[Row]]:
    """Return as many more requests again, with a status, from 10 to 12."""

    def alter(row: Row) -> list[Row]:
        more = {**row, "status": status, "requests": 400, "size_bytes": 400 * 200, "duration_bucket": 20}
        return [row, more] if _hour(row) in (10, 11) and row["route"] == "/login" else [row]

    return alter


@pytest.mark.parametrize("status", [401, 404, 429])
def test_a_storm_of_refused_requests_is_named_by_its_status_and_hours(status: int) -> None:
    found = _told(_storm(status))
    [finding] = [finding for finding in found if members_of(finding).get("status") == str(status)]
    assert finding.window is not None
    assert (finding.window.from_s, finding.window.until_s) == (10 * 3600.0, 12 * 3600.0)


def test_a_route_that_is_missing_since_a_release_is_named_by_its_name() -> None:
    found = _told(lambda row: {**row, "status": 404, "size_bytes": row["requests"] * 150} if row["route"] == ROUTES[1]
                  and _hour(row) >= 13 else row)  # fmt: skip
    assert any(members_of(finding).get("status") == "404" for finding in found)
    assert any(ROUTES[1] in members_of(finding).values() for finding in found)


def test_a_page_with_a_tenth_of_its_size_is_named_by_its_route() -> None:
    found = _told(lambda row: {**row, "size_bytes": row["size_bytes"] // 10} if row["route"] == ROUTES[1] else row)
    [finding] = found
    assert members_of(finding) == {"route": ROUTES[1]}
    assert "响应字节" in word(finding).sentence


def test_a_new_route_whose_answers_take_long_is_told_beside_the_slow_service() -> None:
    def exported(row: Row) -> list[Row]:
        export = {**row, "route": "/export", "requests": 60, "size_bytes": 60 * 30_000_000, "duration_bucket": 95}
        return [row, export] if _hour(row) in (10, 11) and row["route"] == "/login" else [row]

    archive = _requests(lambda row: row).to_pylist()
    archive = [{**row, "service": "archive", "route": "/export"} for row in archive if row["route"] == "/login"]
    data = {"infra.requests": table_of("infra.requests", [*_requests(exported).to_pylist(), *archive])}
    told = judge(subsystem("infra"), {RULE, "infra.slow_hours"}, data)
    slow = [each for each in told if each.is_violation and each.code == "infra.slow_hours"]
    more = [each for each in told if each.is_violation and each.code == RULE and not each.details.get("value")]
    assert [each.entity.key for each in slow] == ["portal"]
    assert [members_of(each) for each in more] == [{"service": "portal", "route": "/export"}]


def test_redirects_in_the_place_of_answers_are_told() -> None:
    found = _told(lambda row: {**row, "status": 302, "size_bytes": row["requests"] * 100} if row["route"] == ROUTES[0]
                  and _hour(row) in (14, 15, 16) else row)  # fmt: skip
    assert any(members_of(finding).get("status") == "302" for finding in found)


def test_a_night_batch_of_thirty_minutes_that_does_not_run_is_told_with_its_hour() -> None:
    by_day = _requests(lambda row: row).to_pylist()
    batches = [
        {**row, "minute_at": at(row["day"], 2 + minute / 60), "route": "/batch", "requests": 20, "size_bytes": 20 * 900}
        for row in by_day
        if row["route"] == "/list" and _hour(row) == 8 and row["day"] != ON
        for minute in (5, 15, 25)
    ]
    findings = judge(subsystem("infra"), {RULE}, {"infra.requests": table_of("infra.requests", [*by_day, *batches])})
    [finding] = [finding for finding in findings if finding.is_violation]
    assert finding.window is not None
    assert finding.window.from_s <= 2 * 3600.0 < finding.window.until_s
