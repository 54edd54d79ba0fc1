"""Changes that were made when something went wrong: named by what began during them, or soon after."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.concurrent_changes import concurrent_changes, name_changes
from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.subsystems import RULES, word

ON = dt.date(2026, 11, 17)
ZONE = dt.timezone(dt.timedelta(hours=8))
MIDNIGHT = dt.datetime(2026, 11, 17, tzinfo=ZONE)
PLACES = {"sms": "sms"}


def _at(hour: float | None) -> dt.datetime | None:
    return None if hour is None else MIDNIGHT + dt.timedelta(hours=hour)


def _change(begin: float | None, until: float | None, finished: float | None = None, **more: Any) -> dict[str, Any]:
    return {
        "change_no": "BG1", "planned_at": _at(begin), "planned_until_at": _at(until), "finished_at": _at(finished),
        "subsystem": "sms", "host": None, "result": "success", **more,
    }  # fmt: skip


def _down(begin: float, end: float) -> Finding:
    window = Window(ON, begin * 3600, end * 3600)
    entity = Entity("target", "https://sms.city.example/", "sms.city.example")
    return Finding(rule=RULES["infra.slow_probes"], entity=entity, status="critical", value=2.0, window=window)


def _named(change: dict[str, Any], finding: Finding) -> object:
    [told] = name_changes([finding], concurrent_changes([change], MIDNIGHT, ON), PLACES)
    return told.details.get("concurrent_changes")


@pytest.mark.parametrize(
    ("begin", "end", "named"),
    [
        (19.2, 20.5, ("BG1",)),
        (19.2, 22.1, ("BG1（计划21时结束）",)),  # longer than planned
        (21.5, 23, ("BG1",)),  # within the hour after it
        (22.5, 23, None),
        (18, 22, None),  # began before it
    ],
)
def test_what_begins_during_a_change_or_soon_after_names_it(begin: float, end: float, named: object) -> None:
    assert _named(_change(19, 21), _down(begin, end)) == named


@pytest.mark.parametrize(
    "change",
    [
        _change(19, 21, result="cancelled"),
        _change(19, 21, subsystem="oa"),
        _change(19, 21, subsystem="oa", host="oa-app-1"),
        _change(None, None),
    ],
)
def test_a_change_that_was_not_made_or_is_of_something_else_is_not_named(change: dict[str, Any]) -> None:
    assert _named(change, _down(19.2, 20.5)) is None


def test_an_attack_during_a_change_has_another_cause() -> None:
    attack = Finding(rule=RULES["identity.sprayed_accounts"], entity=Entity("subsystem", "identity", ""),
                     status="critical", window=Window(ON, 19.2 * 3600, 20 * 3600))  # fmt: skip
    assert _named(_change(19, 21, subsystem="identity"), attack) is None


def test_a_change_without_a_planned_end_lasts_until_it_is_finished_and_the_words_name_it() -> None:
    change = _change(19, None, 20)
    [told] = name_changes([_down(20.8, 21.5)], concurrent_changes([change], MIDNIGHT, ON), PLACES)
    assert "同期变更 BG1" in word(told).evidence
    [ok] = name_changes([Finding(rule=told.rule, entity=told.entity, status="ok", window=told.window)], [], PLACES)
    assert "concurrent_changes" not in ok.details
