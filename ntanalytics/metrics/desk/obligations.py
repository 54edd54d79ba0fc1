"""The contractor's duties that its ledger proves: recovery, training, changes, team.

Defined in docs/domain.md, Desk; Contract obligations.

Every function takes Ibis tables of ``desk.*`` and returns one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: A crash that the vendor's software caused is restored within that time (docs/domain.md, O15).
PROMISE = timedelta(hours=4)

#: What the clock of an incident says.
CLOCKS = {
    "kept": "按时恢复", "broken": "超过承诺", "running": "计时中", "support": "全力支持",
}  # fmt: skip

RECOVERY = (
    Measure(
        "clock_s",
        "恢复时钟",
        "restored_at − began_at; of an incident that lasts, the moment − began_at (docs/domain.md, Desk).",
        format="seconds",
        good="down",
    ),
    Measure(
        "clock",
        "恢复情况",
        "Of a crash caused by vendor software: kept or broken by four hours, or still running; of any other the duty is to support (docs/domain.md, Desk: recovery clock; O15).",
        format="text",
        values=CLOCKS,
    ),
)

#: XX (docs/domain.md, O15).
KEPT = (
    count("crashes", "系统崩溃", "起", "Crashes that vendor software caused.", good="down"),
    count("clocks_broken", "超时恢复", "起", "Of them, those not restored within four hours.", good="down"),
)

#: XX (docs/domain.md, Desk).
TRAINING = (
    count("sessions", "培训场次", "场", "Sessions held.", good="up"),
    count("invited", "应到", "人", "Persons who were to come; of sessions that say it."),
    count("trainees", "实到", "人", "Persons who came.", good="up"),
    rate(
        "training_rate",
        "到训率",
        "Persons who came / persons invited, of sessions that say how many; else null (docs/domain.md, Desk: training rate).",
        good="up",
    ),
)

CHANGES = (
    count("finished_changes", "完成变更", "项", "Changes that were made in the period."),
    count(
        "unconfirmed_changes",
        "未经确认变更",
        "项",
        "Changes made without, or before, the buyer's written confirmation (docs/domain.md, Desk; O7).",
        good="down",
    ),
)

TEAM = (
    count("team", "团队人数", "人", "Members of the team (docs/domain.md, O1).", good="up"),
    count(
        "standbys",
        "备选人员",
        "人",
        "Members named as the backup of the engineer on site (docs/domain.md, O2).",
        good="up",
    ),
)

MEASURES = catalogue(change.with_changes((*RECOVERY, *KEPT, *TRAINING, *CHANGES, *TEAM)))


def recovery(incidents: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """The incidents that began or lasted in ``[since, until)``, each with its clock (docs/domain.md, Desk).

    Args:
        incidents: rows of ``desk.incidents``, of all that began before ``until`` and may last into the window.
        since: the window's begin (aware).
        until: its end (aware), or now when it is not over.

    Returns:
        ``incident_no``, ``subsystem``, ``cause``, ``is_crash``, ``began_at``, ``responded_at``, ``restored_at`` (null
        while it lasts) and the measures of ``RECOVERY``; longest first.
    """
    moment = ibis.literal(until)
    restored = (incidents.restored_at <= moment).ifelse(incidents.restored_at, ibis.null(incidents.restored_at.type()))
    told = incidents.mutate(restored_at=restored)
    told = told.filter(
        (told.began_at < moment) & (told.restored_at.isnull() | (told.restored_at > ibis.literal(since)))
    )
    told = told.mutate(
        clock_s=(ibis.coalesce(told.restored_at, moment).epoch_seconds() - told.began_at.epoch_seconds()).cast(
            "float64"
        )
    )
    is_late = told.clock_s > PROMISE.total_seconds()
    clock = ibis.cases(
        ((told.cause != "vendor_software") | ~told.is_crash, "support"),
        (is_late, "broken"),
        (told.restored_at.isnull(), "running"),
        else_="kept",
    )
    columns = ("incident_no", "subsystem", "cause", "is_crash", "began_at", "responded_at", "restored_at", "clock_s")
    return told.select(*columns, clock=clock).order_by(ibis.desc("clock_s"), "incident_no")


def recovery_promise(clocks: ir.Table) -> ir.Table:
    """How the promise of four hours was kept (docs/domain.md, O15).

    Args:
        clocks: what ``recovery`` made.

    Returns:
        One row with the measures of ``KEPT``.
    """
    return clocks.aggregate(
        crashes=clocks.count(where=clocks.clock != "support"),
        clocks_broken=clocks.count(where=clocks.clock == "broken"),
    )


def training(trainings: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Training sessions and who came (docs/domain.md, Desk; O18).

    Args:
        trainings: rows of ``desk.trainings``, those of the period.
        by: columns of ``trainings`` that name a group: ``unit``.

    Returns:
        ``by`` and the measures of ``TRAINING``, most sessions first; one row when ``by`` is empty.
    """
    says = trainings.invited.notnull()
    counted = trainings.aggregate(
        by=list(by),
        sessions=trainings.count(),
        invited=trainings.invited.sum().fill_null(0).cast("int64"),
        trainees=trainings.attended.sum().fill_null(0).cast("int64"),
        _came=trainings.attended.sum(where=says),
    )
    rated = counted.mutate(training_rate=counted["_came"] / counted.invited.nullif(0)).drop("_came")
    return rated.order_by(ibis.desc("sessions"), *by)


def changes(changes: ir.Table, since: datetime, until: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Changes that were made in ``[since, until)``, and those without a confirmation (docs/domain.md, Desk; O7).

    Args:
        changes: rows of ``desk.changes``, of all that may have been made in the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.
        by: columns of ``changes`` that name a group: ``kind``, ``subsystem``.

    Returns:
        ``by`` and the measures of ``CHANGES``, most unconfirmed first; one row when ``by`` is empty. Only a change of
        a workflow needs the confirmation.
    """
    made = _made(changes, since, until)
    counted = made.aggregate(
        by=list(by), finished_changes=made.count(), unconfirmed_changes=made.count(where=made["_is_unconfirmed"])
    )
    return counted.order_by(ibis.desc("unconfirmed_changes"), ibis.desc("finished_changes"), *by)


def unconfirmed_changes(changes: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """The changes of workflows made in ``[since, until)`` without, or before, a written confirmation (O7).

    Args:
        changes: rows of ``desk.changes``, of all that may have been made in the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.

    Returns:
        ``change_no``, ``subsystem``, ``unit``, ``finished_at``, ``confirmed_at``; latest first.
    """
    made = _made(changes, since, until)
    found = made.filter(made["_is_unconfirmed"])
    columns = ("change_no", "subsystem", "unit", "finished_at", "confirmed_at")
    return found.select(*columns).order_by(ibis.desc("finished_at"), "change_no")


def planned_changes(changes: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """The changes that are planned for ``[since, until)`` and not made yet.

    Args:
        changes: rows of ``desk.changes``, of all that may be planned for the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.

    Returns:
        ``change_no``, ``planned_at``, ``subsystem``, ``kind``, ``unit``, ``confirmed_at``; earliest first.
    """
    due = (changes.planned_at >= ibis.literal(since)) & (changes.planned_at < ibis.literal(until))
    found = changes.filter(due & (changes.finished_at.isnull() | (changes.finished_at >= ibis.literal(since))))
    columns = ("change_no", "planned_at", "subsystem", "kind", "unit", "confirmed_at")
    return found.select(*columns).order_by("planned_at", "change_no")


def _made(changes: ir.Table, since: datetime, until: datetime) -> ir.Table:
    made = changes.filter((changes.finished_at >= ibis.literal(since)) & (changes.finished_at < ibis.literal(until)))
    is_late = made.confirmed_at.isnull() | (made.confirmed_at > made.finished_at)
    return made.mutate(_is_unconfirmed=(made.kind == "workflow") & is_late)


def team(roster: ir.Table, month: date) -> ir.Table:
    """How many persons the team has in a month (docs/domain.md, O1).

    Args:
        roster: rows of ``desk.roster``.
        month: the first day of the month.

    Returns:
        One row with the measures of ``TEAM``.
    """
    mine = roster.filter(roster.month_on == ibis.literal(month))
    return mine.aggregate(
        team=mine.person.nunique(), standbys=mine.person.nunique(where=mine.role == "backup").fill_null(0)
    )
