"""Golden files of issued reports: the ids, values and states of every block, and no prose.

One report is one YAML file in ``tests/golden/``. ``make golden`` writes them all from the demo city. A line of a file
is an open finding, the values of one rule that are in order, a headline figure, or a column of a table or chart: a
difference names the place of a wrong figure. A Chinese name enters as a hash. Of sentences only the number enters.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from tests.city import BLOCK, DATA, FINDINGS, bundles

GOLDEN = Path(__file__).parent / "golden"
#: A column of at most so many rows is written out.
SHORT = 12
#: Blocks that depend on what other tests issued before.
VOLATILE_BLOCKS = {"hazards", "correction"}
#: Text of more characters, or with punctuation of a sentence, is prose.
LONGEST_NAME = 20

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SENTENCE = re.compile(r"[，。；：、]")


def compare(report: str, directory: Path) -> None:
    """Compare an issued report with its golden file; write the file where ``UPDATE_GOLDEN`` is set.

    Args:
        report: the report's name.
        directory: the folder in which it was published.

    Raises:
        AssertionError: the figures differ.
    """
    file = GOLDEN / f"{report}.yml"
    text = yaml.safe_dump(
        figures(directory), allow_unicode=True, sort_keys=False, default_flow_style=None, width=10_000
    )
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    golden = file.read_text(encoding="utf-8") if file.is_file() else ""
    changes = difflib.unified_diff(golden.splitlines(), text.splitlines(), "golden", "issued", lineterm="", n=0)
    assert text == golden, (
        f"{report} has other figures than tests/golden/{file.name}. Run make golden and look at the diff: commit it "
        "if every changed line is intended.\n" + "\n".join(changes)
    )


def figures(directory: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of a published report: block id → its content, in the order of the page."""
    content: dict[str, dict[str, Any]] = {}
    for bundle in bundles(directory):
        block = bundle[BLOCK]
        if block["id"] in VOLATILE_BLOCKS:
            continue
        resource = bundle.get(DATA, {})
        fields = [field["name"] for field in resource.get("schema", {}).get("fields", [])]
        extract = _CONTENT[block["block"]]
        content[block["id"]] = {"kind": block["block"]} | extract(
            block, fields, resource.get("data", []), bundle.get(FINDINGS, {}).get("findings", [])
        )
    return content


def _head(block: Mapping[str, Any], *_: object) -> dict[str, Any]:
    rejected = {f"{row['dataset']} {row['source']}": row["rows"] for row in block["rejected"]}
    return {
        "period": block["period"]["text"],
        "gaps": len(block["gaps"]),
        "notes": len(block["notes"]),
        "rejected": rejected,
    }


def _sentences(block: Mapping[str, Any], *_: object) -> dict[str, Any]:
    return {"items": len(block["items"]), "states": " ".join(item["state"] or "none" for item in block["items"])}


def _signatures(block: Mapping[str, Any], *_: object) -> dict[str, Any]:
    return {"roles": len(block["roles"])}


def _kpis(block: Mapping[str, Any], *_: object) -> dict[str, Any]:
    shown = ("value", "before", "change", "tone")
    return {
        "items": [
            {"measure": item["name"]}
            | {name: _plain(item[name]) for name in shown}
            | {"is_lower_bound": item.get("certainty", {}).get("value") == "lower_bound"}
            | {"spark": _hash(item["spark"])}
            for item in block["items"]
        ]
    }


def _table(_: object, fields: Sequence[str], rows: Sequence[Mapping[str, Any]], __: object) -> dict[str, Any]:
    return {"rows": len(rows), "columns": {name: _column([row[name] for row in rows]) for name in fields}}


def _chart(
    block: Mapping[str, Any], fields: Sequence[str], rows: Sequence[Mapping[str, Any]], findings: object
) -> dict[str, Any]:
    return {"type": block["kind"], "series": len(block["y"])} | _table(block, fields, rows, findings)


def _board(
    _: object, __: object, rows: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    states = [_state(finding) for finding in findings]
    in_order: dict[str, list[Any]] = {}
    for finding in findings:
        if _state(finding) == "ok":
            in_order.setdefault(_code(finding), []).append(finding["value"])
    return {
        "rows": len(rows),
        "states": {state: states.count(state) for state in ("critical", "warning", "unknown", "ok")},
        "open": [
            {"state": _state(finding), "finding": identity(finding), "value": _plain(finding["value"])}
            | _lifecycle(finding)
            for finding in findings
            if _state(finding) != "ok"
        ],
        "ok": {code: _column(values) for code, values in sorted(in_order.items())},
    }


_CONTENT: Mapping[str, Callable[..., dict[str, Any]]] = {
    "head": _head,
    "sentences": _sentences,
    "signatures": _signatures,
    "kpis": _kpis,
    "table": _table,
    "chart": _chart,
    "board": _board,
}


def identity(finding: Mapping[str, Any]) -> str:
    """Return the identity of a finding: as recorded, or its code and a hash where that holds Chinese."""
    recorded = str(finding["identity"])
    return f"{_code(finding)}:{_hash([recorded])}" if _CHINESE.search(recorded) else recorded


def _code(finding: Mapping[str, Any]) -> str:
    return str(finding["identity"]).partition(":")[0]


def _state(finding: Mapping[str, Any]) -> str:
    return str(finding["status"] if "status" in finding else finding["state"])


def _lifecycle(finding: Mapping[str, Any]) -> dict[str, Any]:
    lifecycle = finding.get("lifecycle", finding.get("life")) or {}
    since = str(lifecycle.get("begun_on") or finding.get("since"))
    content = {"change": lifecycle["change"]} if lifecycle else {}
    return content | ({"since": since} if _DAY.fullmatch(since) else {})


def _column(values: Sequence[Any]) -> list[Any] | dict[str, Any]:
    """Return a column: its values where they are few, else their number, sum, first one and a hash of all in order.

    Prose is counted and not hashed, so that a change of wording changes no golden file.
    """
    known = [value for value in values if value is not None]
    if any(isinstance(value, str) and _is_prose(value) for value in known):
        return {"texts": len(known)}
    if len(values) <= SHORT:
        return [_plain(value) for value in values]
    content: dict[str, Any] = {"known": len(known)}
    if known and all(isinstance(value, int | float) for value in known):
        content["sum"] = _plain(sum(known))
    return content | {"first": _plain(values[0]), "hash": _hash(values)}


def _is_prose(text: str) -> bool:
    return bool(_CHINESE.search(text)) and (len(text) > LONGEST_NAME or bool(_SENTENCE.search(text)))


def _plain(value: Any) -> Any:
    """Return a value as it is written: a fraction with six significant digits, a Chinese name as its hash."""
    if isinstance(value, float):
        return float(_rounded(value, 6))
    return _hash([value]) if isinstance(value, str) and _CHINESE.search(value) else value


def _rounded(value: float, digits: int) -> str:
    """Return a number with some significant digits.

    The last digits of a sum depend on its order, which differs between runs. They are removed first, so that 979.6425
    and 979.642499999998 are written as the same number.
    """
    return f"{Decimal(f'{value:.12g}'):.{digits}g}"


def _hash(values: Iterable[Any]) -> str:
    """Return a hash of some values in their order; fractions count with nine significant digits."""
    exact = [_rounded(value, 9) if isinstance(value, float) else value for value in values]
    return f"#{zlib.crc32(json.dumps(exact, ensure_ascii=False).encode()):08x}"
