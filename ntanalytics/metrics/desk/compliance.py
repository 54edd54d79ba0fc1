"""Compliance with contract obligations on a day: patches, trainings, onboarding, restore drills.

Defined in docs/domain.md, Contract obligations. Every function takes Ibis tables of ``infra.patches`` or ``desk.*``
and returns one.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue, count

#: Patches of hosts (docs/domain.md, O17).
PATCHING = (
    count(
        "waiting_patches",
        "待复装补丁",
        "个",
        "Patches whose last try on the host failed. A missing day hides both failures and later successes.",
        good="down",
        over_gap="unknown",
    ),
    Measure(
        "unpatched_days",
        "未装补丁天数",
        "Days since a patch was last applied to the host; null where none was. A missing day may hide a later one.",
        unit="天",
        good="down",
        over_gap="upper_bound",
    ),
)

TRAINED = (
    Measure(
        "untrained_days",
        "距上次培训",
        "Days since the last training session; null where none is known (docs/domain.md, O18). A missing day may "
        "hide a later one.",
        unit="天",
        good="down",
        over_gap="upper_bound",
    ),
)

ONBOARDING = (
    count(
        "missing_steps",
        "缺少步骤",
        "项",
        "Steps of account, permission, seal and training without a ticket or training (docs/domain.md, O6). A missing "
        "day may hide the record of a step.",
        good="down",
        over_gap="upper_bound",
    ),
)

EVIDENCE = (
    count(
        "unsigned_reports",
        "未经确认报告",
        "份",
        "Weekly reports of the last weeks whose confirmation is due and missing (docs/domain.md, O12). A missing day "
        "may hide a confirmation.",
        good="down",
        over_gap="upper_bound",
    ),
    count(
        "undelivered_reports",
        "逾期未报送报告",
        "份",
        "Reports of the plan whose last day of delivery is over, and that are not delivered (docs/domain.md, Service "
        "quality and score: reports on time). A missing day may hide a delivery.",
        good="down",
        over_gap="upper_bound",
    ),
    Measure(
        "drill_days",
        "距上次恢复演练",
        "Days since a restore drill that did not fail, by the register or the manual checks; null where none is "
        "known (docs/domain.md, Infra). A missing day may hide a later one.",
        unit="天",
        good="down",
        over_gap="upper_bound",
    ),
)

#: Names of manual checks that are restore drills.
DRILL = "恢复演练|恢复测试|恢复验证"

MEASURES = catalogue((*PATCHING, *TRAINED, *ONBOARDING, *EVIDENCE))

#: Days within which a unit is connected (docs/domain.md, O6).
ONBOARDED_WITHIN = 30

#: Steps of a unit's onboarding to document exchange, in order (docs/domain.md, O6).
STEPS = {"has_account": "账号", "has_permission": "权限", "has_seal": "印章", "has_training": "培训"}


def undelivered_reports(report_plan: ir.Table, on: date) -> ir.Table:
    """Return the reports whose last day of delivery is over at a day, and that are not delivered by it.

    What is due on the day itself is not late yet (docs/domain.md, Service quality and score: reports on time).

    Args:
        report_plan: rows of ``desk.report_plan``: all that are not delivered.
        on: the day.

    Returns:
        ``report``, ``period``, ``due_on``; the longest due first.
    """
    last = ibis.literal(on)
    is_open = report_plan.delivered_on.isnull() | (report_plan.delivered_on > last)
    late = report_plan.filter((report_plan.due_on < last) & is_open)
    return late.select("report", "period", "due_on").order_by("due_on", "report", "period")


def waiting_patches(patches: ir.Table, on: date) -> ir.Table:
    """Return the hosts on which a patch failed and was not applied since (docs/domain.md, O17).

    Args:
        patches: rows of ``infra.patches`` of the months up to ``on``.
        on: the day.

    Returns:
        ``host``, ``waiting_patches``, ``patch`` (one of them), ``since_on`` (the day of the first); most first.
    """
    past = patches.filter(patches.patched_on <= ibis.literal(on))
    last = past.group_by("host", "patch").aggregate(
        _outcome=past.outcome.argmax(past.patched_on), _failed_on=past.patched_on.min(where=past.outcome == "failure")
    )
    failed = last.filter(last["_outcome"] == "failure")
    counted = failed.group_by("host").aggregate(
        waiting_patches=failed.count(), patch=failed.patch.min(), since_on=failed["_failed_on"].min()
    )
    return counted.order_by(ibis.desc("waiting_patches"), "host")


def unpatched_days(patches: ir.Table, on: date) -> ir.Table:
    """Return the days since each host was last patched, of hosts that ever were (docs/domain.md, O17).

    Args:
        patches: rows of ``infra.patches`` of the months up to ``on``.
        on: the day.

    Returns:
        ``host`` and ``unpatched_days``, longest first.
    """
    good = patches.filter((patches.patched_on <= ibis.literal(on)) & (patches.outcome == "success"))
    last = good.group_by("host").aggregate(_on=good.patched_on.max())
    dated = last.mutate(unpatched_days=ibis.literal(on).delta(last["_on"], unit="day"))
    return dated.select("host", "unpatched_days").order_by(ibis.desc("unpatched_days"), "host")


def days_since_training(trainings: ir.Table, on: date) -> ir.Table:
    """Return the days since the last training (docs/domain.md, O18).

    Args:
        trainings: rows of ``desk.trainings`` of the months up to ``on``.
        on: the day.

    Returns:
        One row with ``untrained_days``.
    """
    past = trainings.filter(trainings.held_on <= ibis.literal(on))
    last = past.aggregate(_on=past.held_on.max())
    return last.select(untrained_days=ibis.literal(on).delta(last["_on"], unit="day"))


def onboarding(tickets: ir.Table, trainings: ir.Table, since: date, until: date) -> ir.Table:
    """Return the units whose onboarding to document exchange began, with the steps that have no evidence (O6).

    Onboarding is a ticket to be connected (``onboarding``, of the exchange or its seals) and a ticket for an account
    (of the identity platform or the exchange) within 30 days; one ticket alone is only a question.

    Args:
        tickets: rows of ``desk.tickets`` of the months up to now.
        trainings: rows of ``desk.trainings`` of the same time.
        since: the first local day of a begin.
        until: the last one.

    Returns:
        ``unit``, ``begun_on``, the steps of ``STEPS`` as booleans and ``missing_steps``, by unit.
    """
    own = tickets.filter(tickets.unit.notnull())
    is_exchange = own.subsystem == "docexchange"
    is_joined = (own.category == "onboarding") & own.subsystem.isin(["docexchange", "seal"])
    is_account = (own.category == "account") & (own.subsystem == "identity")
    is_permission = (own.category == "account") & is_exchange
    began = own.group_by("unit").aggregate(
        _joined=own.day.min(where=is_joined), _opened=own.day.min(where=is_account | is_permission)
    )
    began = began.filter(began["_joined"].notnull() & began["_opened"].notnull())
    began = began.filter(began["_joined"].delta(began["_opened"], unit="day").abs() <= ONBOARDED_WITHIN)
    began = began.mutate(begun_on=ibis.least(began["_joined"], began["_opened"]))
    began = began.filter(began.begun_on.between(ibis.literal(since), ibis.literal(until)))
    ticket_steps = own.select(
        _unit="unit",
        has_account=is_account,
        has_permission=is_permission,
        has_seal=own.subsystem == "seal",
        has_training=own.category == "training",
    )
    held = trainings.filter(trainings.unit.notnull())
    sessions = held.select(_unit="unit", has_account=False, has_permission=False, has_seal=False, has_training=True)
    steps = ticket_steps.union(sessions)
    joined = began.left_join(steps, [began.unit == steps["_unit"]])
    units = joined.group_by("unit", "begun_on").aggregate(
        **{name: joined[name].any().fill_null(False) for name in STEPS}
    )
    missing = sum((~units[name]).cast("int64") for name in STEPS)
    return units.mutate(missing_steps=missing).order_by("unit")


def registered_onboarding(onboardings: ir.Table, on: date) -> ir.Table:
    """Return the units of the register whose onboarding began by a day, with the steps that are not done by it (O6).

    Args:
        onboardings: rows of ``desk.onboardings``.
        on: the day.

    Returns:
        The columns of :func:`onboarding`, ``subsystem``, ``ended_on`` (the unit's confirmation or else the last of all
        steps; null before) and ``is_late``: a step lacks at the end, or after ``ONBOARDED_WITHIN``; by unit. A unit
        that joins two subsystems has two rows.
    """
    began = onboardings.filter(onboardings.day <= ibis.literal(on))
    days = {name: began[f"{name.removeprefix('has_')}_on"] for name in STEPS}
    steps = {name: (day <= ibis.literal(on)).fill_null(False) for name, day in days.items()}
    missing = sum((~is_done).cast("int64") for is_done in steps.values())
    last_step = (missing == 0).ifelse(ibis.greatest(*days.values()), ibis.null("date"))
    confirmed = (began.finished_on <= ibis.literal(on)).ifelse(began.finished_on, ibis.null("date"))
    units = began.select(
        "unit", "subsystem", begun_on="day", ended_on=confirmed.coalesce(last_step), **steps, missing_steps=missing
    )
    is_over = units.ended_on.notnull() | (ibis.literal(on).delta(units.begun_on, unit="day") > ONBOARDED_WITHIN)
    return units.mutate(is_late=(units.missing_steps > 0) & is_over).order_by("unit", "subsystem")


def days_since_drill(checks: ir.Table, drills: ir.Table, on: date) -> ir.Table:
    """Return the days since the last restore drill that did not fail (docs/domain.md, Infra: restore drills).

    Args:
        checks: rows of ``desk.checks`` of the months up to ``on``, which may name a drill.
        drills: rows of ``desk.drills`` of the same time.
        on: the day.

    Returns:
        One row with ``drill_days``.
    """
    named = checks.filter((checks.checked_on <= ibis.literal(on)) & checks.item.re_search(DRILL))
    is_restored = (drills.kind == "restore_drill") & (drills.result != "failure")
    held = drills.filter((drills.held_on <= ibis.literal(on)) & is_restored)
    both = named.select(_held_on="checked_on").union(held.select(_held_on="held_on"))
    last = both.aggregate(_on=both["_held_on"].max())
    return last.select(drill_days=ibis.literal(on).delta(last["_on"], unit="day"))
