from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.findings.finding import Finding, State
from ntanalytics.findings.lifecycle import (
    SAME_MATTER,
    FindingLifecycle,
    LifecycleState,
    Observation,
    ObservedDay,
    follow_lifecycles,
    observe,
)

MONDAY = date(2026, 11, 16)


def _day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def _seen(state: State = "warning", subject: str = "联通", code: str = "sms.rate", **more: Any) -> Observation:
    return Observation(code, code.partition(".")[0], subject, "送达率", state, 0.9, "rate:1", **more)


def _on(number: int, *seen: Observation, **codes: bool) -> ObservedDay:
    """An inspection so many days after Monday; ``sms.rate`` says by its silence that all is well."""
    asked = {name.replace("_", ".", 1): judged for name, judged in codes.items()} or {"sms.rate": True}
    return ObservedDay(_day(number), seen, asked)


def _only(found: LifecycleState) -> FindingLifecycle:
    [life] = found.lives
    return life


def test_a_matter_is_opened_persists_worsens_eases_and_is_closed() -> None:
    days = [_on(0, _seen()), _on(1, _seen()), _on(2, _seen("critical")), _on(3, _seen()), _on(4)]
    changes = [_only(follow_lifecycles(days[:count])).change for count in range(1, 6)]
    assert changes == ["new", "same", "worse", "better", "closed"]
    life = _only(follow_lifecycles(days))
    assert (life.opened_on, life.confirmed_on, life.closed_on) == (_day(0), _day(3), _day(4))
    assert (life.state, life.worst) == ("warning", "critical")
    assert life.day(_day(30)) == 4  # closed on the fifth day, it lasted four
    assert _only(follow_lifecycles(days[:3])).day(_day(2)) == 3


def test_days_without_an_inspection_neither_open_nor_close_anything() -> None:
    life = _only(follow_lifecycles([_on(0, _seen()), _on(7, _seen())]))
    assert (life.is_open, life.change, life.day(_day(7))) == (True, "same", 8)


def test_what_is_not_known_stays_open_and_is_not_confirmed() -> None:
    life = _only(follow_lifecycles([_on(0, _seen()), _on(1, _seen("unknown"))]))
    assert (life.is_open, life.change, life.confirmed_on, life.state) == (True, "unconfirmed", _day(0), "warning")
    assert follow_lifecycles([_on(0, _seen("unknown"))]).lives == ()


def test_a_rule_that_cannot_tell_closes_nothing_by_its_silence_and_a_rule_that_is_off_does() -> None:
    opened = _on(0, _seen())
    assert _only(follow_lifecycles([opened, _on(1, sms_rate=False)])).change == "unconfirmed"
    dropped = _only(follow_lifecycles([opened, _on(1, oa_active=True)]))
    assert (dropped.change, dropped.closed_on) == ("dropped", _day(1))
    # where silence says nothing, what was seen to be in order closes
    assert _only(follow_lifecycles([opened, _on(1, _seen("ok"), sms_rate=False)])).change == "closed"


def test_what_opens_again_within_three_days_is_the_same_matter() -> None:
    back = _only(follow_lifecycles([_on(0, _seen()), _on(1), _on(4, _seen("critical"))]))
    assert (back.opened_on, back.change, back.closed_on, back.worst) == (_day(0), "back", None, "critical")
    late = follow_lifecycles([_on(0, _seen()), _on(1), _on(5, _seen())])
    assert [(each.opened_on, each.closed_on, each.change) for each in late.lives] == [
        (_day(0), _day(1), "closed"),
        (_day(5), None, "new"),
    ]


def test_it_began_when_the_findings_say_and_never_later_than_it_was_opened() -> None:
    days = [
        _on(0, _seen(since="10月24日或更早")),
        _on(1, _seen(since="10月25日或更早")),
        _on(2, _seen(since="11月18日")),
    ]
    first, last = _only(follow_lifecycles(days[:1])), _only(follow_lifecycles(days))
    assert (first.begun_on, first.is_older, first.day(MONDAY)) == (date(2026, 10, 24), True, 24)
    assert (last.begun_on, last.is_older) == (date(2026, 10, 24), True)
    untold = follow_lifecycles([_on(0, _seen()), _on(1, _seen(), _seen(subject="电信"))])
    # whoever looks for the first time does not know since when
    assert [(each.begun_on, each.is_older) for each in untold.lives] == [(_day(0), True), (_day(1), False)]
    winter = ObservedDay(date(2027, 1, 4), (_seen(since="12月28日"),), {"sms.rate": True})
    assert _only(follow_lifecycles([winter])).begun_on == date(2026, 12, 28)
    assert _only(follow_lifecycles([_on(0, _seen(since="2月29日"))])).begun_on == MONDAY
    assert _only(follow_lifecycles([_on(0, _seen(since="昨晚"))])).begun_on == MONDAY


def test_the_first_inspection_has_nothing_to_compare_with() -> None:
    assert follow_lifecycles([]) == LifecycleState()
    first = follow_lifecycles([_on(0, _seen())])
    assert (first.is_first, first.on, first.count("new")) == (True, MONDAY, 1)
    second = follow_lifecycles([_on(0, _seen()), _on(3, _seen(), _seen(subject="电信"))])
    assert (second.is_first, second.before, second.days) == (False, MONDAY, (_day(0), _day(3)))
    assert second.of("sms.rate:电信") == second.open[1]
    assert second.of("sms.rate:移动") is None


def _finding(code: str, state: State, subject: str = "全市", **more: Any) -> Finding:
    return Finding(code, code.partition(".")[0], subject, "检查", state, 1.0, "integer", "", "", **more)


def test_what_a_rule_says_by_its_silence() -> None:
    found = [
        _finding("sms.rate", "critical"),
        _finding("sms.rate", "ok", "电信"),
        _finding("oa.active", "ok", is_asked=False),
        _finding("infra.errors", "unknown"),
        _finding("infra.errors", "ok", "portal"),
        Finding("data.completeness", "ca", "证书", "数据完整性", "unknown", 1.0, "integer", "", ""),
    ]
    on = observe(MONDAY, found, ["sms.rate", "ca.logins", "desk.tickets"], is_working_day=True)
    assert on.codes == {
        "ca.logins": False,
        "data.completeness": False,
        "desk.tickets": True,
        "infra.errors": False,
        "oa.active": False,
        "sms.rate": True,
    }
    assert [(each.identity, each.state) for each in on.seen] == [
        ("sms.rate:全市", "critical"),
        ("oa.active:全市", "unknown"),
        ("infra.errors:全市", "unknown"),
        ("infra.errors:portal", "ok"),
        ("data.completeness:证书", "unknown"),
    ]


def test_a_free_day_closes_only_what_it_saw_to_be_in_order() -> None:
    friday = observe(
        _day(4), [_finding("sms.rate", "critical"), _finding("oa.active", "critical")], [], is_working_day=True
    )
    free = [_finding("sms.rate", "ok"), _finding("oa.active", "ok", is_asked=False)]
    found = follow_lifecycles([friday, observe(_day(5), free, ["oa.gone"], is_working_day=False)])
    assert {each.code: each.change for each in found.lives} == {"sms.rate": "closed", "oa.active": "unconfirmed"}
    silent = follow_lifecycles([friday, observe(_day(5), [], ["sms.rate", "oa.active"], is_working_day=False)])
    assert {each.change for each in silent.lives} == {"unconfirmed"}


STATES: st.SearchStrategy[State] = st.sampled_from(["ok", "warning", "critical", "unknown"])


@st.composite
def histories(draw: st.DrawFn) -> list[ObservedDay]:
    numbers = sorted(draw(st.sets(st.integers(0, 25), max_size=14)))
    made = []
    for number in numbers:
        seen = draw(st.dictionaries(st.sampled_from("甲乙丙"), STATES, max_size=3))
        codes = draw(st.sampled_from([{}, {"sms.rate": True}, {"sms.rate": False}]))
        found = tuple(_seen(state, subject) for subject, state in seen.items())
        made.append(ObservedDay(_day(number), found, codes))
    return made


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
def test_every_matter_is_closed_at_most_once_and_not_soon_followed_by_its_like(days: list[ObservedDay]) -> None:
    found = follow_lifecycles(days)
    for life in found.lives:
        assert life.begun_on <= life.opened_on <= life.confirmed_on
        assert life.closed_on is None or life.closed_on > life.confirmed_on
        assert (life.closed_on is not None) == (life.change in ("closed", "dropped"))
    for identity in {life.identity for life in found.lives}:
        its = [life for life in found.lives if life.identity == identity]
        for one, other in pairwise(its):
            assert one.closed_on is not None
            assert other.opened_on - one.closed_on > SAME_MATTER


@given(histories(), st.randoms())
def test_the_order_in_which_inspections_are_told_does_not_matter(days: list[ObservedDay], random: Any) -> None:
    shuffled = list(days)
    random.shuffle(shuffled)
    assert follow_lifecycles(shuffled) == follow_lifecycles(days)
