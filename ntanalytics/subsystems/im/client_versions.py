"""Clients that a batch of terminals fell back to: older versions, and products that hardly anybody used."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

#: A client's name, its version, and what it runs on.
_NAME = re.compile(r"\s*(\D*?)\s*v?(\d+(?:\.\d+)+)")

#: Of the days before the last few a stranger was seen with at most this share of all users.
STRANGE, LATELY_DAYS = 0.01, 30


def version_of(client: str) -> tuple[str, tuple[int, ...]]:
    """The product and the version that a client's name tells: ``("Spark", (3, 0, 2))``; ``()`` where it has none."""
    found = _NAME.match(client)
    if found is None or not found[1]:
        return client, ()
    return found[1], tuple(int(part) for part in found[2].split("."))


def fallen_back(by_day: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The users of each older version, and of each product that is no usual one, beside all users by day.

    A version is older where most of the product's users, over all days, have a later one; a later version is how a
    roll-out looks, and nothing is said of it. A product is a stranger where at first one in a hundred used it at most.

    Args:
        by_day: ``day``, ``client`` and ``client_users`` (metrics.im.clients_by_day).

    Returns:
        ``day``, ``client``, ``events`` (users of all clients) and ``hits`` (of them those of this client), also for
        days on which nobody had it.
    """
    users: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for row in by_day:
        users[row["client"]][row["day"]] = row["client_users"]
    days = sorted({day for its in users.values() for day in its})
    total = {day: sum(its.get(day, 0) for its in users.values()) for day in days}
    told = [client for client in users if _is_older(client, users) or _is_strange(client, users, days, total)]
    return [
        {"day": day, "client": client, "events": total[day], "hits": users[client].get(day, 0)}
        for client in told
        for day in days
    ]


def _is_older(client: str, users: Mapping[str, Mapping[date, int]]) -> bool:
    product, version = version_of(client)
    its = {each: sum(users[each].values()) for each in users if version_of(each)[0] == product}
    later = sum(count for each, count in its.items() if version_of(each)[1] > version)
    return 2 * later > sum(its.values())


def _is_strange(
    client: str, users: Mapping[str, Mapping[date, int]], days: list[date], total: Mapping[date, int]
) -> bool:
    product = version_of(client)[0]
    before = days[: max(len(days) - LATELY_DAYS, len(days) // 2)]
    mine = sum(users[each].get(day, 0) for each in users if version_of(each)[0] == product for day in before)
    return bool(before) and mine <= STRANGE * sum(total[day] for day in before)
