"""Each rule over the SMS platform that is judged by the hours of a day, and over applications."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ntanalytics.checks.check import DAY
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.sms import SUBSYSTEM
from tests.subsystems.made import ON, Row, daily, events, failing, hours, judge, statuses

COMMON: Row = {"carrier": "unicom", "application": "oa"}
UNICOM = Entity("carrier", "unicom", "中国联通")

#: Rule → what makes a message count as a hit.
_HITS: dict[str, Row] = {
    "sms.failures_rise": {"outcome": "failed", "failure_code": "MK:0001"},
    "sms.internal_failures_rise": {"outcome": "failed", "failure_code": "MA:0022"},
    "sms.late_rise": {"outcome": "delivered", "receipt_latency_s": 7200.0},
}


def _messages(rows: list[Row]) -> dict[str, pa.Table]:
    return {"sms.messages": events("sms.messages", rows)}


def _outcomes(code: str, share: float, today: dict[int, float]) -> dict[str, pa.Table]:
    """Return the messages of half hours: a share of hits always, and that of the given hours today."""
    rows = []
    for hour in failing(50, share, today, **COMMON):
        for half in (0, 1):
            slot = {**hour, "slot": 2 * hour["slot"] + half}
            fine = {"outcome": "delivered", "receipt_latency_s": 8.0, "events": slot["events"] - slot["hits"]}
            rows += [{**slot, **fine}, {**slot, **_HITS[code], "events": slot["hits"]}]
    return {"sms.messages": events("sms.messages", rows, slot_s=1800)}


@pytest.mark.parametrize(
    ("code", "share", "today", "status"),
    [
        ("sms.failures_rise", 0.02, {9: 0.3, 10: 0.3, 11: 0.3}, "critical"),
        ("sms.failures_rise", 0.02, dict.fromkeys(range(9, 14), 0.1), "warning"),
        ("sms.failures_rise", 0.02, {9: 0.06}, None),
        ("sms.failures_rise", 0.08, dict.fromkeys(range(9, 14), 0.09), None),
        ("sms.internal_failures_rise", 0.0, dict.fromkeys(range(9, 13), 0.06), "warning"),
        ("sms.internal_failures_rise", 0.0, {9: 0.3, 10: 0.3}, "critical"),
        ("sms.internal_failures_rise", 0.02, {9: 0.04}, None),
        ("sms.late_rise", 0.02, {9: 0.8, 10: 0.8, 11: 0.7}, "warning"),
        ("sms.late_rise", 0.02, {9: 0.3}, "warning"),
        ("sms.late_rise", 0.02, {9: 0.06, 10: 0.06}, None),
    ],
)
def test_hours_of_a_carrier_that_are_worse(
    code: str, share: float, today: dict[int, float], status: str | None
) -> None:
    findings = judge(SUBSYSTEM, [code], _outcomes(code, share, today))
    assert statuses(findings) == ([("carrier/unicom", status)] if status else [])
    for finding in findings:
        assert finding.window is not None
        assert finding.window.from_s == 9 * 3600
        assert finding.figures["usual"] == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("code", ["sms.delivery_rate", "sms.carrier_unlike", "sms.internal_failures_rise"])
def test_bad_hours_of_a_carrier_tell_what_its_day_and_its_peers_tell(code: str) -> None:
    hours_of = Finding(rule=RULES["sms.failures_rise"], entity=UNICOM, status="critical")
    same = Finding(rule=RULES[code], entity=UNICOM, status="critical")
    other = Finding(rule=RULES[code], entity=Entity("carrier", "mobile", "中国移动"), status="critical")
    assert suppress([hours_of, same, other], SUBSYSTEM.checks, [DAY]) == ([hours_of, other], [same])


@pytest.mark.parametrize("code", ["sms.receipt_latency_p95_s", "sms.backlog"])
def test_late_hours_of_a_carrier_tell_its_latency_and_its_backlog(code: str) -> None:
    late = Finding(rule=RULES["sms.late_rise"], entity=UNICOM, status="warning")
    same = Finding(rule=RULES[code], entity=UNICOM, status="critical")
    assert suppress([late, same], SUBSYSTEM.checks, [DAY]) == ([late], [same])


def _application(usual: float, today: float, name: str = "12345热线回访") -> list[Row]:
    rows = [{**row, "events": row["submitted"]} for row in daily("submitted", usual, today)]
    return [{**row, **COMMON, "application": name} for row in rows]


@pytest.mark.parametrize(
    ("today", "status"), [(500, "warning"), (3000, "critical"), (270, "warning"), (235, None), (100, None)]
)
def test_an_application_that_sends_more(today: float, status: str | None) -> None:
    findings = judge(SUBSYSTEM, ["sms.application_rise"], _messages(_application(170, today)))
    assert statuses(findings) == ([("application/12345热线回访", status)] if status else [])
    assert all(finding.value == today and finding.comparison is not None for finding in findings)


def test_the_hours_and_the_unit_that_a_rise_came_in_are_told() -> None:
    row = {**COMMON, "application": "苏服办", "day": ON, "slot": 2, "events": 900, "unit": "乙局"}
    usual = [{**each, "unit": "甲局"} for each in _application(170, 170, "苏服办")]
    [finding] = judge(SUBSYSTEM, ["sms.application_rise"], _messages([*usual, row]))
    assert finding.details["narrower"] == "2时至3时单位 乙局"


def test_a_code_that_most_failures_have_is_told_with_them() -> None:
    today = dict.fromkeys(range(9, 14), 0.3)
    data = _outcomes("sms.failures_rise", 0.02, today)["sms.messages"]
    codes = [
        "640" if day == ON and code is not None else code
        for day, code in zip(data["day"].to_pylist(), data["failure_code"].to_pylist(), strict=True)
    ]
    column = data.schema.get_field_index("failure_code")
    [finding] = judge(
        SUBSYSTEM, ["sms.failures_rise"], {"sms.messages": data.set_column(column, "failure_code", pa.array(codes))}
    )
    assert finding.details["narrower"] == "失败代码 640"


def test_a_rare_application_is_not_judged() -> None:
    assert judge(SUBSYSTEM, ["sms.application_rise"], _messages(_application(5, 30))) == []


@pytest.mark.parametrize(
    ("amount", "today", "status"),
    [
        (100, {10: 0}, "warning"),
        (100, dict.fromkeys(range(9, 14), 0), "critical"),
        (100, {10: 70}, None),
        (3, {10: 0}, None),
    ],
)
def test_hours_in_which_a_carrier_sends_nothing(amount: float, today: dict[int, float], status: str | None) -> None:
    def rows(carrier: str, today: dict[int, float] | None = None) -> list[Row]:
        halves = hours(amount / 2, None if today is None else {slot: count / 2 for slot, count in today.items()})
        return [
            {**row, **COMMON, "carrier": carrier, "slot": 2 * row["slot"] + half} for row in halves for half in (0, 1)
        ]

    single = [*rows("unicom", today), *rows("mobile"), *rows("telecom")]
    findings = judge(SUBSYSTEM, ["sms.carrier_lull"], {"sms.messages": events("sms.messages", single, slot_s=1800)})
    assert statuses(findings) == ([("carrier/unicom", status)] if status else [])
    alone = judge(
        SUBSYSTEM, ["sms.carrier_lull"], {"sms.messages": events("sms.messages", rows("unicom", today), slot_s=1800)}
    )
    assert statuses(alone) == ([("subsystem/sms", status)] if status else [])


@pytest.mark.parametrize(("today", "is_silent"), [({13: 0, 14: 0, 15: 0}, True), ({13: 10}, False)])
def test_hours_in_which_an_application_sends_nothing(today: dict[int, float], is_silent: bool) -> None:
    rows = [{**row, **COMMON} for row in hours(40, today)]
    findings = judge(SUBSYSTEM, ["sms.application_lull"], _messages(rows))
    assert statuses(findings) == ([("application/oa", "warning")] if is_silent else [])


def test_many_applications_that_send_nothing_at_once_are_the_platforms() -> None:
    rows = [{**row, **COMMON, "application": name} for name in "abc" for row in hours(40, {13: 0, 14: 0, 15: 0})]
    assert judge(SUBSYSTEM, ["sms.application_lull"], _messages(rows)) == []


@pytest.mark.parametrize(
    ("rate", "submitted", "status"), [(0.97, 1000, None), (0.93, 1000, "warning"), (0.8, 1000, "critical"),
                                      (0.5, 100, None)]
)  # fmt: skip
def test_a_carrier_that_is_unlike_the_others(rate: float, submitted: int, status: str | None) -> None:
    rows = []
    for carrier, share, count in (("telecom", 0.98, 1000), ("mobile", 0.985, 1000), ("unicom", rate, submitted)):
        delivered = round(share * count)
        shared = {**COMMON, "carrier": carrier, "day": ON}
        rows += [{**shared, "outcome": "delivered", "events": delivered}]
        rows += [{**shared, "outcome": "failed", "events": count - delivered}]
    findings = judge(SUBSYSTEM, ["sms.carrier_unlike"], _messages(rows))
    assert statuses(findings) == ([("carrier/unicom", status)] if status else [])
    for finding in findings:
        assert finding.comparison is not None
        assert (finding.value, finding.comparison.kind) == (rate, "peers")


def test_a_day_that_was_not_extracted_says_nothing_of_its_hours() -> None:
    quiet = [{**row, **COMMON} for row in hours(100, {10: 0})]
    codes = ["sms.carrier_lull", "sms.failures_rise", "sms.application_rise", "sms.application_lull"]
    assert judge(SUBSYSTEM, codes, _messages(quiet), gaps=(ON,)) == []


def _parts(today: dict[int, int], count: int = 20) -> dict[str, pa.Table]:
    """Return the messages of an application of hours with one part each, and as many as given in hours of today."""
    rows = [
        {**row, **COMMON, "segments": today.get(row["slot"], 1) if row["day"] == ON else 1}
        for row in hours(20, dict.fromkeys(today, count))
    ]
    return _messages(rows)


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (dict.fromkeys(range(9, 18), 2), "warning"),
        (dict.fromkeys(range(12, 15), 6), "critical"),
        ({9: 4, 10: 4}, None),  # one text
        ({}, None),
    ],
)
def test_an_application_that_writes_by_another_template_sends_more_parts(
    today: dict[int, int], status: str | None
) -> None:
    findings = judge(SUBSYSTEM, ["sms.segments_rise"], _parts(today))
    assert statuses(findings) == ([("application/oa", status)] if status else [])
    for finding in findings:
        assert (finding.value, finding.figures["slowest"]) == (pytest.approx(max(today.values())), max(today.values()))
        assert finding.window is not None
        assert finding.window.from_s == min(today) * 3600


def test_parts_of_a_few_messages_say_nothing_and_a_mailing_has_a_text_of_its_own() -> None:
    long = dict.fromkeys(range(9, 18), 3)
    assert judge(SUBSYSTEM, ["sms.segments_rise"], _parts(long, count=7)) == []
    found = judge(SUBSYSTEM, ["sms.segments_rise", "sms.application_rise"], _parts(long, count=60))
    assert {finding.code for finding in found if finding.is_violation} == {"sms.application_rise"}
