"""Lifecycles of findings over successive inspections."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.lifecycle import (
    REOPENS_WITHIN,
    FindingLifecycle,
    LifecycleState,
    Observation,
    ObservedDay,
    follow_lifecycles,
    observe,
)
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import Status, Threshold

MONDAY = date(2026, 11, 16)


def _day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def _seen(status: Status = "warning", key: str = "unicom", **more: Any) -> Observation:
    entity = Entity("carrier", key, key)
    return Observation(
        code="sms.rate", entity=entity, check="送达率", status=status, value=0.9, format="rate:1", **more
    )


def _on(number: int, *seen: Observation, **codes: bool) -> ObservedDay:
    """Return an inspection so many days after Monday; ``sms.rate`` tells by its silence that all is well."""
    evaluated = {name.replace("_", ".", 1): judged for name, judged in codes.items()} or {"sms.rate": True}
    return ObservedDay(_day(number), seen, evaluated)


def _only(state: LifecycleState) -> FindingLifecycle:
    [lifecycle] = state.lifecycles
    return lifecycle


def test_a_condition_is_opened_persists_worsens_eases_and_is_closed() -> None:
    days = [_on(0, _seen()), _on(1, _seen()), _on(2, _seen("critical")), _on(3, _seen()), _on(4)]
    changes = [_only(follow_lifecycles(days[:count])).change for count in range(1, 6)]
    assert changes == ["new", "same", "worse", "better", "closed"]
    lifecycle = _only(follow_lifecycles(days))
    assert (lifecycle.opened_on, lifecycle.confirmed_on, lifecycle.closed_on) == (_day(0), _day(3), _day(4))
    assert (lifecycle.status, lifecycle.worst) == ("warning", "critical")
    assert lifecycle.day(_day(30)) == 4  # closed on the fifth day, it lasted four
    assert _only(follow_lifecycles(days[:3])).day(_day(2)) == 3


def test_days_without_an_inspection_neither_open_nor_close_anything() -> None:
    lifecycle = _only(follow_lifecycles([_on(0, _seen()), _on(7, _seen())]))
    assert (lifecycle.is_open, lifecycle.change, lifecycle.day(_day(7))) == (True, "same", 8)


def test_what_is_not_known_stays_open_and_is_not_confirmed() -> None:
    lifecycle = _only(follow_lifecycles([_on(0, _seen()), _on(1, _seen("unknown"))]))
    assert (lifecycle.is_open, lifecycle.change, lifecycle.confirmed_on, lifecycle.status) == (
        True,
        "unconfirmed",
        _day(0),
        "warning",
    )
    assert follow_lifecycles([_on(0, _seen("unknown"))]).lifecycles == ()


def test_a_rule_that_cannot_tell_closes_nothing_by_its_silence_and_a_rule_that_is_off_does() -> None:
    opened = _on(0, _seen())
    assert _only(follow_lifecycles([opened, _on(1, sms_rate=False)])).change == "unconfirmed"
    dropped = _only(follow_lifecycles([opened, _on(1, oa_active=True)]))
    assert (dropped.change, dropped.closed_on) == ("dropped", _day(1))
    # where silence says nothing, what was seen to be in order closes
    assert _only(follow_lifecycles([opened, _on(1, _seen("ok"), sms_rate=False)])).change == "closed"


def test_what_opens_again_within_three_days_is_the_same_lifecycle() -> None:
    back = _only(follow_lifecycles([_on(0, _seen()), _on(1), _on(4, _seen("critical"))]))
    assert (back.opened_on, back.change, back.closed_on, back.worst) == (_day(0), "back", None, "critical")
    late = follow_lifecycles([_on(0, _seen()), _on(1), _on(5, _seen())])
    assert [(item.opened_on, item.closed_on, item.change) for item in late.lifecycles] == [
        (_day(0), _day(1), "closed"),
        (_day(5), None, "new"),
    ]


def test_a_condition_began_when_the_findings_tell_and_never_later_than_it_was_opened() -> None:
    october = date(2026, 10, 24)
    days = [
        _on(0, _seen(since=october, since_is_bound=True)),
        _on(1, _seen(since=october + timedelta(days=1), since_is_bound=True)),
        _on(2, _seen(since=date(2026, 11, 18))),
    ]
    first, last = _only(follow_lifecycles(days[:1])), _only(follow_lifecycles(days))
    assert (first.begun_on, first.is_older, first.day(MONDAY)) == (october, True, 24)
    assert (last.begun_on, last.is_older) == (october, True)
    untold = follow_lifecycles([_on(0, _seen()), _on(1, _seen(), _seen(key="telecom"))])
    # the first inspection does not know since when
    assert [(item.begun_on, item.is_older) for item in untold.lifecycles] == [(_day(0), True), (_day(1), False)]
    winter = ObservedDay(date(2027, 1, 4), (_seen(since=date(2026, 12, 28)),), {"sms.rate": True})
    assert _only(follow_lifecycles([winter])).begun_on == date(2026, 12, 28)
    later = _on(0, _seen(since=_day(3)))
    assert _only(follow_lifecycles([later])).begun_on == MONDAY


def test_the_first_inspection_has_nothing_to_compare_with() -> None:
    assert follow_lifecycles([]) == LifecycleState()
    first = follow_lifecycles([_on(0, _seen())])
    assert (first.is_first, first.on, first.count("new")) == (True, MONDAY, 1)
    second = follow_lifecycles([_on(0, _seen()), _on(3, _seen(), _seen(key="telecom"))])
    assert (second.is_first, second.previous_on, second.days) == (False, MONDAY, (_day(0), _day(3)))
    assert second.of("sms.rate:carrier/telecom") == second.open[1]
    assert second.of("sms.rate:carrier/mobile") is None


def _finding(code: str, status: Status, key: str = "all", **more: Any) -> Finding:
    rule = Rule(code, "delivery_rate", Threshold(0.97, 0.95, "up"), "核查", "a reason")
    return Finding(rule=rule, entity=Entity("city", key, key), status=status, value=1.0, **more)


def test_a_rule_tells_by_its_silence_only_where_it_could_judge() -> None:
    findings = [
        _finding("sms.rate", "critical"),
        _finding("sms.rate", "ok", "telecom"),
        _finding("oa.active", "ok", is_applicable=False),
        _finding("infra.errors", "unknown"),
        _finding("infra.errors", "ok", "portal"),
    ]
    enabled = ["sms.rate", "ca.logins", "desk.tickets"]
    on = observe(MONDAY, findings, enabled, unjudged={"ca.logins"}, is_working_day=True)
    assert on.codes == {
        "ca.logins": False,
        "desk.tickets": True,
        "infra.errors": False,
        "oa.active": False,
        "sms.rate": True,
    }
    assert [(observation.identity, observation.status) for observation in on.observations] == [
        ("sms.rate:city/all", "critical"),
        ("oa.active:city/all", "unknown"),
        ("infra.errors:city/all", "unknown"),
        ("infra.errors:city/portal", "ok"),
    ]


def test_a_free_day_closes_only_what_it_saw_to_be_ok() -> None:
    friday = observe(
        _day(4), [_finding("sms.rate", "critical"), _finding("oa.active", "critical")], [], is_working_day=True
    )
    free = [_finding("sms.rate", "ok"), _finding("oa.active", "ok", is_applicable=False)]
    state = follow_lifecycles([friday, observe(_day(5), free, ["oa.gone"], is_working_day=False)])
    assert {item.code: item.change for item in state.lifecycles} == {"sms.rate": "closed", "oa.active": "unconfirmed"}
    silent = follow_lifecycles([friday, observe(_day(5), [], ["sms.rate", "oa.active"], is_working_day=False)])
    assert {item.change for item in silent.lifecycles} == {"unconfirmed"}


STATUSES: st.SearchStrategy[Status] = st.sampled_from(["ok", "warning", "critical", "unknown"])


@st.composite
def histories(draw: st.DrawFn) -> list[ObservedDay]:
    numbers = sorted(draw(st.sets(st.integers(0, 25), max_size=14)))
    days = []
    for number in numbers:
        seen = draw(st.dictionaries(st.sampled_from("abc"), STATUSES, max_size=3))
        codes = draw(st.sampled_from([{}, {"sms.rate": True}, {"sms.rate": False}]))
        observations = tuple(_seen(status, key) for key, status in seen.items())
        days.append(ObservedDay(_day(number), observations, codes))
    return days


@given(histories())
def test_the_counts_of_successive_inspections_add_up(days: list[ObservedDay]) -> None:
    before = follow_lifecycles([])
    for count in range(1, len(days) + 1):
        after = follow_lifecycles(days[:count])
        added = after.count("new", "back")
        assert len(before.open) + added == len(after.open) + len(after.closed)
        assert added + after.count("same", "worse", "better", "unconfirmed") == len(after.open)
        before = after


@given(histories())
def test_every_lifecycle_is_closed_at_most_once_and_not_soon_followed_by_its_like(days: list[ObservedDay]) -> None:
    state = follow_lifecycles(days)
    for lifecycle in state.lifecycles:
        assert lifecycle.begun_on <= lifecycle.opened_on <= lifecycle.confirmed_on
        assert lifecycle.closed_on is None or lifecycle.closed_on > lifecycle.confirmed_on
        assert (lifecycle.closed_on is not None) == (lifecycle.change in ("closed", "dropped"))
    for identity in {lifecycle.identity for lifecycle in state.lifecycles}:
        of_one = [lifecycle for lifecycle in state.lifecycles if lifecycle.identity == identity]
        for one, other in pairwise(of_one):
            assert one.closed_on is not None
            assert other.opened_on - one.closed_on > REOPENS_WITHIN


@given(histories(), st.randoms())
def test_the_order_in_which_inspections_are_told_does_not_matter(days: list[ObservedDay], random: Random) -> None:
    shuffled = list(days)
    random.shuffle(shuffled)
    assert follow_lifecycles(shuffled) == follow_lifecycles(days)


def test_an_event_that_was_noted_to_be_over_is_closed_by_the_next_inspection_even_if_its_rule_says_nothing() -> None:
    """It began and ended on Tuesday: nobody could see it on Friday, and it lasted one day."""
    over = _on(1, _seen(is_over=True), _seen(key="mobile"), sms_rate=False)
    for friday in (_on(4, sms_rate=False), _on(4, _seen("unknown"), _seen("unknown", "mobile"), sms_rate=False)):
        state = follow_lifecycles([over, friday])
        told = {item.entity.key: (item.change, item.closed_on, item.day(_day(4))) for item in state.lifecycles}
        assert told == {"unicom": ("closed", _day(4), 1), "mobile": ("unconfirmed", None, 4)}
    assert _only(follow_lifecycles([_on(1, _seen(is_over=True))])).is_open  # the inspection that saw it closes nothing
