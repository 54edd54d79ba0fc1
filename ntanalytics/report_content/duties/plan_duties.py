"""Duties that plans and registers prove: trainings, drills, seals, certificates, access rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ntanalytics.contract import dataset
from ntanalytics.contract.desk_plans import DRILL_KINDS
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.seal import seals
from ntanalytics.periods.day_text import day_words
from ntanalytics.report_content.duties.duty import NO_RESULT, SHORT, SHORT_OR_OPEN, Duty, Fact, unless_hidden
from ntanalytics.report_content.duties.span import DutySpan

_Row = Mapping[str, Any]

_CERTIFICATE_KINDS = dataset("ca.certificates").column("kind").values


def _planned(held_in: str, *kinds: str) -> Callable[[DutySpan], Iterator[Fact]]:
    """Return the facts of a plan of trainings or drills: each was held, and the buyer confirmed it."""

    def facts(span: DutySpan) -> Iterator[Fact]:
        yield from _or_idle(span, kinds, found(span))

    def found(span: DutySpan) -> Iterator[Fact]:
        held = sorted(span.recent(held_in, _HELD_BACK), key=lambda row: row["held_on"])
        held = [row for row in held if row["held_on"] <= span.last]
        by_plan = {row["plan_no"]: row for row in held if row["plan_no"] is not None}
        for plan in (*_left_over(span, kinds, by_plan), *_planned_within(span, kinds)):
            row = by_plan.get(plan["plan_no"])
            fact = _fact_of(plan, row, span.last)
            if fact is not None:
                since = span.first - timedelta(days=_HELD_BACK)
                yield fact if row else unless_hidden(span, fact, held_in, "desk.plans", since=since)
        for row in held:
            if row["plan_no"] is None and row["held_on"] >= span.first and row.get("kind") not in _OTHER.get(kinds, ()):
                yield Fact(row["held_on"], str(row["topic"]), f"{day_words(row['held_on'])}举办，计划外", "none")

    return facts


def _or_idle(span: DutySpan, kinds: Sequence[str], facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield facts of a plan; where none of them was due, and the year has a plan, that nothing was."""
    made = list(facts)
    yield from made
    if all(fact.result == "none" for fact in made) and (plans := plans_of_year(span, kinds)):
        fact = Fact(span.last, "年度计划", f"计划共{len(plans)}项，期内没有到期的", "idle")
        yield unless_hidden(span, fact, "desk.plans", since=span.first)  # a plan that could not be read may be due


def plans_of_year(span: DutySpan, kinds: Sequence[str]) -> list[_Row]:
    """Return the plans of some kinds that stand at the end of a span, of its contract year where the site names it."""
    year = span.context.calendar.contract_year
    if year is None or not year[0] <= span.last <= year[1]:
        year = date.min, date.max
    plans = [plan for plan in _plans(span, kinds) if year[0] <= plan["planned_on"] <= year[1]]
    return [plan for plan in plans if not _by(plan["cancelled_on"], span.last)]


def _planned_within(span: DutySpan, kinds: Sequence[str]) -> list[_Row]:
    return [plan for plan in _plans(span, kinds) if span.first <= plan["planned_on"] <= span.last]


def _left_over(span: DutySpan, kinds: Sequence[str], by_plan: Mapping[str | None, _Row]) -> list[_Row]:
    """Return what was planned for the eve of the span and was not held by then: the span before could not tell yet."""
    eve = span.due_from(1)
    plans = [plan for plan in _plans(span, kinds) if eve <= plan["planned_on"] < span.first]
    held = {number: row["held_on"] for number, row in by_plan.items()}
    return [
        plan
        for plan in plans
        if not _by(plan["cancelled_on"], plan["planned_on"]) and not _by(held.get(plan["plan_no"]), plan["planned_on"])
    ]


def _plans(span: DutySpan, kinds: Sequence[str]) -> list[_Row]:
    """Return the plans of some kinds that were registered by the end of the span."""
    return [row for row in span.cases("desk.plans") if row["kind"] in kinds and row["noted_at"] < span.ends_at]


def _fact_of(plan: _Row, held: _Row | None, last: date) -> Fact | None:
    """Return what is known of one planned training or drill; None if it was cancelled, or is due on the last day."""
    day, number, topic = plan["planned_on"], str(plan["plan_no"]), _topic(plan)
    if _by(plan["cancelled_on"], last):
        return Fact(day, number, f"{topic}，经用户同意取消", "none")
    if held is None:
        return Fact(day, number, f"{topic}，没有举办记录", "short", "计划未执行") if day < last else None
    text = f"{topic}，{day_words(held['held_on'])}举办"
    if held.get("result") == "failure":
        return Fact(day, number, text, "short", "演练失败")
    if not _by(held["confirmed_on"], last):
        return Fact(day, number, text, "unproven", "用户未确认已举办")
    return Fact(day, number, text, "met")


def _topic(plan: _Row) -> str:
    return f"{plan['topic']}，计划{day_words(plan['planned_on'])}"


def _by(day: date | None, last: date) -> bool:
    return day is not None and day <= last


def _plan_confirmed(span: DutySpan) -> Iterator[Fact]:
    """Yield the planned trainings of the span by whether the buyer confirmed the plan before (docs/domain.md, O18)."""
    yield from _or_idle(span, ("training",), _confirmations(span))


def _confirmations(span: DutySpan) -> Iterator[Fact]:
    for plan in _planned_within(span, ("training",)):
        day, confirmed, text = plan["planned_on"], plan["confirmed_on"], _topic(plan)
        if _by(plan["cancelled_on"], span.last):
            yield Fact(day, str(plan["plan_no"]), f"{text}，经用户同意取消", "none")
        elif _by(confirmed, day):
            yield Fact(day, str(plan["plan_no"]), f"{text}，{day_words(confirmed)}确认", "met")
        else:
            fact = Fact(day, str(plan["plan_no"]), text, "short", "计划未经用户事先确认")
            yield fact if confirmed else unless_hidden(span, fact, "desk.plans", since=span.first)


def _seals(span: DutySpan) -> Iterator[Fact]:
    """Yield the seals that were requested, made or tested in the span, or wait for it (docs/domain.md, O11)."""
    overdue = _overdue_seals(span)
    for row in span.rows("seal.seals"):
        requested = span.known(row["requested_at"])
        if requested is None or not _concerns(row, span):
            continue
        text, reason = f"{span.clock(requested)}申请", overdue.get(row["seal_id"], "")
        for step, words in (("made_at", "制作"), ("tested_at", "测试")):
            moment = span.known(row[step])
            text += f"，{span.clock(moment)}{words}" if moment is not None else f"，未{words}"
        is_done = span.known(row["tested_at"]) is not None
        day = span.day(requested)
        yield Fact(day, str(row["seal_id"]), text, "short" if reason else "met" if is_done else "open", reason)


def _overdue_seals(span: DutySpan) -> Mapping[str, str]:
    """Return seal → which step it waits for too long, by the days of waiting that every report tells."""
    view = span.view("seal.seals")
    at = min(span.ends_at, view.known_end)
    steps = (
        (rows(seals.unmade_seals(view.table, at)), "making_wait_days", "seal.making_days", "制作"),
        (rows(seals.untested_seals(view.table, at)), "waiting_days", "seal.testing_days", "测试"),
    )
    return {
        row["seal_id"]: f"超过{limit:.0f}日未{words}"
        for waiting, measure, code, words in steps
        for row in waiting
        if row[measure] > (limit := span.rule(code).threshold.critical)
    }


def _concerns(row: _Row, span: DutySpan) -> bool:
    """Return whether a seal was requested in the span, tested in it, or waits."""
    tested = row["tested_at"]
    is_waiting = tested is None and row["state"] in ("making", "made", "requested")
    return bool(
        row["requested_at"] >= span.begins_at or is_waiting or (tested is not None and tested >= span.begins_at)
    )


def _certificates(span: DutySpan) -> Iterator[Fact]:
    """Yield the certificates issued in each month of the span, by kind (docs/domain.md, O10)."""
    counts: dict[tuple[date, str], int] = {}
    for row in span.rows("ca.certificates"):
        issued = row["issued_at"]
        if issued is not None and span.begins_at <= issued < span.ends_at:
            key = span.day(issued).replace(day=1), _CERTIFICATE_KINDS[row["kind"]]
            counts[key] = counts.get(key, 0) + 1
    is_whole = span.view("ca.certificates").is_complete and not span.unread_rows("ca.certificates", span.first)
    for (month, kind), count in sorted(counts.items()):
        yield Fact(month, f"{month:%Y-%m} {kind}", f"发放证书{'' if is_whole else '≥'}{count}张", "met")


def _access(span: DutySpan) -> Iterator[Fact]:
    """Yield the rights granted by their approval (docs/domain.md, Service quality and score: access review)."""
    for row in span.rows("desk.access_grants"):
        granted, approved = row["granted_at"], span.known(row["approved_at"])
        text = f"{SUBSYSTEMS[row['subsystem']]}，{row['permission']}，{span.clock(granted)}授予"
        is_met = approved is not None and approved <= granted
        reason = "" if is_met else "授予后才批准" if approved is not None else "没有批准记录"
        fact = Fact(span.day(granted), str(row["grant_no"]), text, "met" if is_met else "short", reason)
        yield fact if approved else unless_hidden(span, fact, "desk.access_grants", since=span.first)


#: Days before the span in which what it planned may have been held.
_HELD_BACK = 62

#: Kinds of drills that another duty lists.
_OTHER: Mapping[tuple[str, ...], tuple[str, ...]] = {(kind,): tuple(set(DRILL_KINDS) - {kind}) for kind in DRILL_KINDS}

PLAN_DUTIES = (
    Duty(
        id="training_plan",
        label="培训计划确认",
        target="计划事先经用户确认",
        facts=_plan_confirmed,
        reads={"desk.plans": 0},
        rests_on={"desk.plans.confirmed_on": SHORT, "desk.plans.cancelled_on": SHORT},
        none_words="期内没有培训计划",
        needs="经用户确认的培训计划",
    ),
    Duty(
        id="trainings",
        label="培训实施",
        target="按计划举办并经确认",
        facts=_planned("desk.trainings", "training"),
        reads={"desk.plans": 0, "desk.trainings": _HELD_BACK},
        rests_on={"desk.trainings.plan_no": SHORT, "desk.plans.cancelled_on": SHORT},
        none_words="期内没有计划的培训",
        needs="培训计划与签到确认",
    ),
    Duty(
        id="restore_drills",
        label="恢复演练",
        target="按计划演练并经确认",
        facts=_planned("desk.drills", "restore_drill"),
        reads={"desk.plans": 0, "desk.drills": _HELD_BACK},
        rests_on={"desk.drills.plan_no": SHORT, "desk.plans.cancelled_on": SHORT},
        none_words="期内没有计划的恢复演练",
        needs="恢复演练计划与记录",
    ),
    Duty(
        id="emergency_drills",
        label="应急演练",
        target="按计划演练并经确认",
        facts=_planned("desk.drills", "emergency_drill"),
        reads={"desk.plans": 0, "desk.drills": _HELD_BACK},
        rests_on={"desk.drills.plan_no": SHORT, "desk.plans.cancelled_on": SHORT},
        none_words="期内没有计划的应急演练",
        needs="应急演练计划与记录",
    ),
    Duty(
        id="seals",
        label="电子印章",
        target="申请后及时制作、测试",
        facts=_seals,
        reads={"seal.seals": 0},
        rests_on={
            "seal.seals.requested_at": NO_RESULT,
            "seal.seals.made_at": SHORT_OR_OPEN,
            "seal.seals.tested_at": SHORT_OR_OPEN,
        },
        none_words="期内没有印章申请",
        needs="印章登记",
    ),
    Duty(
        id="certificates",
        label="证书发放",
        target="有发放记录",
        facts=_certificates,
        reads={"ca.certificates": 0},
        rests_on={"ca.certificates.issued_at": NO_RESULT},
        none_words="期内没有发放证书",
        needs="证书签发记录",
    ),
    Duty(
        id="access_grants",
        label="权限授予",
        target="授予前均经批准",
        facts=_access,
        reads={"desk.access_grants": 0},
        rests_on={"desk.access_grants.approved_at": SHORT},
        when_none="met",
        none_words="期内没有授予权限",
        needs="权限台账",
    ),
)
