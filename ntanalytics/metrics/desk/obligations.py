"""Obligations of the contractor in its service-desk workbook: recovery, training, changes, team.

Defined in docs/domain.md, Desk; Contract obligations. Every function takes Ibis tables of ``desk.*`` and returns one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: Time within which a crash caused by the vendor's software is restored (docs/domain.md, O15).
PROMISE = timedelta(hours=4)

#: Seconds of a day.
_DAY_S = 86_400

#: States of an incident's recovery clock.
CLOCKS = {
    "kept": "4小时内恢复",
    "broken": "超过合同约定的4小时",
    "running": "尚未恢复",
    "overrun": "尚未恢复，已超过合同约定的4小时",
    "support": "非供应商软件原因，全力支持",
    "no_crash": "未造成系统崩溃，不适用4小时承诺",
    "support_lasts": "尚未恢复；非供应商软件原因，全力支持",
    "no_crash_lasts": "尚未恢复；未造成系统崩溃，不适用4小时承诺",
}

RECOVERY = (
    Measure(
        "clock_s",
        "恢复用时",
        "restored_at − began_at; null while an incident lasts (docs/domain.md, Desk: recovery clock).",
        format="seconds",
        good="down",
    ),
    Measure(
        "lasted_s",
        "已持续",
        "The moment − began_at of an incident that nobody recorded as restored; null of any other (docs/domain.md, "
        "Desk: recovery clock).",
        format="seconds",
        good="down",
    ),
    Measure(
        "clock",
        "恢复情况",
        "Crashes caused by vendor software: kept or broken by four hours, or still running, within them or over; of "
        "other causes: support; an incident that was no crash has no clock; each tells whether it lasts "
        "(docs/domain.md, Desk: recovery clock; O15).",
        format="text",
        values=CLOCKS,
    ),
)

#: The promise of four hours (docs/domain.md, O15).
PROMISES = (
    count("crashes", "系统崩溃", "起", "Crashes that vendor software caused.", good="down"),
    count("clocks_broken", "超时恢复", "起", "Crashes that were not restored within four hours.", good="down"),
)

#: Training sessions (docs/domain.md, Desk).
TRAINING = (
    count("sessions", "培训场次", "场", "Sessions held.", good="up"),
    count("invited", "应到", "人", "Persons invited, of sessions that record it."),
    count("trainees", "实到", "人", "Persons who attended.", good="up"),
    rate(
        "training_rate",
        "到训率",
        "Persons who attended / persons invited, of sessions that record both; else null "
        "(docs/domain.md, Desk: training rate).",
        good="up",
        is_share=False,
    ),
)

CHANGES = (
    count("finished_changes", "完成变更", "项", "Changes finished in the period."),
    count(
        "unconfirmed_changes",
        "未经确认变更",
        "项",
        "Changes finished without, or before, the buyer's written confirmation (docs/domain.md, Desk; O7). A missing "
        "day hides both changes and confirmations.",
        good="down",
        over_gap="unknown",
    ),
)

#: Changes beyond their planned end (docs/domain.md, Desk).
OVERRUN = (
    Measure(
        "overrun_s",
        "超出计划时间",
        "The end of a change that was begun − its planned end; of one that nobody recorded as ended the moment − its "
        "planned end. Null where no end was planned within a day of the start (docs/domain.md, Desk: changes that "
        "overran).",
        format="seconds",
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

MEASURES = catalogue(change.with_changes((*RECOVERY, *PROMISES, *TRAINING, *CHANGES, *OVERRUN, *TEAM)))


def recovery(incidents: ir.Table, since: datetime, until: datetime, without_end: Sequence[str] = ()) -> ir.Table:
    """Return the incidents of ``[since, until)``, old and new, with their recovery clocks (docs/domain.md, Desk).

    Args:
        incidents: rows of ``desk.incidents``: all that began before ``until`` and may last into the window.
        since: the window's begin (aware).
        until: its end (aware), or now when it is not over.
        without_end: sources that do not tell when an incident was over: theirs are those that began in the window.

    Returns:
        ``incident_no``, ``subsystem``, ``cause``, ``is_crash``, ``began_at``, ``responded_at``, ``restored_at`` (null
        while it lasts) and the measures of ``RECOVERY``, null where the end is unknown; longest first.
    """
    has_end = incidents.source.notin(list(without_end)) if without_end else ibis.literal(True)
    moment = ibis.literal(until)
    restored = (incidents.restored_at <= moment).ifelse(incidents.restored_at, ibis.null(incidents.restored_at.type()))
    lasting = incidents.mutate(restored_at=restored)
    is_open = lasting.restored_at.isnull() & (has_end | (lasting.began_at >= ibis.literal(since)))
    lasting = lasting.filter((lasting.began_at < moment) & (is_open | (lasting.restored_at > ibis.literal(since))))
    seconds = ibis.coalesce(lasting.restored_at, moment).epoch_seconds() - lasting.began_at.epoch_seconds()
    length = has_end.ifelse(seconds.cast("float64"), ibis.null("float64"))
    lasts, none = lasting.restored_at.isnull(), ibis.null("float64")
    measured = lasting.mutate(clock_s=lasts.ifelse(none, length), lasted_s=lasts.ifelse(length, none))
    listed = measured.mutate(clock=_clock(measured))
    columns = ("incident_no", "subsystem", "cause", "is_crash", "began_at", "responded_at", "restored_at")
    longest = ibis.desc(ibis.coalesce(listed.clock_s, listed.lasted_s))
    return listed.order_by(longest, "incident_no").select(*columns, *(measure.name for measure in RECOVERY))


def _clock(measured: ir.Table) -> ir.StringValue:
    """Return the state of each recovery clock; what lasts never reads like what was restored."""
    lasts, promised = measured.lasted_s.notnull(), PROMISE.total_seconds()
    return ibis.cases(
        (~measured.is_crash, lasts.ifelse("no_crash_lasts", "no_crash")),
        (measured.cause != "vendor_software", lasts.ifelse("support_lasts", "support")),
        (measured.lasted_s > promised, "overrun"),
        (lasts, "running"),
        (measured.clock_s > promised, "broken"),
        (measured.clock_s.notnull(), "kept"),
        else_=ibis.null("string"),
    )


def training(trainings: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return training sessions with invited and attending persons (docs/domain.md, Desk; O18).

    Args:
        trainings: rows of ``desk.trainings``, those of the period.
        by: columns of ``trainings`` that name a group: ``unit``.

    Returns:
        ``by`` and the measures of ``TRAINING``, most sessions first; one row when ``by`` is empty.
    """
    has_invited = trainings.invited.notnull()
    counted = trainings.aggregate(
        by=list(by),
        sessions=trainings.count(),
        invited=trainings.invited.sum().fill_null(0).cast("int64"),
        trainees=trainings.attended.sum().fill_null(0).cast("int64"),
        _attended=trainings.attended.sum(where=has_invited),
    )
    rated = counted.mutate(training_rate=counted["_attended"] / counted.invited.nullif(0)).drop("_attended")
    return rated.order_by(ibis.desc("sessions"), *by)


def changes(changes: ir.Table, since: datetime, until: datetime, by: Sequence[str] = ()) -> ir.Table:
    """Return the changes finished in ``[since, until)``, and those without a confirmation (docs/domain.md, Desk; O7).

    Args:
        changes: rows of ``desk.changes``: all that may have been finished in the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.
        by: columns of ``changes`` that name a group: ``kind``, ``subsystem``.

    Returns:
        ``by`` and the measures of ``CHANGES``, most unconfirmed first; one row when ``by`` is empty. Only a change of
        a workflow needs a confirmation.
    """
    finished = _finished(changes, since, until)
    counted = finished.aggregate(
        by=list(by),
        finished_changes=finished.count(),
        unconfirmed_changes=finished.count(where=finished["_is_unconfirmed"]),
    )
    return counted.order_by(ibis.desc("unconfirmed_changes"), ibis.desc("finished_changes"), *by)


def unconfirmed_changes(changes: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """Return the workflow changes finished in ``[since, until)`` without, or before, a written confirmation (O7).

    Args:
        changes: rows of ``desk.changes``: all that may have been finished in the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.

    Returns:
        ``change_no``, ``subsystem``, ``unit``, ``finished_at``, ``confirmed_at``; latest first.
    """
    finished = _finished(changes, since, until)
    unconfirmed = finished.filter(finished["_is_unconfirmed"])
    columns = ("change_no", "subsystem", "unit", "finished_at", "confirmed_at")
    return unconfirmed.select(*columns).order_by(ibis.desc("finished_at"), "change_no")


def planned_changes(changes: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """Return the changes planned for ``[since, until)`` that were neither finished nor cancelled.

    Args:
        changes: rows of ``desk.changes``: all that may be planned for the window.
        since: the window's begin (aware).
        until: its end (aware), excluded.

    Returns:
        ``change_no``, ``planned_at``, ``subsystem``, ``kind``, ``unit``, ``confirmed_at``; earliest first.
    """
    due = (changes.planned_at >= ibis.literal(since)) & (changes.planned_at < ibis.literal(until))
    is_open = changes.finished_at.isnull() | (changes.finished_at >= ibis.literal(since))
    planned = changes.filter(due & is_open & (changes.result != "cancelled").fill_null(True))
    columns = ("change_no", "planned_at", "subsystem", "kind", "unit", "confirmed_at")
    return planned.select(*columns).order_by("planned_at", "change_no")


def overrun_changes(changes: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """Return the changes that took longer than planned: those that ended in ``[since, until)``, and those that last.

    A planned end tells until when the users were to wait where it is a time within a day of the planned start; a
    change of several days is a project. One that was cancelled, or of which no start is recorded, was not made.

    Args:
        changes: rows of ``desk.changes``: all that may be open.
        since: the window's begin (aware).
        until: its end (aware), excluded; what has not ended by then lasts.

    Returns:
        ``change_no``, ``subsystem``, ``kind``, ``planned_until_at``, ``finished_at`` and the measures of ``OVERRUN``,
        the longest first; ``finished_at`` is null for what lasts.
    """
    moment = ibis.literal(until).cast(changes.finished_at.type())
    ended = changes.finished_at.notnull() & (changes.finished_at < moment)
    planned_s = changes.planned_until_at.epoch_seconds() - changes.planned_at.epoch_seconds()
    is_planned = (planned_s > 0) & (planned_s <= _DAY_S)
    is_made = changes.started_at.notnull() & (changes.result != "cancelled").fill_null(True)
    is_of_window = ~ended | (changes.finished_at >= ibis.literal(since))
    made = changes.filter(is_planned & is_made & is_of_window).mutate(finished_at=_until(changes.finished_at, moment))
    over_s = ibis.coalesce(made.finished_at, moment).epoch_seconds() - made.planned_until_at.epoch_seconds()
    timed = made.mutate(overrun_s=over_s.cast("float64"))
    late = timed.filter(timed.overrun_s > 0)
    columns = ("change_no", "subsystem", "kind", "planned_until_at", "finished_at", "overrun_s")
    return late.select(*columns).order_by(ibis.desc("overrun_s"), "change_no")


def _until(time: ir.TimestampColumn, moment: ir.TimestampScalar) -> ir.TimestampColumn:
    """Return times, null from a moment on."""
    known: ir.TimestampColumn = (time < moment).ifelse(time, ibis.null(time.type()))
    return known


def _finished(changes: ir.Table, since: datetime, until: datetime) -> ir.Table:
    """Return the changes made in a window; one that was cancelled was not made."""
    ended = (changes.finished_at >= ibis.literal(since)) & (changes.finished_at < ibis.literal(until))
    finished = changes.filter(ended & (changes.result != "cancelled").fill_null(True))
    is_late = finished.confirmed_at.isnull() | (finished.confirmed_at > finished.finished_at)
    return finished.mutate(_is_unconfirmed=(finished.kind == "workflow") & is_late)


def team(roster: ir.Table, month: date) -> ir.Table:
    """Return the number of persons in the team in a month (docs/domain.md, O1).

    Args:
        roster: rows of ``desk.roster``.
        month: the first day of the month.

    Returns:
        One row with the measures of ``TEAM``.
    """
    members = roster.filter(roster.month_on == ibis.literal(month))
    return members.aggregate(
        team=members.person.nunique(), standbys=members.person.nunique(where=members.role == "backup").fill_null(0)
    )
