"""Client versions: clients that a batch of terminals fell back to, and products that hardly anybody used."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

#: A client's name, its version, and what it runs on.
_NAME = re.compile(r"\s*(\D*?)\s*v?(\d+(?:\.\d+)+)")

#: Share of all users up to which a product is unusual, on the days before the recent ones.
UNUSUAL_SHARE, RECENT_DAYS = 0.01, 30


def version_of(client: str) -> tuple[str, tuple[int, ...]]:
    """Return product and version of a client: ``("Spark", (3, 0, 2))``; ``()`` where its name has no version."""
    match = _NAME.match(client)
    if match is None or not match[1]:
        return client, ()
    return match[1], tuple(int(part) for part in match[2].split("."))


def outdated_clients(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the users of each older version and of each unusual product beside all users, by day.

    A version is older where most of the product's users, over all days, have a later one; a later version is how a
    roll-out looks. A product is unusual where at first one in a hundred used it at most.

    Args:
        rows: ``day``, ``client`` and ``client_users`` (metrics.im.clients_by_day).

    Returns:
        ``day``, ``client``, ``events`` (users of all clients) and ``hits`` (of them those of this client), also for
        days on which nobody had it.
    """
    users: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for row in rows:
        users[row["client"]][row["day"]] = row["client_users"]
    days = sorted({day for by_day in users.values() for day in by_day})
    total = {day: sum(by_day.get(day, 0) for by_day in users.values()) for day in days}
    outdated = [client for client in users if _is_older(client, users) or _is_unusual(client, users, days, total)]
    return [
        {"day": day, "client": client, "events": total[day], "hits": users[client].get(day, 0)}
        for client in outdated
        for day in days
    ]


def _is_older(client: str, users: Mapping[str, Mapping[date, int]]) -> bool:
    product, version = version_of(client)
    counts = {other: sum(users[other].values()) for other in users if version_of(other)[0] == product}
    later = sum(count for other, count in counts.items() if version_of(other)[1] > version)
    return 2 * later > sum(counts.values())


def _is_unusual(
    client: str, users: Mapping[str, Mapping[date, int]], days: list[date], total: Mapping[date, int]
) -> bool:
    product = version_of(client)[0]
    before = days[: max(len(days) - RECENT_DAYS, len(days) // 2)]
    own = sum(users[other].get(day, 0) for other in users if version_of(other)[0] == product for day in before)
    return bool(before) and own <= UNUSUAL_SHARE * sum(total[day] for day in before)
