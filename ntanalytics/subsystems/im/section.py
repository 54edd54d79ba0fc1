"""Summary of instant messaging in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    Look,
    compared,
    is_whole,
    points,
    series,
    shown,
    unfed,
)
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import judged
from ntanalytics.metrics.im import messages as im_messages


def look_at_im(context: CheckContext) -> Look:
    """Messages, files, who is there, with what (docs/domain.md, IM)."""
    messages, sessions = (
        context.dataset("im.messages", history=HISTORY),
        context.dataset("im.sessions", history=HISTORY),
    )
    if missing := unfed("im", "im_active", messages, sessions):
        return missing
    now, before = (
        im_messages.volume(messages.table, sessions.table),
        im_messages.volume(messages.before, sessions.before),
    )
    total = compared(now, before, im_messages.VOLUME, messages, sessions)
    whole = is_whole(messages, sessions)
    rule = context.rules["im.im_messages"]
    findings: list[Finding] = []
    # of a day it is asked in workspace.inspecting
    if context.period.kind != "day" and context.working_days:
        findings = judged([rule], [total], is_complete=whole)
    daily = im_messages.daily(messages.recent, sessions.recent, messages.days)
    return Look(
        "im",
        tuple(findings),
        points(total, ["im_active", "im_messages", "im_files"], is_complete=whole),
        "im_active",
        total,
        series(daily, "im_active"),
        shown(("clients", im_messages.clients(sessions.table)), ("daily", daily)),
        context.origin("im.volume", messages, sessions),
        messages.note or sessions.note,
        whole,
        messages.was_complete and sessions.was_complete,
    )
