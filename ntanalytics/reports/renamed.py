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


def current_findings(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the findings of a block in today's form; an entity of 0.1.0 is known by its label alone."""
    if found is None or not any("state" in finding for finding in found["findings"]):
        return None if found is None else dict(found)
    return {**found, "findings": [_current_finding(finding) for finding in found["findings"]], "closed": []}


def _current_finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    label = finding["subject"]
    current = {name: value for name, value in finding.items() if name not in ("state", "subject", "is_asked", "since")}
    return current | {
        "status": current_state(finding["state"]),
        "entity": {"kind": "label", "key": label, "label": label},
        "identity": f"{finding['code']}:label/{label}",
        "is_applicable": finding.get("is_asked", True),
        "since": None,
        "since_is_bound": False,
    }
