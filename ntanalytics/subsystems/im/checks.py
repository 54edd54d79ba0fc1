"""What the inspection of a day asks of instant messaging: silences, volume, programs, clients gone back."""

from __future__ import annotations

from ntanalytics.checks.baseline import unusual
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.detectors.failure_rate_rise import RateWords, failure_rate_rise
from ntanalytics.detectors.volume_gap import volume_gap
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules, not_applicable
from ntanalytics.metrics import slots
from ntanalytics.metrics.im import messages as im_messages
from ntanalytics.subsystems.im.client_versions import fallen_back

#: Days of history that tell what is usual.
HISTORY = 70

_HOUR_S, _DAY_S = 3600, 86_400


def inspect_im(context: CheckContext) -> list[Finding]:
    """Messages by hour and day, files, the busiest account, and clients of an older version."""
    messages, sessions = (
        context.dataset("im.messages", history=HISTORY),
        context.dataset("im.sessions", history=HISTORY),
    )
    on, rules, found = context.period.last, context.rules, []
    if messages.sources and messages.is_complete:
        counted = slots.by_slot(messages.recent, "hour_at", context.utc_offset_h, count="messages", slot_s=_HOUR_S)
        silent = volume_gap(rules["im.lull"], counted, messages.days, on, slot_s=_HOUR_S)
        daily = im_messages.daily(messages.recent, sessions.recent, messages.days).to_pyarrow()
        codes = ["im.messages_rise", "im.files_rise"]
        fall = rules["im.messages_fall"]
        if not context.working_days:
            found.append(not_applicable(fall.code, SUBSYSTEMS["im"], fall.words))
        elif not silent:
            codes.append(fall.code)  # else the silence has said it
        found += silent
        for code in codes:
            found += unusual(context, rules[code], daily, is_wrong_only=code != fall.code)
        busiest = [
            row
            for row in im_messages.busiest_account(messages.table).to_pyarrow().to_pylist()
            if row["busiest_messages"]
        ]
        found += evaluate_rules([rules["im.busiest"]], busiest, "单个账号")
    if sessions.sources and sessions.is_complete:
        versions = fallen_back(im_messages.clients_by_day(sessions.recent).to_pyarrow().to_pylist())
        words = RateWords("使用该客户端", "全部客户端用户", "人")
        found += failure_rate_rise(
            rules["im.old_client"],
            versions,
            sessions.days,
            on,
            words,
            slot_s=_DAY_S,
            subject=lambda row: str(row["client"]),
        )
    return found
