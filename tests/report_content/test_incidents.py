"""What an incident of the desk explains, and who sees to one that explains nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ntanalytics.findings.finding import Entity, Finding, Window, subsystem_entity
from ntanalytics.report_content.incidents import DeskIncident, explains, incident_sentence, unknown_incidents
from ntanalytics.subsystems import RULES, word
from ntanalytics.subsystems.desk import SUBSYSTEM as DESK
from tests.subsystems.made import Data, evaluation

DAY = dt.date(2026, 11, 20)


def _incident(cause: str = "other") -> DeskIncident:
    began, restored = dt.datetime(2026, 11, 20, 14, 10), dt.datetime(2026, 11, 20, 14, 50)
    return DeskIncident(
        number="SJ1", subsystem="infra", cause=cause, is_crash=True, began_at=began, restored_at=restored,
        until_at=dt.datetime(2026, 11, 21),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("from_s", "until_s", "is_explained"),
    [
        (14 * 3600, 15 * 3600, True),  # counted by the hour
        (-11 * 86_400, 86_400, False),  # an alarm that was open long before
        (8 * 3600, 20 * 3600, False),
        (14.2 * 3600, 20 * 3600, True),  # an alarm that nobody has closed
        (16 * 3600, 17 * 3600, False),
    ],
)
def test_what_began_before_an_incident_is_not_its_doing(from_s: float, until_s: float, is_explained: bool) -> None:
    alarm = Finding(
        rule=RULES["infra.problems"], entity=Entity("host", "oa-db-1", "oa-db-1"), status="warning",
        value=1.0, window=Window(DAY, from_s, until_s),
    )  # fmt: skip
    assert explains(_incident(), alarm) is is_explained


def test_an_incident_whose_end_nobody_knows_does_not_last_and_explains_its_beginning_alone() -> None:
    blind = replace(_incident("vendor_software"), restored_at=None, is_end_known=False)
    said = incident_sentence(blind, word, DAY)
    assert "是否恢复未知" in said.text
    assert not any(claim in said.subject + said.text for claim in ("小时", "尚未恢复", "已恢复", "合同约定"))
    assert (blind.lasts, blind.length_s) == (False, 0.0)
    assert replace(blind, is_end_known=True).lasts
    for from_s, is_explained in ((14 * 3600, True), (18 * 3600, False)):
        alarm = Finding(
            rule=RULES["infra.problems"], entity=Entity("host", "oa-db-1", "oa-db-1"), status="warning", value=1.0,
            window=Window(DAY, from_s, from_s + 3600),
        )  # fmt: skip
        assert explains(blind, alarm) is is_explained


@pytest.mark.parametrize(("subsystem", "is_bound", "is_explained"), [
    ("infra", False, True), ("infra", True, False), ("oa", False, False),
])  # fmt: skip
def test_what_may_have_begun_before_an_incident_is_not_said_to_be_its_doing(
    subsystem: str, is_bound: bool, is_explained: bool
) -> None:
    down = Finding(
        rule=RULES["infra.availability"], entity=subsystem_entity(subsystem), status="critical", value=0.9, since=DAY,
        since_is_bound=is_bound,
    )  # fmt: skip
    assert explains(replace(_incident(), restored_at=None), down) is is_explained
    assert not explains(_incident(), down)  # it is over, and this lasts


@pytest.mark.parametrize("restored_at", [dt.datetime(2026, 11, 20, 14, 50), None])
@pytest.mark.parametrize(
    ("code", "entity", "value"),
    [
        ("infra.disk_used", Entity("disk", "exchange-db-1/data", "exchange-db-1 /"), 0.96),
        ("desk.checks", subsystem_entity("infra"), 1.0),  # an air conditioner, beside the fault of the portal
        ("infra.problems", Entity("host", "oa-db-1", "oa-db-1"), 1.0),
    ],
)
def test_what_lasts_is_not_told_as_over_by_an_incident_of_its_day(
    code: str, entity: Entity, value: float, restored_at: dt.datetime | None
) -> None:
    full = Finding(rule=RULES[code], entity=entity, status="critical", value=value, since=DAY)
    assert not explains(replace(_incident(), restored_at=restored_at), full)


@pytest.mark.parametrize(("cause", "owner"), [("vendor_software", "服务供应商"), ("hardware", "运维团队")])
def test_an_incident_that_explains_nothing_names_who_sees_to_it(cause: str, owner: str) -> None:
    assert f"由{owner}核查" in incident_sentence(_incident(cause), word, DAY).text


def test_an_incident_that_could_not_be_read_is_not_told_as_none() -> None:
    names = ("desk.tickets", "desk.incidents", "desk.attendance", "desk.changes")
    data: Data = {name: [] for name in names}
    known = evaluation(DESK, [], data, has_section=True)
    unread = evaluation(DESK, [], data, has_section=True, rejected={"desk.incidents": {None: 2}})
    assert unknown_incidents(known) == []
    assert unknown_incidents(unread) == ["故障登记有 2 行未能读取，可能有故障未列出。"]
    assert not unread.summaries["desk"].tables["clocks"].is_complete
