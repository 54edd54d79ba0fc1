"""Clients that went back to an older version: what the version in a client's name tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

#: A client's name, its version, and what it runs on.
_NAME = re.compile(r"\s*(\D*?)\s*v?(\d+(?:\.\d+)+)")


def version_of(client: str) -> tuple[str, tuple[int, ...]] | None:
    """The product and the version that a client's name tells: ``("Spark", (3, 0, 2))``; None where it tells none."""
    found = _NAME.match(client)
    if found is None or not found[1]:
        return None
    return found[1], tuple(int(part) for part in found[2].split("."))


def older(by_day: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The users of each older version by day, beside all who use the product.

    A version is older where most of the product's users, over all days, have a later one.

    Args:
        by_day: ``day``, ``client`` and ``client_users`` (metrics.im.clients_by_day).

    Returns:
        ``day``, ``client``, ``events`` (users of the product) and ``hits`` (of them those of the older version), also
        for days on which nobody had it.
    """
    told = [(row, version_of(row["client"])) for row in by_day]
    users: dict[str, dict[tuple[int, ...], int]] = {}
    on_day: dict[tuple[Any, str], int] = {}
    mine: dict[tuple[Any, str], int] = {}
    old: dict[str, str] = {}
    for row, found in told:
        if found is None:
            continue
        product, version = found
        its = users.setdefault(product, {})
        its[version] = its.get(version, 0) + row["client_users"]
        on_day[row["day"], product] = on_day.get((row["day"], product), 0) + row["client_users"]
        mine[row["day"], row["client"]] = row["client_users"]
    for row, found in told:
        if found is not None:
            its = users[found[0]]
            later = sum(count for version, count in its.items() if version > found[1])
            if 2 * later > sum(its.values()):
                old[row["client"]] = found[0]
    return [
        {"day": day, "client": client, "events": count, "hits": mine.get((day, client), 0)}
        for client, product in old.items()
        for (day, its), count in on_day.items()
        if its == product
    ]
