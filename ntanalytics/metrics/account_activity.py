"""Activity of accounts: what one account does in a day, beside its own past and beside all others."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue, count

#: Quantile of the days of all accounts that stands for what others do at most.
_PEERS_AT_MOST = 0.999

#: Days before that must be known.
MIN_DAYS = 5

ACTIVITY = (
    count("account_events", "账号操作次数", "次", "Events of one account on the day.", good="down"),
    Measure(
        "beyond_ratio",
        "超出倍数",
        "Events of one account on a day / the larger of its own busiest day before and of what one in a thousand days "
        "of all accounts reaches (docs/domain.md, Identity and SSO: misuse).",
        unit="倍",
        format="number:1",
        good="down",
    ),
)

MEASURES = catalogue(ACTIVITY)


def busiest_account(
    events: ir.Table, on: date, group: str, at: str, weight: str = "", holder: str = "account_id"
) -> ir.Table:
    """Return one row with the events of the account that did most on a day, in one group: ``account_events``.

    The arguments are those of :func:`accounts_beyond`; of a day on which nobody did anything it is null.
    """
    daily = _daily(events.filter(events.day == ibis.literal(on)), group, at, weight, holder)
    return daily.aggregate(account_events=daily.account_events.max())


def accounts_beyond(
    events: ir.Table, on: date, group: str, at: str, weight: str = "", holder: str = "account_id"
) -> ir.Table:
    """Return how far the accounts of a day, or their certificates, went beyond their own past and beyond all others.

    Args:
        events: rows of a dataset, of the day and of some weeks before it.
        on: the day.
        group: the column that divides what accounts do: modules, applications, kinds.
        at: the column of the time.
        weight: the column that counts the events of a row; empty where a row is one event.
        holder: the column that names the account or certificate.

    Returns:
        ``group``, ``holder`` (a pseudonym; never shown in a report), ``account_events``, ``own_most`` (0 without a
        day before), ``peers_most``, ``beyond_ratio``, ``first_event_at`` and ``last_event_at``, the farthest first; no
        row of a group with fewer than five days before.
    """
    daily = _daily(events, group, at, weight, holder)
    is_today = daily.day == ibis.literal(on)
    before = daily.filter(~is_today)
    peers = before.group_by(_group=before[group]).aggregate(
        peers_most=before.account_events.cast("float64").quantile(_PEERS_AT_MOST), _days=before.day.nunique()
    )
    own = before.group_by(_own_group=before[group], _account=before[holder]).aggregate(
        _most=before.account_events.max()
    )
    today = daily.filter(is_today).drop("day")
    held = today.inner_join(peers, today[group] == peers["_group"]).drop("_group")
    held = held.filter(held["_days"] >= MIN_DAYS)
    both = held.left_join(own, [held[holder] == own["_account"], held[group] == own["_own_group"]])
    known = both.mutate(own_most=both["_most"].fill_null(0))
    most = ibis.greatest(known.own_most.cast("float64"), known.peers_most)
    rated = known.mutate(beyond_ratio=known.account_events / most.nullif(0.0))
    columns = [group, holder, "account_events", "own_most", "peers_most", "beyond_ratio"]
    return rated.select(*columns, "first_event_at", "last_event_at").order_by(ibis.desc("beyond_ratio"), holder)


def _daily(events: ir.Table, group: str, at: str, weight: str, holder: str) -> ir.Table:
    """Return the events of each account, group and day, with the first and the last of them."""
    named = events.filter(events[holder].notnull() & events[group].notnull())
    return named.group_by(holder, group, "day").aggregate(
        account_events=named[weight].sum() if weight else named.count(),
        first_event_at=named[at].min(),
        last_event_at=named[at].max(),
    )
