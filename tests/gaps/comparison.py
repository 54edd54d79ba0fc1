"""Comparison of a report over damaged data with the one over complete data: what is false and not marked.

Each value, sentence and state of the damaged record is one of

- ``equal`` to that of the complete record;
- ``bounded``: marked as a bound, and on the right side of the true value;
- ``unknown``: absent, and the record says that something is missing;
- ``false``: anything else.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.gaps.records import RecordedBlocks

VIOLATIONS = ("critical", "warning")

#: Words by which a sentence says that it does not know, or gives a bound.
_MARKED = re.compile(
    r"未知|未能|无法|≥|≤|至少|最多|不完整|不可全信|不作比较|缺|没有配置|没有数据源|无巡检|未确认|有数据的"
)
_NUMBER = re.compile(r"[\d,]*\d(?:\.\d+)?")


@dataclass
class Verdict:
    """Counts of what was compared, and what was found false.

    Attributes:
        counts: ``equal``, ``bounded``, ``unknown``, ``false`` → number.
        false: place → what the complete and the damaged record say.
    """

    counts: Counter[str] = field(default_factory=Counter)
    false: dict[str, tuple[object, object]] = field(default_factory=dict)

    def add(self, kind: str, place: str, true: object, seen: object) -> None:
        """Count one comparison."""
        self.counts[kind] += 1
        if kind == "false":
            self.false[place] = (true, seen)


def compare(complete: RecordedBlocks, damaged: RecordedBlocks, whole: RecordedBlocks) -> Verdict:
    """Compare every block of two records.

    Args:
        complete: the record over complete data.
        damaged: the one over damaged data.
        whole: the record over complete data with all sentences of the lists that are cut: where one of the first
            sentences is not known, the next one takes its place.
    """
    verdict = Verdict()
    gaps = bool(damaged["head"].get("gaps")) if "head" in damaged else False
    for name, block in complete.items():
        if block["block"] in ("head", "signatures"):
            continue
        other = damaged.get(name)
        if other is None:
            verdict.add("unknown" if gaps else "false", name, "block", None)
        else:
            said = whole[name]["items"] if block["block"] == "sentences" else ()
            more = {"items": [*block["items"], *said]} if said else {}
            _COMPARISONS[block["block"]](verdict, name, {**block, **more}, other)
    for name in damaged.keys() - complete.keys():
        verdict.add("false" if damaged[name]["block"] != "table" else "unknown", name, None, "block")
    return verdict


def _kpis(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    others = {item["name"]: item for item in seen["items"]}
    for item in true["items"]:
        other, place = others.get(item["name"]), f"{name}.{item['name']}"
        if other is None:
            verdict.add("false", place, item["value"], "no card")
            continue
        certainty = other.get("certainty", {}).get("value", "")
        verdict.add(_value(item["value"], other["value"], certainty), place, item["value"], other["value"])
        for key in ("before", "change"):
            verdict.add(_value(item[key], other[key]), f"{place}.{key}", item[key], other[key])


def _table(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    is_marked = seen.get("note", "") != true.get("note", "")
    keys = _keys(true, seen)
    others = {_key(row, keys): row for row in seen["rows"]}
    for row in true["rows"]:
        other = others.pop(_key(row, keys), None)
        place = f"{name}[{'/'.join(map(str, _key(row, keys)))}]"
        if other is None:
            verdict.add("unknown" if is_marked else "false", place, "row", None)
            continue
        for column, value in row.items():
            if column in keys or column == "certainty" or column not in other:
                continue
            mark = other.get("certainty", {}).get(column, "")
            kind = _value(value, other[column], mark, is_marked=is_marked)
            verdict.add(kind, f"{place}.{column}", value, other[column])
    for key in others:
        verdict.add("false", f"{name}[{'/'.join(map(str, key))}]", None, "row")


def _chart(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    verdict.add(_text(true["title"], seen["title"]), f"{name}.title", true["title"], seen["title"])
    _table(verdict, name, true, seen)


def _board(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    others = {(row["code"], row["entity"]): row for row in seen["rows"]}
    unknown_codes = {row["code"] for row in seen["rows"] if row["state"] == "unknown"}
    unknown_systems = {row["subsystem"] for row in seen["rows"] if row["state"] == "unknown"}
    for row in true["rows"]:
        key = (row["code"], row["entity"])
        other, place = others.pop(key, None), f"{name}[{'/'.join(key)}]"
        if other is None:
            said = row["code"] in unknown_codes or row["subsystem"] in unknown_systems
            is_quiet = row["state"] == "ok" or said
            verdict.add("unknown" if is_quiet else "false", place, row["state"], None)
            continue
        kind = "equal" if other["state"] == row["state"] else "unknown" if other["state"] == "unknown" else "false"
        verdict.add(kind, f"{place}.state", row["state"], other["state"])
    for (code, entity), row in others.items():
        kind = "unknown" if row["state"] == "unknown" or row["state"] == "ok" or code.startswith("data.") else "false"
        verdict.add(kind, f"{name}[{code}/{entity}]", None, row["state"])


def _sentences(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    texts = [item["text"] for item in true["items"]]
    for place, item in enumerate(seen["items"]):
        kind = "equal" if item["text"] in texts else "bounded" if _MARKED.search(item["text"]) else "false"
        verdict.add(kind, f"{name}[{place}]", None if kind != "false" else texts, item["text"])


def _text(true: str, seen: str) -> str:
    if true == seen:
        return "equal"
    return "unknown" if _MARKED.search(seen) or not _NUMBER.search(seen) else "false"


def _value(true: Any, seen: Any, certainty: str = "", *, is_marked: bool = True) -> str:
    if _equal(true, seen):
        return "equal"
    if isinstance(seen, str) and (seen in ("unknown", "—") or _MARKED.search(seen)):
        return "unknown"
    if seen is None:
        return "unknown" if is_marked else "false"
    if true is None or isinstance(seen, (str, bool)):
        return "false"
    if certainty == "lower_bound":
        return "bounded" if seen <= true + 1e-9 else "false"
    if certainty == "upper_bound":
        return "bounded" if seen >= true - 1e-9 else "false"
    return "false"


def _equal(true: Any, seen: Any) -> bool:
    if isinstance(true, float) and isinstance(seen, (int, float)):
        return math.isclose(true, seen, rel_tol=1e-9, abs_tol=1e-9)
    return bool(true == seen)


def _keys(true: Mapping[str, Any], seen: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that name a row: as many of the leading texts and days as tell the rows apart."""
    given = true.get("schema", {}).get("primaryKey")
    if given:
        return tuple(given)
    names: list[str] = []
    for item in true.get("schema", {}).get("fields", ()):
        if item.get("format") == "state":
            continue
        if item["type"] not in ("string", "date", "datetime"):
            break
        names.append(item["name"])
        if all(len({_key(row, names) for row in table["rows"]}) == len(table["rows"]) for table in (true, seen)):
            break
    return tuple(names) or tuple(item["name"] for item in true.get("schema", {}).get("fields", ())[:1])


def _key(row: Mapping[str, Any], keys: Iterable[str]) -> tuple[object, ...]:
    return tuple(row.get(key) for key in keys)


_COMPARISONS = {"kpis": _kpis, "table": _table, "chart": _chart, "board": _board, "sentences": _sentences}
