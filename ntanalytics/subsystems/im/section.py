"""Summary of instant messaging in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import HISTORY, SubsystemSummary, compared, highlights
from ntanalytics.checks.subsystem import Section
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.im import messages as im_messages


def summarize(context: CheckContext) -> SubsystemSummary:
    """Return messages, files, active accounts and clients (docs/domain.md, IM)."""
    messages, sessions = context.dataset("im.messages", HISTORY), context.dataset("im.sessions", HISTORY)
    now = im_messages.volume(messages.table, sessions.table)
    before = im_messages.volume(messages.before, sessions.before)
    # messages are told without sessions; who was active needs both
    active = [item for item in im_messages.VOLUME if item.name == "im_active"]
    sent = [item for item in im_messages.VOLUME if item.name != "im_active"]
    total = compared(now, before, sent, messages) | compared(now, before, active, messages, sessions)
    days = messages.days
    if sessions.sources:
        covered = sessions.days.filter(sessions.days.is_covered).select(_on="day")
        marked = days.left_join(covered, days.day == covered["_on"])
        days = marked.mutate(is_covered=marked.is_covered & marked["_on"].notnull()).drop("_on")
    daily = figures(im_messages.daily(messages.recent, sessions.recent, days), messages, sessions)
    return SubsystemSummary(
        subsystem="im",
        highlights=highlights(total, ["im_active", "im_messages", "im_files"]),
        lead="im_active",
        total=total,
        daily=daily,
        tables={"clients": figures(im_messages.clients(sessions.table), sessions)},
        origin=context.origin("im.volume", messages, sessions),
    )


SECTION = Section(
    summarize=summarize,
    lead="im_active",
    reads={"im.messages": HISTORY, "im.sessions": HISTORY},
    requires=("im.messages", "im.sessions"),
)
