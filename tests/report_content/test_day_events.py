"""Events of a day: that there was none is told where every row could be read."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.metrics.figures import Figures
from ntanalytics.report_content.day_events import day_events, day_events_table
from ntanalytics.subsystems.infra import SUBSYSTEM
from tests.subsystems.made import ON, Data, evaluation

DAY = dt.timedelta(days=1)


def _events(**rejected: dict[dt.date | None, int]) -> tuple[Figures, str]:
    names = ("infra.checks", "infra.requests", "infra.metrics", "infra.backups", "infra.problems")
    data: Data = {name: [] for name in (*names, "desk.changes", "desk.incidents")}
    given = {name.replace("_", "."): days for name, days in rejected.items()}
    made = evaluation(SUBSYSTEM, [], data, has_section=True, rejected=given)
    context, outages = made.context, made.summaries["infra"].tables["outages"]
    context.needs = None  # it was made for the section alone
    events = day_events(context, outages, context.begins_at, context.ends_at)
    return events, day_events_table(context, events, {}).note


@pytest.mark.parametrize("name", ["infra_problems", "desk_incidents"])
def test_where_an_alarm_or_incident_could_not_be_read_nobody_says_that_there_was_none(name: str) -> None:
    quiet, note = _events()
    assert (quiet.is_complete, note) == (True, "当日没有告警、事件或探测中断。")
    for day in (None, ON, ON - 5 * DAY):
        unread, note = _events(**{name: {day: 1}})
        assert not unread.is_complete
        assert "当日没有告警" not in note
