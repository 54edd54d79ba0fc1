"""Upgrade of the findings of version 0.1.0 to entities, present statuses and days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ntanalytics.ledger import tables

#: Kind of an entity with a known label only.
LABEL_KIND = "label"

_STATUSES: Mapping[str, str] = {"watch": "warning", "bad": "critical"}
_DAY = re.compile("{0}月{0}日".format(r"(\d{1,2})"))

#: Table of the findings in 0.1.0.
_FORMER = "findings"


def upgrade_findings(connection: sa.Connection) -> int:
    """Copy the findings of 0.1.0 to the present table, once; return the number of copied rows.

    The label is the key of their entities until an inspection has the same rule and label again
    (:func:`ntanalytics.report_content.finding_history.past_inspections`).
    """
    if _FORMER not in sa.inspect(connection).get_table_names():
        return 0
    former = sa.Table(_FORMER, sa.MetaData(), autoload_with=connection)
    days, present = tables.inspections, tables.findings
    count = connection.execute(sa.select(sa.func.count()).select_from(present)).scalar_one()
    query = sa.select(former, days.c.day).join(days, days.c.id == former.c.inspection_id).order_by(former.c.id)
    # After an interrupted upgrade the rows are copied, and only the former table is left to drop.
    rows = [] if count else [_present_row(dict(row)) for row in connection.execute(query).mappings()]
    if rows:
        connection.execute(present.insert(), rows)
    former.drop(connection)
    return len(rows)


def _present_row(row: Mapping[str, Any]) -> dict[str, object]:
    since_on, is_bound = _since(row["since"], row["day"])
    return {
        "inspection_id": row["inspection_id"],
        "code": row["code"],
        "entity_kind": LABEL_KIND,
        "entity_key": row["subject"],
        "entity_label": row["subject"],
        "check": row["check"],
        "status": _STATUSES.get(row["state"], row["state"]),
        "value": row["value"],
        "format": row["format"],
        "since_on": since_on,
        "since_is_bound": is_bound,
    }


def _since(text: str | None, on: dt.date) -> tuple[dt.date | None, bool]:
    """Return the day of a Chinese text, up to ``on``, and True if the text calls it a bound."""
    match = _DAY.search(text or "")
    if match is None:
        return None, False
    for year in (on.year, on.year - 1):
        try:
            day = dt.date(year, int(match[1]), int(match[2]))
        except ValueError:  # 29 February of another year
            continue
        if day <= on:
            return day, "更早" in (text or "")
    return None, False
