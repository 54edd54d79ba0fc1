"""Detection graded by reality: cases by hand, the prefix law, and a desk with missing, misdated and doubled rows."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from ntanalytics.metrics.desk.detection import (
    Case,
    PublishedViolation,
    QuietValue,
    false_alarms,
    grade,
    nearest,
    summary,
)

MONDAY = dt.datetime(2026, 11, 15, 23, 35, tzinfo=dt.UTC)  # 07:35 local
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
INSPECTED = [MONDAY + number * DAY for number in range(5)]
SYSTEMS = ("oa", "sms", "ca", "seal", "im", "docexchange")


def _case(number: str, called: dt.datetime, subsystem: str = "oa") -> Case:
    return Case(number, subsystem, called, called)


@pytest.mark.parametrize(
    ("alerts", "subsystem", "outcome", "warning"),
    [
        ([MONDAY + DAY], "oa", "detected", 3 * HOUR),
        ([MONDAY, MONDAY + DAY], "oa", "detected", 27 * HOUR),  # told the day before, too, without a break
        ([MONDAY], "oa", "no_alert", None),  # it was gone at the last inspection before the call
        ([MONDAY + 2 * DAY], "oa", "late", None),
        ([MONDAY + DAY], "sms", "no_alert", None),  # of another subsystem
        ([], "bus", "no_source", None),
    ],
)
def test_a_case_is_held_against_the_last_inspection_before_its_call(alerts, subsystem, outcome, warning) -> None:
    violations = [PublishedViolation("oa", "oa-db-1", at) for at in alerts]
    [graded] = grade([_case("SJ1", MONDAY + DAY + 3 * HOUR, subsystem)], violations, INSPECTED, SYSTEMS)
    assert (graded.outcome, graded.warning) == (outcome, warning)


def _decided(check: str, kind: str, hours: int, withdrawn: dt.datetime | None = None) -> dict[str, object]:
    noted = MONDAY + hours * HOUR
    return {"entity": "a", "check": check, "disposition": kind, "noted_at": noted, "withdrawn_at": withdrawn}


def test_the_share_of_false_alarms_is_that_of_the_latest_decisions_of_the_period() -> None:
    decided = [
        _decided("磁盘", "false_alarm", 1),
        _decided("磁盘", "confirmed", 2),  # decided anew
        _decided("内存", "false_alarm", 3),
        _decided("负载", "known", 4),
        _decided("证书", "false_alarm", 5, MONDAY + DAY),  # taken back
        _decided("备份", "false_alarm", 24),  # of another period
    ]
    counted = false_alarms(decided, MONDAY, MONDAY + DAY)
    assert counted == {"decided_findings": 3, "false_alarms": 1, "false_alarm_rate": pytest.approx(1 / 3)}
    assert false_alarms([], MONDAY, MONDAY + DAY)["false_alarm_rate"] is None


def test_of_a_missed_case_the_value_nearest_to_its_limit_is_told() -> None:
    far, near = QuietValue("失败率", 0.02, 0.10, is_low_bad=False), QuietValue("送达率", 0.97, 0.95, is_low_bad=True)
    without = QuietValue("逾期", 0.0, 0.0, is_low_bad=False)  # nothing is a share of 0
    assert [value.distance for value in (far, near)] == [pytest.approx(0.8), pytest.approx(0.02 / 0.95)]
    assert nearest([far, without, near]) == near
    assert nearest([without]) is None


def test_a_violation_of_another_rule_about_the_subsystem_tells_of_it() -> None:
    [graded] = grade([_case("SJ1", MONDAY + HOUR)], [PublishedViolation("infra", "oa", MONDAY)], INSPECTED, SYSTEMS)
    assert graded.outcome == "detected"


def test_without_an_inspection_nothing_was_told_and_before_the_first_one_nothing_is_known() -> None:
    cases = [_case("SJ1", MONDAY - HOUR), _case("SJ2", INSPECTED[-1] + 5 * DAY)]
    graded = grade(cases, [], INSPECTED, SYSTEMS)
    assert [item.outcome for item in graded] == ["unmatched", "not_inspected"]
    assert summary(graded)["detected_rate"] == 0.0
    assert summary(grade(cases, [], [], SYSTEMS))["detected_rate"] is None


def test_a_case_that_is_recorded_twice_counts_once() -> None:
    case = _case("SJ1", MONDAY + HOUR)
    graded = grade(
        [case, _case("SJ2", MONDAY + DAY + HOUR), case], [PublishedViolation("oa", "x", MONDAY)], INSPECTED, SYSTEMS
    )
    assert [item.outcome for item in graded] == ["detected", "no_alert"]
    assert (summary(graded)["matched_cases"], summary(graded)["detected_rate"]) == (2, 0.5)
    assert summary(graded)["warning_p50_s"] == 3600


class Desk:
    """A year of a desk and of its inspections, and the truth: which failures were told before anybody called."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.inspected = [MONDAY + number * DAY for number in range(365) if number % 7 < 5]
        calls = sorted(MONDAY + rng.uniform(1, 364) * DAY for _ in range(420))
        share = rng.uniform(0.4, 0.7)
        self.cases, self.told, self.truth = list[Case](), list[PublishedViolation](), dict[str, bool]()
        for number, at in enumerate(calls):
            system = rng.choice(SYSTEMS)
            case = Case(f"SJ{number:04d}", system, at, at)
            before = max((moment for moment in self.inspected if moment < at), default=None)
            self.cases.append(case)
            if before is not None and rng.random() < share:
                self.told.append(PublishedViolation(system, system, before))
            after = [moment for moment in self.inspected if at <= moment]
            if after and rng.random() < 0.5:
                self.told.append(PublishedViolation(system, system, after[0]))
        for case in self.cases:
            last = max((moment for moment in self.inspected if moment < case.called_at), default=None)
            self.truth[case.number] = any(item.subsystem == case.subsystem and item.at == last for item in self.told)

    @property
    def rate(self) -> float:
        """The true share of failures that were told before."""
        return sum(self.truth.values()) / len(self.truth)

    def damaged(self, seed: int) -> list[Case]:
        """The rows with a fifth missing, a fifth of the rest misdated by up to a day, a tenth doubled."""
        rng = random.Random(seed)
        kept = [case for case in self.cases if rng.random() >= 0.2]
        dated = [
            _case(case.number, case.called_at + rng.uniform(-1, 1) * DAY, case.subsystem)
            if rng.random() < 0.2
            else case
            for case in kept
        ]
        return [*dated, *(case for case in dated if rng.random() < 0.1)]


@pytest.mark.parametrize("seed", range(5))
def test_the_rate_of_a_damaged_desk_is_within_five_points_of_the_truth(seed: int) -> None:
    desk = Desk(seed)
    whole = summary(grade(desk.cases, desk.told, desk.inspected, SYSTEMS))
    assert whole["detected_rate"] == pytest.approx(desk.rate)
    for other in range(4):
        found = summary(grade(desk.damaged(100 * seed + other), desk.told, desk.inspected, SYSTEMS))
        assert found["detected_rate"] == pytest.approx(desk.rate, abs=0.05)


def test_no_later_inspection_changes_whether_a_case_was_told() -> None:
    desk = Desk(7)
    moment = desk.inspected[120]
    past = [case for case in desk.cases if case.called_at < moment]
    whole, cut = (
        {
            item.case.number: (item.outcome == "detected", item.warning)
            for item in grade(past, [item for item in desk.told if item.at < until], inspected, SYSTEMS)
        }
        for until, inspected in (
            (dt.datetime.max.replace(tzinfo=dt.UTC), desk.inspected),
            (moment, [at for at in desk.inspected if at < moment]),
        )
    )
    assert whole == cut
