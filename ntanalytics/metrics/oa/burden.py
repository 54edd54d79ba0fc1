"""Burden of the staff: what is sent after hours, asked twice, stuck, unneeded or outdated (docs/domain.md, Burden).

Every function of a cause returns the same columns: ``burden_cause``, ``burden_subject`` and ``burden_count``; ``weigh``
turns the counts into person-hours a week. No row stands for a person, and none for fewer than five events or accounts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.enumerations import EDITIONS, MODULES
from ntanalytics.metrics.measure import Measure, catalogue, count


@dataclass(frozen=True, kw_only=True)
class BurdenCause:
    """One cause of burden, with the minutes that one count of it costs.

    Attributes:
        label: Chinese name.
        unit: Chinese unit of its counts.
        minutes: lowest, middle and highest estimate for one count.
        is_event: whether its counts are events of the period, and not what lasts through each week of it.
    """

    label: str
    unit: str
    minutes: tuple[float, float, float]
    is_event: bool


#: Causes of burden (docs/domain.md, Burden); the minutes are estimates and stand there, too.
CAUSES: Mapping[str, BurdenCause] = MappingProxyType(
    {
        "after_hours": BurdenCause(label="非工作时间提醒", unit="条", minutes=(1, 2, 5), is_event=True),
        "asked_twice": BurdenCause(label="同一事项重复填报", unit="件", minutes=(10, 20, 30), is_event=True),
        "stuck": BurdenCause(label="文件在同一环节积压", unit="件", minutes=(5, 10, 20), is_event=False),
        "unneeded": BurdenCause(label="模块很少使用", unit="个账号", minutes=(2, 5, 10), is_event=False),
        "old_client": BurdenCause(label="客户端版本过旧", unit="个账号", minutes=(2, 5, 15), is_event=False),
    }
)

#: Fewest events or accounts of a row.
LEAST = 5
#: Share of the users of the busiest module below which a module is hardly used.
HARDLY_USED = 0.02
#: A step is stuck where its tasks have waited so many times as long, and so many hours, as those elsewhere.
STUCK_TIMES, STUCK_HOURS = 3, 40
#: Share of an application's messages after hours from which on a half hour is told by itself.
_MIN_SHARE = 0.05
#: Beginning and end of the working time in minutes since midnight; the lunch break belongs to it.
_BEGIN, _END, _SLOT = 510, 1080, 30

BURDEN = (
    Measure(
        "burden_cause",
        "负担类型",
        "Cause of the burden (docs/domain.md, Burden).",
        format="text",
        values={code: cause.label for code, cause in CAUSES.items()},
    ),
    Measure("burden_subject", "具体事项", "Application, module, step or client that makes the burden.", format="text"),
    count("burden_count", "数量", "", "Events of the period, or documents and accounts that last through it."),
    Measure("burden_unit", "计量单位", "Unit of the count.", format="text"),
    Measure(
        "burden_hours",
        "每周耗时",
        "Person-hours a week: the count times the middle minutes of its cause (docs/domain.md, Burden).",
        unit="人时",
        format="number:1",
        good="down",
        is_additive=True,
    ),
    Measure(
        "burden_hours_low",
        "下限",
        "Person-hours a week with the lowest minutes.",
        unit="人时",
        format="number:1",
        is_additive=True,
    ),
    Measure(
        "burden_hours_high",
        "上限",
        "Person-hours a week with the highest minutes.",
        unit="人时",
        format="number:1",
        over_gap="unknown",
    ),
)

MEASURES = catalogue(BURDEN)


def after_hours(messages: ir.Table, days: ir.Table, applications: Sequence[str], utc_offset_h: int) -> ir.Table:
    """Return messages to staff before or after the working time, or on a day off, by application and half hour.

    Args:
        messages: rows of ``sms.messages`` of the period.
        days: the period's days: ``day`` and ``is_working_day``.
        applications: the applications that write to staff.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    sent = messages.filter(messages.application.isin(list(applications)))
    local = sent.submitted_at + ibis.interval(hours=utc_offset_h)
    sent = sent.select("application", "day", _minute=(local.hour() * 60 + local.minute()).cast("int64"))
    worked = days.select(_day="day", _is_worked="is_working_day")
    joined = sent.inner_join(worked, sent.day == worked["_day"])
    minute, is_worked = joined["_minute"], joined["_is_worked"]
    outside = joined.filter(~is_worked | (minute < _BEGIN) | (minute >= _END))
    slot = (outside["_minute"] // _SLOT) * _SLOT
    clock = _two(slot // 60).concat(":", _two(slot % 60))
    when = outside["_is_worked"].ifelse("工作日", "休息日").concat(clock)
    counted = outside.mutate(_when=when).group_by("application", "_when").aggregate(_count=ibis._.count())
    # a half hour with few messages is told with the others
    total = counted["_count"].sum().over(ibis.window(group_by="application"))
    least = ibis.greatest(total * _MIN_SHARE, LEAST)
    counted = counted.mutate(_shown=(counted["_count"] >= least).ifelse(counted["_when"], "其他非工作时段"))
    shown = counted["_shown"]
    return _rows(counted.mutate(_subject=counted.application.concat(" ", shown)), "after_hours", "_subject", "_count")


def asked_twice(tasks: ir.Table, first: dt.date, last: dt.date) -> ir.Table:
    """Return the tasks that ask a unit for a matter which another module had asked it for, by module.

    Args:
        tasks: rows of ``oa.tasks`` that began until ``last``.
        first: first local day on which the second task began.
        last: the last one.
    """
    known = tasks.filter(tasks.matter_id.notnull() & tasks.unit.notnull() & ~tasks.is_cancelled)
    first_tasks = known.group_by("unit", "matter_id", "module").aggregate(
        _began=known.started_at.min(), _day=known.day.min()
    )
    order = ibis.window(group_by=["unit", "matter_id"], order_by=["_began", "module"])
    again = first_tasks.mutate(_nth=ibis.row_number().over(order), _first=first_tasks.module.first().over(order))
    again = again.filter(
        (again["_nth"] > 0) & (again["_day"] >= ibis.literal(first)) & (again["_day"] <= ibis.literal(last))
    )
    pair = code_words(again["_first"], MODULES).concat(" → ", code_words(again.module, MODULES))
    return _rows(again.mutate(_subject=pair, _one=1), "asked_twice", "_subject", "_one")


def stuck(tasks: ir.Table, ends_at: dt.datetime) -> ir.Table:
    """Return the steps at which tasks wait at least three times as long as at all others, with the waiting tasks.

    Args:
        tasks: rows of ``oa.tasks`` that were open at the end of the period.
        ends_at: UTC moment of the end of the period.
    """
    at = ibis.literal(ends_at)
    waiting = tasks.filter(
        tasks.step.notnull()
        & ~tasks.is_cancelled
        & (tasks.started_at < at)
        & (tasks.finished_at.isnull() | (tasks.finished_at >= at))
    )
    waited = (at.epoch_seconds() - waiting.changed_at.epoch_seconds()) / 3600
    key = waiting.edition.concat("/", waiting.module, "/", waiting.step)
    waiting = waiting.select("edition", "module", "step", _key=key, _waited_h=ibis.greatest(waited, 0))
    steps = waiting.group_by("edition", "module", "step", "_key").aggregate(
        _count=waiting.count(), _median_h=waiting["_waited_h"].median()
    )
    pairs = waiting.select("_key", "_waited_h").cross_join(steps.select(_step="_key"))
    elsewhere = (
        pairs.filter(pairs["_key"] != pairs["_step"])
        .group_by("_step")
        .aggregate(_others_h=ibis._["_waited_h"].median())
    )
    joined = steps.left_join(elsewhere, steps["_key"] == elsewhere["_step"])
    least = ibis.greatest(joined["_others_h"].fill_null(0) * STUCK_TIMES, STUCK_HOURS)
    stuck_steps = joined.filter(joined["_median_h"] >= least)
    subject = code_words(stuck_steps.edition, EDITIONS).concat(
        "·", code_words(stuck_steps.module, MODULES), "“", stuck_steps.step, "”环节"
    )
    return _rows(stuck_steps.mutate(_subject=subject), "stuck", "_subject", "_count")


def module_users(activities: ir.Table) -> ir.Table:
    """Return the accounts of each module in each edition, 0 included, of modules that any edition uses.

    Args:
        activities: rows of ``oa.activities`` of the period.

    Returns:
        ``edition``, ``module``, ``active`` and ``relative_use`` (of the busiest module of the edition).
    """
    used = activities.filter(activities.module != "other")
    counted = used.select("edition", "module", "source", "account_id").distinct()
    counted = counted.group_by(_edition="edition", _module="module").aggregate(_active=ibis._.count())
    grid = used.select("edition").distinct().cross_join(used.select("module").distinct())
    joined = grid.left_join(counted, [grid.edition == counted["_edition"], grid.module == counted["_module"]])
    filled = joined.select("edition", "module", active=joined["_active"].fill_null(0))
    most = filled.active.max().over(ibis.window(group_by="edition"))
    return filled.mutate(relative_use=filled.active / most.nullif(0))


def unneeded(users: ir.Table) -> ir.Table:
    """Return the modules that fewer than one in fifty of an edition's users of the busiest module use.

    Args:
        users: the result of ``module_users``.
    """
    idle = users.filter(users.relative_use < HARDLY_USED)
    subject = code_words(idle.edition, EDITIONS).concat("·", code_words(idle.module, MODULES))
    return _rows(idle.mutate(_subject=subject), "unneeded", "_subject", "active")


def old_clients(sessions: ir.Table, outdated: Sequence[str]) -> ir.Table:
    """Return the accounts that were seen with an outdated client.

    Args:
        sessions: rows of ``im.sessions`` of the period.
        outdated: names of the outdated clients.
    """
    seen = sessions.filter(sessions.client.isin(list(outdated))).select("client", "source", "account_id").distinct()
    return _rows(seen.mutate(_one=1), "old_client", "client", "_one")


def weigh(rows: ir.Table, weeks: float) -> ir.Table:
    """Return the rows of all causes with their person-hours a week, the most first.

    Args:
        rows: the union of the results of the causes.
        weeks: weeks of the period, by which events are divided.

    Returns:
        The measures of ``BURDEN``.
    """
    hours: list[ir.Value] = []
    for place in range(3):
        minutes = [
            (rows.burden_cause == code, cause.minutes[place] / 60 / (weeks if cause.is_event else 1))
            for code, cause in CAUSES.items()
        ]
        hours.append(rows.burden_count * ibis.cases(*minutes, else_=0.0))
    units = ibis.cases(*((rows.burden_cause == code, cause.unit) for code, cause in CAUSES.items()), else_="")
    low, middle, high = hours
    with_hours = rows.mutate(burden_unit=units, burden_hours=middle, burden_hours_low=low, burden_hours_high=high)
    return with_hours.select(*(measure.name for measure in BURDEN)).order_by(
        ibis.desc("burden_hours"), "burden_cause", "burden_subject"
    )


def _rows(table: ir.Table, cause: str, subject: str, number: str) -> ir.Table:
    summed = table.group_by(burden_subject=table[subject]).aggregate(burden_count=table[number].sum().cast("int64"))
    summed = summed.filter(summed.burden_count >= LEAST)
    return summed.select(burden_cause=ibis.literal(cause), burden_subject="burden_subject", burden_count="burden_count")


def _two(number: ir.IntegerValue) -> ir.StringValue:
    return (number < 10).ifelse(ibis.literal("0").concat(number.cast("string")), number.cast("string"))


def code_words(code: ir.Value, words: Mapping[str, str]) -> ir.StringValue:
    """Return the words of a code; the code itself of one without any."""
    cases = [(code == name, label) for name, label in words.items()]
    made: ir.StringValue = ibis.cases(*cases, else_=code)
    return made
