"""Summary of instant messaging in any report."""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, evaluated, highlights, is_whole, series
from ntanalytics.checks.subsystem import Section
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.im import messages as im_messages


def summarize(context: CheckContext, _findings: Sequence[Finding]) -> SubsystemSummary:
    """Return messages, files, active accounts and clients (docs/domain.md, IM)."""
    messages, sessions = context.dataset("im.messages", HISTORY), context.dataset("im.sessions", HISTORY)
    now = im_messages.volume(messages.table, sessions.table)
    before = im_messages.volume(messages.before, sessions.before)
    total = compared(now, before, im_messages.VOLUME, messages, sessions)
    is_complete = is_whole(messages, sessions)
    daily = im_messages.daily(messages.recent, sessions.recent, messages.days)
    return SubsystemSummary(
        subsystem="im",
        highlights=highlights(total, ["im_active", "im_messages", "im_files"], is_complete=is_complete),
        lead="im_active",
        total=total,
        recent=series(daily, "im_active"),
        tables=evaluated(("clients", im_messages.clients(sessions.table)), ("daily", daily)),
        origin=context.origin("im.volume", messages, sessions),
        note=messages.note or sessions.note,
        is_complete=is_complete,
        was_complete=messages.was_complete and sessions.was_complete,
    )


SECTION = Section(
    summarize=summarize,
    lead="im_active",
    reads={"im.messages": HISTORY, "im.sessions": HISTORY},
    requires=("im.messages", "im.sessions"),
)
