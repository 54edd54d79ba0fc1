"""Cases that end in a way that next to none of their subject do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, at, days, judge

RULE = "oa.unusual_endings"


def _tasks(
    day: dt.date, module: str, count: int, hour: float = 9, took_s: float = 7200, **more: Any
) -> list[dict[str, Any]]:
    return [
        {
            "task_id": f"{day}-{module}-{hour}-{took_s}-{n}", "started_at": at(day, hour), "edition": "general",
            "unit": f"u{n % 4}", "module": module, "finished_at": at(day, hour) + dt.timedelta(seconds=took_s),
            "is_cancelled": False, "changed_at": at(day, hour) + dt.timedelta(seconds=took_s), "day": day, **more,
        }
        for n in range(count)
    ]  # fmt: skip


def _cancelled(day: dt.date, module: str, count: int, hour: float = 9) -> list[dict[str, Any]]:
    return _tasks(day, module, count, hour, 600, finished_at=None, is_cancelled=True)


def _past() -> list[dict[str, Any]]:
    """Return thirty tasks of each of three modules a working day, one of ten cancelled in turn."""
    tasks: list[dict[str, Any]] = []
    for place, day in enumerate(row["day"] for row in days(60) if row["is_working_day"]):
        for number, module in enumerate(("cars", "documents", "supplies")):
            for hour in range(8, 18):
                tasks += _tasks(day, module, 3, hour)
            tasks += _cancelled(day, module, (place + number) % 3, 11)
    return tasks


PAST = _past()


def _found(*today: dict[str, Any]) -> list[Finding]:
    return judge(subsystem("oa"), [RULE], {"oa.tasks": [*PAST, *today]})


def test_the_module_of_which_tasks_are_cancelled_is_told_with_its_hours() -> None:
    [finding] = _found(*(task for hour in (14, 15, 16) for task in _cancelled(ON, "cars", 6, hour)))
    assert (finding.code, finding.entity.key, finding.value) == (RULE, "cars", 18)
    assert finding.window == Window(ON, 14 * 3600.0, 17 * 3600.0)
    assert "被取消18件" in word(finding).sentence.replace(" ", "")


def test_tasks_that_are_finished_as_soon_as_they_arrive_are_told() -> None:
    [finding] = _found(*_tasks(ON, "supplies", 12, 14, took_s=4))
    assert (finding.entity.key, finding.value, finding.status) == ("supplies", 12, "warning")
    assert "自动办结" in word(finding).advice


def test_a_usual_day_a_few_more_and_quick_work_are_not_told() -> None:
    assert _found() == []
    assert _found(*_cancelled(ON, "cars", 3, 15)) == []
    assert _found(*_tasks(ON, "cars", 2, 14, took_s=90)) == []


def test_tasks_that_are_finished_far_sooner_than_those_of_their_kind_are_told() -> None:
    [finding] = _found(*(task for hour in (9, 13) for task in _tasks(ON, "cars", 8, hour, took_s=2400)))
    assert (finding.entity.key, finding.value, finding.details["ending"]) == ("cars", 16, "soon")
    assert "跳过环节" in word(finding).advice
    assert "办理任务过快办结16件" in word(finding).sentence.replace(" ", "")


@pytest.mark.parametrize(("before", "is_told"), [(0, True), (1, True), (3, True), (5, True), (7, False)])
def test_what_ends_so_since_some_days_is_told_since_the_first_of_them(before: int, is_told: bool) -> None:
    """Sixteen of a module's forty-six tasks of each of these days; after a working week it is what they do."""
    worked = [row["day"] for row in days(60) if row["is_working_day"]][-1 - before :]
    found = _found(*(task for day in worked for task in _tasks(day, "cars", 16, 14, took_s=2400)))
    assert [(finding.entity.key, finding.since) for finding in found] == [("cars", worked[0])] * is_told


def test_how_long_a_task_takes_is_asked_of_its_module() -> None:
    """Rooms are booked within the hour, cars within two: forty minutes are quick for a car alone."""
    rooms = [task for row in days(60) if row["is_working_day"] for task in _tasks(row["day"], "rooms", 20, 10, 2500)]
    quick = [task for row in days(60) if row["is_working_day"] for task in _tasks(row["day"], "rooms", 4, 11, 2400)]
    assert judge(subsystem("oa"), [RULE], {"oa.tasks": [*PAST, *rooms, *quick]}) == []


def test_a_module_that_always_finishes_at_once_does_so_today() -> None:
    quick = [task for row in days(60) if row["is_working_day"] for task in _tasks(row["day"], "rooms", 20, 10, 5)]
    assert judge(subsystem("oa"), [RULE], {"oa.tasks": [*PAST, *quick]}) == []


def test_nothing_is_told_over_a_gap_or_of_a_young_source() -> None:
    many = _cancelled(ON, "cars", 30, 14)
    assert judge(subsystem("oa"), [RULE], {"oa.tasks": [*PAST, *many]}, gaps=(ON,)) == []
    young = [task for task in PAST if (ON - task["day"]).days < 9]
    assert judge(subsystem("oa"), [RULE], {"oa.tasks": [*young, *many]}) == []


@pytest.mark.parametrize(("took_s", "count"), [(20.0, 1), (3600.0, 0)])
def test_documents_that_are_signed_for_at_once_are_told(took_s: float, count: int) -> None:
    def deliveries(day: dt.date, unit: str, number: int, seconds: float) -> list[dict[str, Any]]:
        return [
            {
                "delivery_id": f"{day}-{unit}-{n}-{seconds}", "document_id": f"{day}-{n}", "receiver_unit": unit,
                "sent_at": at(day, 9 + n % 8), "signed_at": at(day, 9 + n % 8) + dt.timedelta(seconds=seconds),
                "state": "signed", "changed_at": at(day, 18), "day": day,
            }
            for n in range(number)
        ]  # fmt: skip

    rows = [
        row
        for each in days(40)
        if each["is_working_day"]
        for unit in ("a", "b", "c")
        for row in deliveries(each["day"], unit, 10, 5400.0)
    ]
    rows += deliveries(ON, "b", 9, took_s)
    found = judge(subsystem("docexchange"), ["docexchange.unusual_endings"], {"docexchange.deliveries": rows})
    assert [(finding.entity.key, finding.value) for finding in found] == [("b", 9.0)] * count


@pytest.mark.parametrize(("returned", "told"), [(11, [("b", 11.0)]), (8, [("b", 8.0)]), (7, []), (0, [])])
def test_a_unit_that_sends_back_most_of_a_day_is_told(returned: int, told: list[tuple[str, float]]) -> None:
    """Of the sixteen deliveries of each of three units one comes back every fourth day, from each in turn."""

    def deliveries(day: dt.date, unit: str, back: int) -> list[dict[str, Any]]:
        ends = [("returned_at", "returned", None)] * back + [("signed_at", "signed", "windows")] * (16 - back)
        return [
            {
                "delivery_id": f"{day}-{unit}-{n}", "document_id": f"{day}-{n}", "receiver_unit": unit,
                "sent_at": at(day, 9 + n % 8), end: at(day, 10 + n % 8), "state": state, "platform": platform,
                "changed_at": at(day, 18), "day": day,
            }
            for n, (end, state, platform) in enumerate(ends)
        ]  # fmt: skip

    worked = [row["day"] for row in days(60) if row["is_working_day"] and row["day"] < ON]
    rows = [
        row
        for place, day in enumerate(worked)
        for number, unit in enumerate("abc")
        for row in deliveries(day, unit, int(place % 4 == number))
    ]
    rows += [row for unit in "abc" for row in deliveries(ON, unit, returned if unit == "b" else 0)]
    found = judge(subsystem("docexchange"), ["docexchange.unusual_endings"], {"docexchange.deliveries": rows})
    assert [(finding.entity.key, finding.value) for finding in found] == told
    for finding in found:
        assert f"公文送达被退回 {returned} 件" in word(finding).evidence
        assert "查明退回的原因" in word(finding).advice
