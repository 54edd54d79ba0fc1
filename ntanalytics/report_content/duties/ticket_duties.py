"""Duties that tickets prove: work on each subsystem, deadlines, first responses outside office hours, onboarding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.desk_tickets import CATEGORIES, WITHDRAWN
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.metrics.desk.compliance import ONBOARDED_WITHIN, STEPS, registered_onboarding
from ntanalytics.metrics.desk.daily_service import RESPONSE_S, responses
from ntanalytics.metrics.desk.duties import Result
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import rows
from ntanalytics.periods.day_text import day_words
from ntanalytics.report_content.duties.duty import MET, NO_RESULT, SHORT, SHORT_OR_OPEN, Duty, Fact, unless_hidden
from ntanalytics.report_content.duties.span import DutySpan

_HOURS = RESPONSE_S // 3600


def _opened(span: DutySpan) -> list[Mapping[str, Any]]:
    """Return the tickets opened in the span; withdrawn and doubled ones ask for nothing."""
    return [row for row in span.rows("desk.tickets") if row["close_code"] not in WITHDRAWN]


def _outline(span: DutySpan, row: Mapping[str, Any]) -> str:
    kind = f"{SUBSYSTEMS[row['subsystem']]}{CATEGORIES[row['category']]}"
    who = f"，{row['unit']}" if row["unit"] else ""
    closed = f"{span.clock(row['closed_at'])}办结" if span.known(row["closed_at"]) is not None else "未办结"
    if span.view("desk.tickets").sources_without("closed_at"):
        closed = "办结时间未知"
    return f"{kind}{who}，{closed}"


def _late(span: DutySpan, row: Mapping[str, Any]) -> bool | None:
    """Return whether a ticket broke its deadline (docs/domain.md, Desk: SLA attainment); None while it is not over."""
    due, closed = row["due_at"], span.known(row["closed_at"])
    if closed is not None:
        return due is not None and closed > due
    return True if due is not None and due < span.ends_at else None


def _fact_of(span: DutySpan, row: Mapping[str, Any], on: date, *, must_solve: bool) -> Fact:
    """Return what a ticket says: it kept its deadline or broke it; where it must be solved, whether it was."""
    number, text, late = str(row["ticket_no"]), _outline(span, row), _late(span, row)
    is_closed = span.known(row["closed_at"]) is not None
    reasons = [f"时限为{span.clock(row['due_at'])}"] if late else []
    if must_solve and is_closed and row["close_code"] == "unsolved":
        reasons.append("关闭时未解决")
    if not reasons:
        return Fact(on, number, text, "open" if late is None else "met")
    fact = Fact(on, number, text, "short", "，".join(reasons))
    return fact if is_closed else unless_hidden(span, fact, "desk.tickets", since=span.day(row["opened_at"]))


def _work(*subsystems: str, categories: tuple[str, ...] = ()) -> Callable[[DutySpan], Iterator[Fact]]:
    """Return the facts of the tickets of some subsystems: each is done in time and solved, or its time is not over."""

    def facts(span: DutySpan) -> Iterator[Fact]:
        for row in _opened(span):
            if row["subsystem"] in subsystems and (not categories or row["category"] in categories):
                yield _fact_of(span, row, span.day(row["opened_at"]), must_solve=True)

    return facts


def _deadlines(span: DutySpan) -> Iterator[Fact]:
    """Yield the tickets whose deadline lies in the span (docs/domain.md, Desk: SLA attainment)."""
    for row in span.cases("desk.tickets", _BACK):
        due = row["due_at"]
        if due is None or not span.begins_at <= due < span.ends_at or row["close_code"] in WITHDRAWN:
            continue
        yield _fact_of(span, row, span.day(due), must_solve=False)


#: What a first response says of its duty.
_RESPONSES: dict[str, Result] = {"met": "met", "late": "short", "unrecorded": "unproven", "open": "open"}


def _responses(*, off_hours: bool) -> Callable[[DutySpan], Iterator[Fact]]:
    """Return the facts of first responses: of all tickets, or of those opened outside of office hours."""

    def facts(span: DutySpan) -> Iterator[Fact]:
        if off_hours:
            _ = span.working_days  # no day off is known of a year without a calendar
        for row in rows(span.context.shared(_answered, span.ends_at)):
            if row["is_off_hours"] or not off_hours:
                yield _response(span, row)

    return facts


def _answered(context: CheckContext, ends_at: datetime) -> pa.Table:
    view = context.dataset("desk.tickets")
    table = responses(view.table, view.days, context.utc_offset_h, min(ends_at, view.known_end))
    return table.order_by("opened_at", "ticket_no").to_pyarrow()


def _response(span: DutySpan, row: Mapping[str, Any]) -> Fact:
    opened, responded, result = row["opened_at"], row["responded_at"], _RESPONSES[row["response"]]
    day, reason = span.day(opened), "未记录首次响应时间" if result == "unproven" else ""
    if result == "short":
        waited = format_number(row["waited_s"], "seconds")
        reason = f"超过{_HOURS}小时未响应" if responded is None else f"响应用时{waited}"
    text = f"{span.clock(opened)}受理，首次响应{span.clock(responded)}"
    fact = Fact(day, str(row["ticket_no"]), text, result, reason)
    is_lacking = result == "short" and responded is None
    return unless_hidden(span, fact, "desk.tickets", since=day) if is_lacking else fact


def _onboarding(span: DutySpan) -> Iterator[Fact]:
    for row in rows(registered_onboarding(span.view("desk.onboardings").cases, span.last)):
        ended, noted = row["ended_on"], row["begun_on"]
        if ended is not None and ended < span.first:
            continue
        subject = f"{row['unit']}（{SUBSYSTEMS[row['subsystem']]}）"
        text = "接入尚未完成" if ended is None else f"{day_words(ended)}接入完成"
        if not row["is_late"]:
            yield Fact(noted, subject, text, "open" if row["missing_steps"] else "met")
            continue
        lacking = "、".join(label for step, label in STEPS.items() if not row[step])
        over = f"登记超过{ONBOARDED_WITHIN}日，" if ended is None else ""
        fact = Fact(noted, subject, text, "short", f"{over}缺{lacking}")
        yield unless_hidden(span, fact, "desk.onboardings", since=noted)


#: Days before the span in which tickets may have been opened whose deadline lies in it.
_BACK = 70

_TICKETS = {"desk.tickets": 0}


def _system_duty(id: str, label: str, *subsystems: str, categories: tuple[str, ...] = ()) -> Duty:
    return Duty(
        id=id,
        label=label,
        target="工单均按时办结",
        facts=_work(*subsystems, categories=categories),
        reads=_TICKETS,
        rests_on={"desk.tickets.due_at": MET, "desk.tickets.closed_at": SHORT_OR_OPEN, "desk.tickets.close_code": MET},
        none_words="期内没有相关工单",
        needs="相关工单",
    )


TICKET_DUTIES = (
    Duty(
        id="off_hours",
        label="7×24小时响应",
        target=f"非工作时间{_HOURS}小时内响应",
        facts=_responses(off_hours=True),
        reads=_TICKETS,
        rests_on={"desk.tickets.responded_at": SHORT_OR_OPEN, "desk.tickets.closed_at": SHORT},
        none_words="期内没有非工作时间工单，无响应记录可证",
        needs="非工作时间的受理与响应记录",
    ),
    _system_duty("identity_tickets", "身份认证维护", "identity"),
    _system_duty("sso_tickets", "单点登录维护", "sso"),
    _system_duty("exchange_tickets", "公文交换维护", "docexchange"),
    _system_duty("oa_tickets", "协同办公维护", "oa"),
    _system_duty("im_tickets", "即时通讯支持", "im"),
    _system_duty("sms_tickets", "短信平台支持", "sms"),
    _system_duty("ca_tickets", "CA证书支持", "ca"),
    Duty(
        id="deadlines",
        label="工单按时办结",
        target="在时限内办结",
        facts=_deadlines,
        reads={"desk.tickets": _BACK},
        rests_on={"desk.tickets.due_at": NO_RESULT, "desk.tickets.closed_at": SHORT_OR_OPEN},
        none_words="期内没有到期的有时限工单",
        needs="工单的应完成时间",
    ),
    Duty(
        id="first_response",
        label="首次响应",
        target=f"{_HOURS}小时内响应",
        facts=_responses(off_hours=False),
        reads=_TICKETS,
        rests_on={"desk.tickets.responded_at": SHORT_OR_OPEN, "desk.tickets.closed_at": SHORT},
        none_words="期内没有工单",
        needs="工单的首次响应时间",
    ),
    Duty(
        id="onboarding",
        label="单位接入四步骤",
        target="账号、权限、印章、培训齐全",
        facts=_onboarding,
        reads={"desk.onboardings": 0},
        rests_on={
            "desk.onboardings.account_on": SHORT,
            "desk.onboardings.permission_on": SHORT,
            "desk.onboardings.seal_on": SHORT,
            "desk.onboardings.training_on": SHORT,
        },
        when_none="met",
        none_words="期内没有单位接入",
        needs="单位接入登记",
    ),
)
