"""Words of records and manifests of version 0.1.0, read as today's words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

#: State in 0.1.0 → today's.
_STATES: Mapping[str, str] = MappingProxyType({"watch": "warning", "bad": "critical"})


def current_state(state: str) -> str:
    """Return today's word for a state."""
    return _STATES.get(state, state)


def gaps_of(content: Mapping[str, Any]) -> list[str]:
    """Return the gaps that a manifest or a record's head names.

    Raises:
        KeyError: it names none, not even an empty list.
    """
    gaps: list[str] = content["gaps"] if "gaps" in content else content["holes"]
    return gaps


def current_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block's body in today's words."""
    current = dict(body)
    if "holes" in current:
        current["gaps"] = current.pop("holes")
    if "sentences" in current:
        current["sentences"] = [
            {**sentence, "state": current_state(sentence["state"])}
            if isinstance(sentence, dict) and "state" in sentence
            else sentence
            for sentence in current["sentences"]
        ]
    return current


def current_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of a board or table with today's words in their ``state``."""
    return [{**row, "state": current_state(str(row["state"]))} if row.get("state") in _STATES else row for row in rows]
