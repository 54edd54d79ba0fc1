"""Checks of instant messaging: gaps, programs, clients of older versions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ntanalytics.checks.account_activity import account_beyond
from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.by_detector import failure_rate_rise, volume_gap
from ntanalytics.checks.check import LONGER_PERIODS, Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import evaluate_rules
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics import slots
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.im import messages as im_messages
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.im.versions import outdated_clients

_HOUR_S, _DAY_S = 3600, 86_400

_ACCOUNT = Entity("account", "busiest", "单个账号")


def _gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the longest time of the day in which messages were missing."""
    messages = context.dataset("im.messages", HISTORY_DAYS)
    if not messages.is_assessable:
        return []
    hourly = slots.by_slot(messages.recent, "hour_at", context.utc_offset_h, count="messages", slot_s=_HOUR_S)
    return volume_gap(rule, hourly, messages.days, context.on, slot_s=_HOUR_S)


def _busiest(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the account with most messages: a program, where it has more than a person writes."""
    messages = context.dataset("im.messages", HISTORY_DAYS)
    if not messages.is_complete:
        return []
    busiest = [row for row in rows(im_messages.busiest_account(messages.table)) if row["busiest_messages"]]
    return evaluate_rules([rule], figures(busiest, messages), _ACCOUNT)


def _old_client(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the older clients that many terminals went back to."""
    sessions = context.dataset("im.sessions", HISTORY_DAYS)
    if not sessions.is_complete:
        return []
    versions = outdated_clients(im_messages.clients_by_day(sessions.recent).to_pyarrow().to_pylist())
    return failure_rate_rise(rule, versions, sessions.days, context.on, slot_s=_DAY_S, entity=_client)


def _client(row: Mapping[str, Any]) -> Entity:
    return Entity("client", str(row["client"]), str(row["client"]))


def _total(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return whether the messages of a longer period fell against the one before."""
    if not context.working_days:
        return []
    messages, sessions = context.dataset("im.messages", HISTORY_DAYS), context.dataset("im.sessions", HISTORY_DAYS)
    volume = im_messages.volume(messages.table, sessions.table)
    return evaluate_rules([rule], figures(volume, messages, sessions))


_MESSAGES = {"im.messages": HISTORY_DAYS}
_BOTH = {"im.messages": HISTORY_DAYS, "im.sessions": HISTORY_DAYS}

CHECKS: tuple[Check, ...] = (
    Check(rule="im.im_messages", evaluate=_total, reads=_BOTH, every=LONGER_PERIODS),
    Check(rule="im.lull", evaluate=_gap, reads=_MESSAGES),
    Check(rule="im.busiest", evaluate=_busiest, reads=_MESSAGES),
    Check(
        rule="im.account_beyond",
        evaluate=partial(account_beyond, dataset="im.messages", history=HISTORY_DAYS, group="kind"),
        reads=_MESSAGES,
        suppressed_by=(SuppressedBy(("im.busiest",), "any"),),
    ),
    Check(rule="im.old_client", evaluate=_old_client, reads={"im.sessions": HISTORY_DAYS}),
)
