"""Records and manifests of earlier versions, read in today's terms."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

#: State in 0.1.0 → today's.
_STATES: Mapping[str, str] = MappingProxyType({"watch": "warning", "bad": "critical"})

#: Keys that hold a state.
_STATE_KEYS = ("state", "worst")


def current_state(state: str) -> str:
    """Return today's name of a state."""
    return _STATES.get(state, state)


def gaps_of(content: Mapping[str, Any]) -> list[str]:
    """Return the gaps that a manifest or a record's head lists.

    Raises:
        KeyError: there is no list, not even an empty one.
    """
    gaps: list[str] = content["gaps"] if "gaps" in content else content["holes"]
    return gaps


def current_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a block's body in today's terms."""
    current = dict(body)
    if "holes" in current:
        current["gaps"] = current.pop("holes")
    if current.get("block") in ("sentences", "kpis"):
        current["items"] = [_current_item(item) for item in current["items"]]
    return current


def _current_item(item: Mapping[str, Any]) -> dict[str, Any]:
    current = _with_current_states(item)
    if current.get("tone") == "bad":
        current["tone"] = "worse"
    if current.pop("is_lower_bound", False):
        current["certainty"] = {"value": "lower_bound"}
    return current


def current_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a board or table with today's names of states."""
    return [_with_current_states(row) if row.get("state") in _STATES else row for row in rows]


def current_findings(content: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the findings of a block in today's form; an entity of 0.1.0 is known by its label alone."""
    if content is None or not any("state" in finding for finding in content["findings"]):
        return None if content is None else dict(content)
    return {**content, "findings": [_current_finding(finding) for finding in content["findings"]], "closed": []}


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


def _with_current_states(item: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {key: current_state(item[key]) for key in _STATE_KEYS if item.get(key) in _STATES}
    return {**item, **renamed}
