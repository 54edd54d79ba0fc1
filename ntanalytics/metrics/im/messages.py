"""Instant messaging: active accounts, messages, files, clients (docs/domain.md, IM)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics import change
from ntanalytics.metrics.days import fill_days
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: Messages and active accounts (docs/domain.md, IM).
VOLUME = (
    count("im_messages", "消息", "条", "Messages sent, files included."),
    count("im_files", "文件", "个", "Files sent."),
    count("im_senders", "发送人数", "人", "Distinct accounts that sent a message.", good="up"),
    count(
        "im_active",
        "在线人数",
        "人",
        "Distinct accounts seen with a client, or that sent a message (docs/domain.md, IM: daily active).",
        good="up",
    ),
)

CLIENTS = (
    count("client_users", "使用人数", "人", "Distinct accounts seen with the client."),
    rate(
        "client_share",
        "使用占比",
        "client_users / accounts seen with any client; one account may use several (docs/domain.md, IM).",
    ),
)

BUSIEST = Measure(
    "busiest_messages",
    "单个账号一小时消息",
    "The most messages of one account in one hour: a person writes some hundreds at most.",
    unit="条",
    good="down",
)

MEASURES = catalogue((*change.with_changes((*VOLUME, *CLIENTS)), BUSIEST))


def volume(messages: ir.Table, sessions: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the messages, files and active accounts, in all or by day (docs/domain.md, IM).

    Args:
        messages: rows of ``im.messages`` of the period.
        sessions: rows of ``im.sessions`` of the period.
        by: columns of both that name a group: ``day``.

    Returns:
        ``by`` and the measures of ``VOLUME``, ordered by group; one row when ``by`` is empty.
    """
    figures = _volume(messages, sessions, by)
    return figures.order_by(*by) if by else figures


def _volume(messages: ir.Table, sessions: ir.Table, by: Sequence[str]) -> ir.Table:
    sent = messages.aggregate(
        by=list(by),
        im_messages=messages.messages.sum().fill_null(0).cast("int64"),
        im_files=messages.messages.sum(where=messages.kind == "file").fill_null(0).cast("int64"),
        im_senders=messages.account_id.nunique(),
    )
    person = [*by, "account_id"]
    # a system may archive messages without sessions, or sessions without messages
    seen = messages.select(*person).union(sessions.select(*person))
    active = seen.aggregate(by=list(by), im_active=seen.account_id.nunique())
    joined = join_groups(active, sent, by)
    filled = {name: joined[name].fill_null(0) for name in ("im_messages", "im_files", "im_senders")}
    return joined.mutate(**filled).select(*by, *(measure.name for measure in VOLUME))


def daily(messages: ir.Table, sessions: ir.Table, days: ir.Table) -> ir.Table:
    """Return ``volume`` of each day: 0 on a covered day without any, null on a gap; ordered by day.

    Args:
        messages: rows of ``im.messages`` over the span of ``days``.
        sessions: rows of ``im.sessions`` over the span of ``days``.
        days: the days of the span (metrics.days), covered where both datasets are.
    """
    return fill_days(_volume(messages, sessions, ["day"]), days, MEASURES).order_by("day")


def clients(sessions: ir.Table, by: Sequence[str] = ("client",)) -> ir.Table:
    """Return the accounts by client version, terminal or platform (docs/domain.md, IM: client versions, terminals).

    Args:
        sessions: rows of ``im.sessions`` of the period.
        by: columns of ``sessions`` that name a group.

    Returns:
        ``by`` and the measures of ``CLIENTS``, most first.
    """
    counted = sessions.aggregate(by=list(by), client_users=sessions.account_id.nunique())
    whole = sessions.aggregate(_all=sessions.account_id.nunique())
    joined = counted.cross_join(whole)
    shared = joined.mutate(client_share=joined.client_users / joined["_all"].nullif(0)).drop("_all")
    return shared.order_by(ibis.desc("client_users"), *by)


def clients_by_day(sessions: ir.Table) -> ir.Table:
    """Return the accounts of each client on each day: ``day``, ``client`` and ``client_users``, in no order."""
    return sessions.aggregate(by=["day", "client"], client_users=sessions.account_id.nunique())


def busiest_account(messages: ir.Table) -> ir.Table:
    """Return the most messages of one account in one hour: one row, ``busiest_messages``; null without a message."""
    hours = messages.group_by("hour_at", "source", "account_id").aggregate(_messages=messages.messages.sum())
    return hours.aggregate(busiest_messages=hours["_messages"].max())
