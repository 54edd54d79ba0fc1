"""Summary of instant messaging in any report."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import (
    HISTORY,
    SubsystemSummary,
    compared,
    evaluated,
    highlights,
    is_whole,
    no_source_summary,
    series,
)
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.metrics.im import messages as im_messages


def summarize(context: CheckContext) -> SubsystemSummary:
    """Messages, files, who is there, with what (docs/domain.md, IM)."""
    messages, sessions = (
        context.dataset("im.messages", history=HISTORY),
        context.dataset("im.sessions", history=HISTORY),
    )
    if missing := no_source_summary("im", "im_active", messages, sessions):
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
        findings = evaluate_rules([rule], [total], is_complete=whole)
    daily = im_messages.daily(messages.recent, sessions.recent, messages.days)
    return SubsystemSummary(
        "im",
        tuple(findings),
        highlights(total, ["im_active", "im_messages", "im_files"], is_complete=whole),
        "im_active",
        total,
        series(daily, "im_active"),
        evaluated(("clients", im_messages.clients(sessions.table)), ("daily", daily)),
        context.origin("im.volume", messages, sessions),
        messages.note or sessions.note,
        whole,
        messages.was_complete and sessions.was_complete,
    )
