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


@pytest.mark.parametrize(
    ("last", "state"), [(dt.time(10, 50), "是否恢复未知"), (dt.time(11), "已恢复"), (dt.time(23, 55), "未恢复")]
)
def test_an_outage_of_which_no_check_tells_the_end_is_not_told_to_be_over(last: dt.time, state: str) -> None:
    """The probes fail from 10:00 to 10:50; then they stop, or answer at 11:00, or fail until midnight."""
    begin = dt.datetime.combine(ON, dt.time(10), dt.timezone(dt.timedelta(hours=8)))
    end = dt.datetime.combine(ON, last, begin.tzinfo)
    count = int((end - begin) / dt.timedelta(minutes=5)) + 1
    row = {"day": ON, "subsystem": "oa", "target": "首页", "kind": "http", "source": "probe"}
    rows = [
        {**row, "checked_at": begin + number * dt.timedelta(minutes=5), "is_up": last == dt.time(11) and number == 12}
        for number in range(count)
    ]
    names = ("infra.requests", "infra.metrics", "infra.backups", "infra.problems", "desk.changes", "desk.incidents")
    data: Data = {"infra.checks": rows, **{name: [] for name in names}}
    made = evaluation(SUBSYSTEM, [], data, has_section=True)
    context, outages = made.context, made.summaries["infra"].tables["outages"]
    context.needs = None  # it was made for the section alone
    [event] = day_events(context, outages, context.begins_at, context.ends_at)
    assert event["is_over"] == state


@pytest.mark.parametrize("name", ["infra_problems", "desk_incidents"])
def test_where_an_alarm_or_incident_could_not_be_read_nobody_says_that_there_was_none(name: str) -> None:
    quiet, note = _events()
    assert (quiet.is_complete, note) == (True, "当日没有告警、事件或探测中断。")
    for day in (None, ON, ON - 5 * DAY):
        unread, note = _events(**{name: {day: 1}})
        assert not unread.is_complete
        assert "当日没有告警" not in note
