"""Use of the OA within a day: by telephone, by hour, and the busiest account (docs/domain.md, OA adoption)."""

from __future__ import annotations

import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue, count
from ntanalytics.metrics.slots import by_slot

HOURS = (
    count(
        "active_hours",
        "活跃人时",
        "人时",
        "Sum over accounts, modules and terminals of the hours with an activity (contract, oa.activities).",
        good="up",
    ),
    Measure(
        "busiest_actions",
        "单个账号一小时操作",
        "The most actions of one account in one hour: a person does some hundreds at most.",
        unit="次",
        good="down",
    ),
)

MEASURES = catalogue(HOURS)

_PERSON = ("source", "account_id")


def busiest_account(activities: ir.Table) -> ir.Table:
    """Return the most actions of one account in one hour: one row, ``busiest_actions``; null without any activity."""
    hours = activities.group_by("hour_at", *_PERSON).aggregate(_actions=activities.actions.sum())
    return hours.aggregate(busiest_actions=hours["_actions"].max())


def active_hours(activities: ir.Table, utc_offset_h: int) -> ir.Table:
    """Return the active hours by local day, hour, edition, terminal and module.

    Args:
        activities: rows of ``oa.activities``.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        ``day``, ``slot`` (the local hour), ``edition``, ``terminal``, ``module`` and ``events``, in no order; events
        add up over any of them.
    """
    return by_slot(activities, "hour_at", utc_offset_h, ["edition", "terminal", "module"], slot_s=3600)


def by_account(activities: ir.Table) -> ir.Table:
    """Return the activities without hour, module and platform: enough for every figure of a day, a fifth of the rows.

    Returns:
        ``day``, ``source``, ``account_id``, ``unit``, ``edition``, ``terminal`` and ``actions``, in no order.
    """
    names = ["day", *_PERSON, "unit", "edition", "terminal"]
    return activities.group_by(*names).aggregate(actions=activities.actions.sum())
