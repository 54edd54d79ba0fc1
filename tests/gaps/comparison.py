"""Comparison of a report over damaged data with the one over complete data: what is false and not marked.

Each value, sentence and state of the damaged record is one of

- ``equal`` to that of the complete record;
- ``bounded``: marked as a bound, and on the right side of the true value;
- ``unknown``: absent, and the record says that something is missing;
- ``false``: anything else.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ntanalytics.findings.phrases import named
from ntanalytics.metrics.identity.units import spelling
from ntanalytics.metrics.number_format import format_number
from ntanalytics.reports.data import NO_SOURCE
from tests.gaps.records import RecordedBlocks
from tests.gaps.texts import (
    Fact,
    by_full_name,
    compare_text,
    fact,
    is_latest_onset,
    is_marked,
    is_rest,
    unknown_checks,
    unknown_count,
)

#: Columns that number the rows of a report: they move when a row is not known.
ORDINALS = frozenset({"place", "number"})

#: Columns about the data themselves: the confidence of a recommendation is the share of the days that are whole,
#: and what a duty lacks is proof.
OF_THE_DATA = frozenset({"score", "disks.days", "disks.disk_days", "duties.unproven"})

#: Column that is a bound by its name, shown only where it is needed → the column that it bounds.
LOWER_BOUNDS = {"availability_low": "availability"}

#: Column that leads to the block behind a row.
LINK = "detail"

#: Estimates of a table → the column with the days that they rest on: with fewer days they are others, and say so.
BASES = {"disks.disk_per_day": "disk_days", "disks.days_until_full": "disk_days"}

#: Columns of a projection, which begins on the last day that is known.
PROJECTED = frozenset({"expected", "low", "high"})

VIOLATIONS = ("critical", "warning")

#: Columns of the inspection that count its checks, each of which is compared on the board.
CHECK_COUNTS = frozenset({"checks", "wrong", "watched", "not_known"})

#: Tables whose rows stand by themselves only above a share of all, unless the desk has disposed of them, or as the most
#: urgent: over a gap another row may do so.
CHOSEN_ROWS = frozenset({"burden", "disks", "planned"})

#: The table of what would prove more: each of its rows tells what is missing.
NEEDED = "needed"

#: Tables of what is proven to be broken, which say by their note that more may be.
OF_WHAT_IS_PROVEN = frozenset({"shortfalls", "deductions"})

#: Points off by a clause of the scoring sheet.
DEDUCTION = "scoring.points_off"

#: The block of what is to be done.
OPEN_ITEMS = "open-items"

#: The check of how far back a source can be read, and the codes of findings about the data themselves.
LOG_RETENTION = "infra.log_retention"
_OF_DATA = ("data.", LOG_RETENTION)

#: The subsystem of the data themselves.
DATA = "数据完整性"

_NOT_COMPARED = ORDINALS | CHECK_COUNTS | OF_THE_DATA | {"certainty", LINK}


@dataclass
class Verdict:
    """Counts of what was compared, and what was found false.

    Attributes:
        counts: ``equal``, ``bounded``, ``unknown``, ``false`` → number.
        facts: subjects of the complete board with their numbers.
        has_more_unknown: whether the lines of the subsystems count more unknown checks than over complete data.
        unknown: labels of the checks of which the damaged report says that something is unknown.
        subjects: what the damaged report says of its data themselves: a text with one of these is about them.
        false: place → what the complete and the damaged record say.
    """

    counts: Counter[str] = field(default_factory=Counter)
    subjects: frozenset[str] = frozenset()
    has_more_unknown: bool = False
    unknown: frozenset[str] = frozenset()
    facts: Sequence[Fact] = ()
    false: dict[str, tuple[object, object]] = field(default_factory=dict)

    def add(self, kind: str, place: str, true: object, seen: object) -> None:
        """Count one comparison."""
        if kind == "false" and self.is_of_the_data(place, seen):
            kind = "unknown"
        self.counts[kind] += 1
        if kind == "false":
            self.false[place] = (true, seen)

    def is_of_the_data(self, *texts: object) -> bool:
        """Return whether texts are about the data themselves, of which damaged data say something else by right."""
        bare = [spelling(str(text)) for text in texts]
        return any(subject in text for subject in self.subjects for text in bare)


def compare(complete: RecordedBlocks, damaged: RecordedBlocks, whole: RecordedBlocks) -> Verdict:
    """Compare every block of two records.

    Args:
        complete: the record over complete data.
        damaged: the one over damaged data.
        whole: the record over complete data with all sentences of the lists that are cut, and with the findings that
            others hide: where one of the first sentences is not known, the next one takes its place, and where a
            finding is not known, what it hides comes up.
    """
    rows = [row for block in damaged.values() if block["block"] == "board" for row in block["rows"]]
    of_data = [row for row in rows if row["code"].startswith(_OF_DATA) and row["state"] != "ok"]
    told = [row["subject"] for row in of_data]
    doubtful = [row for row in rows if row["state"] in VIOLATIONS and is_marked(row.get("evidence", ""))]
    told += [named(row["subject"], row["check"]) for row in doubtful]
    told += [f"[{row['subsystem']}].state" for row in doubtful]
    judged = [
        row
        for record in (complete, whole)
        for block in record.values()
        for row in block.get("rows", ())
        if {"subject", "evidence"} <= set(row)
    ]
    facts = [fact(row["subject"], row["subject"], row["evidence"], row.get("since")) for row in judged]
    subjects = frozenset({DATA, "/data.", "[data.", f"[{LOG_RETENTION}", *map(spelling, told)})
    more_unknown = _unknown_in_lines(damaged) > _unknown_in_lines(complete)
    unknown = frozenset(row.get("check", "") for row in rows if row["state"] == "unknown") - {""}
    verdict = Verdict(subjects=subjects, facts=facts, has_more_unknown=more_unknown, unknown=unknown)
    gaps = bool(damaged["head"].get("gaps")) if "head" in damaged else False
    gaps |= _unknown_checks(damaged) > _unknown_checks(complete)
    for name, block in complete.items():
        if block["block"] in ("head", "signatures"):
            continue
        other = damaged.get(name)
        if other is None:
            verdict.add("unknown" if gaps else "false", name, "block", None)
        else:
            all_of_it = whole.get(name, block)
            more = {"whole": all_of_it.get("items" if block["block"] == "sentences" else "rows", ())}
            if block["block"] == "sentences":
                more["whole"] = [*more["whole"], *_incidents(complete.get("incidents", {}))]
            _COMPARISONS[block["block"]](verdict, name, {**block, **more}, other)
    for name in damaged.keys() - complete.keys():
        verdict.add("false" if damaged[name]["block"] != "table" else "unknown", name, None, "block")
    return verdict


def _unknown_checks(record: RecordedBlocks) -> int:
    """Return the most checks that a sentence of a report says are unknown."""
    sentences = (block["items"] for block in record.values() if block["block"] == "sentences")
    return max((unknown_count(_said(item)) for items in sentences for item in items), default=0)


def _unknown_in_lines(record: RecordedBlocks) -> int:
    """Return the number of unknown checks that the lines of the subsystems count."""
    lines = (row.get("points") or "" for row in record.get("systems", {}).get("rows", ()))
    return sum(map(unknown_checks, lines))


def _kpis(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    others = {(item["name"], item["label"]): item for item in seen["items"]}
    for item in true["items"]:
        other, place = others.get((item["name"], item["label"])), f"{name}.{item['name']}"
        if other is None:
            verdict.add("false", place, item["value"], "no card")
            continue
        certainty = other.get("certainty", {}).get("value", "")
        kind = _value(item["value"], other["value"], certainty, is_marked=certainty == "unknown")
        verdict.add(kind, place, item["value"], other["value"])
        for key in ("before", "change"):
            verdict.add(_value(item[key], other[key]), f"{place}.{key}", item[key], other[key])


def _table(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    says_so = _says_so(true, seen)
    keys = _keys(true, seen)
    others = {_key(row, keys): row for row in seen["rows"]}
    for row in true["rows"]:
        other = others.pop(_key(row, keys), None)
        place = f"{name}[{'/'.join(map(str, _key(row, keys)))}]"
        if other is None:
            # an open item is named by its subject and its check
            is_told = says_so or (name == OPEN_ITEMS and str(row["item"]).endswith(tuple(verdict.unknown)))
            is_told |= name in OF_WHAT_IS_PROVEN and is_marked(seen.get("note") or "")
            verdict.add("unknown" if is_told else "false", place, "row", None)
            continue
        for column, value in row.items():
            if column in keys or {column, f"{name}.{column}"} & _NOT_COMPARED or column not in other:
                continue
            mark = other.get("certainty", {}).get(column, "")
            if column in LOWER_BOUNDS and value is None and other[column] is not None:
                value, mark = row[LOWER_BOUNDS[column]], "lower_bound"  # noqa: PLW2901 - what it bounds
            says_row = _is_marked_row(row, other)
            is_marked_row = says_so or mark == "unknown" or says_row
            basis = BASES.get(f"{name}.{column}", "")
            if (says_so and column in PROJECTED) or (basis and other[basis] != row[basis]):
                verdict.add("unknown", f"{place}.{column}", value, other[column])
                continue
            if (
                says_row and f"{name}.{column}" == DEDUCTION
            ):  # what cannot be shown deducts nothing, and the row says so
                mark = "lower_bound"
            kind = _value(
                value, other[column], mark, is_marked=is_marked_row, is_marked_state=says_row, facts=verdict.facts
            )
            verdict.add(kind, f"{place}.{column}", value, other[column])
    hidden = {(*_key(row, keys), row.get("state")) for row in true["whole"]}
    named = {tuple(map(by_full_name, key)) for key in (_key(row, keys) for row in true["rows"])}
    for key, row in others.items():
        is_renamed = tuple(map(by_full_name, key)) in named
        if is_renamed or (*key, row.get("state")) in hidden:  # what hides it over complete data is not known here
            verdict.add("equal", f"{name}[{'/'.join(map(str, key))}]", None, "row")
            continue
        # what a lost column would tell apart stands in one row without a name
        may_be = (says_so and (None in key or name in CHOSEN_ROWS)) or name == NEEDED
        verdict.add("unknown" if may_be else "false", f"{name}[{'/'.join(map(str, key))}]", None, "row")


def _is_marked_row(true: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Return whether a text of the row says of itself that something is not known."""
    return any(isinstance(text, str) and text != true.get(name) and is_marked(text) for name, text in seen.items())


def _says_so(true: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Return whether the note of a table or chart, or its title, says more than over complete data, and of a gap."""
    said = [(seen.get(part) or "", true.get(part) or "") for part in ("note", "title")]
    return any(ours != theirs and is_marked(ours) for ours, theirs in said)


def _chart(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    told = compare_text([true["title"]], seen["title"])
    if seen["note"] == NO_SOURCE:  # its title names what is not drawn, and tells nothing of it
        told = "unknown"
    verdict.add(told, f"{name}.title", true["title"], seen["title"])
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
        is_told = other["state"] == "unknown" or is_marked(other.get("evidence", ""))
        is_told |= _is_moved(row, other, true["rows"], seen["rows"])
        kind = "equal" if other["state"] == row["state"] else "unknown" if is_told else "false"
        verdict.add(kind, f"{place}.state", row["state"], other["state"])
    hidden = {(row["code"], row["entity"], row["state"]) for row in true["whole"]}
    for (code, entity), row in others.items():
        if (code, entity, row["state"]) in hidden:  # what hides it over complete data is not known here
            verdict.add("equal", f"{name}[{code}/{entity}]", None, row["state"])
            continue
        is_told = row["state"] in ("unknown", "ok") or code.startswith("data.") or is_marked(row.get("evidence", ""))
        kind = "unknown" if is_told else "false"
        verdict.add(kind, f"{name}[{code}/{entity}]", None, row["state"])


_Row = Mapping[str, Any]


def _is_moved(row: _Row, other: _Row, true: Iterable[_Row], seen: Iterable[_Row]) -> bool:
    """Return whether a violation is told of another subject of its check, since the one of complete data is unknown."""
    unknown = {(item["code"], item["entity"]) for item in seen if item["state"] == "unknown"}
    told = _of_any_subject(other)
    return any(
        item["state"] == other["state"] and _of_any_subject(item) == told
        for item in true
        if item["code"] == row["code"] and (item["code"], item["entity"]) in unknown
    )


def _of_any_subject(row: _Row) -> str:
    """Return the evidence of a finding without its subject."""
    return str(row.get("evidence", "")).replace(str(row.get("subject", "")), "")


def _sentences(verdict: Verdict, name: str, true: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    whole, said = [_said(item) for item in (*true["items"], *true["whole"])], [_said(item) for item in seen["items"]]
    kinds = [compare_text(whole, text, verdict.facts) for text in said]
    pairs = list(zip(kinds, said, strict=True))
    for place, (kind, text) in enumerate(pairs):
        verdict.add(kind, f"{name}[{place}]", None, text)
    is_told = verdict.has_more_unknown or any(
        kind in ("unknown", "bounded") or verdict.is_of_the_data(text) for kind, text in pairs
    )
    is_told |= max(map(unknown_count, said), default=0) > max(map(unknown_count, whole), default=0)
    for place, item in enumerate(true["items"]):
        if _said(item) not in said and not is_rest(item["text"]):
            verdict.add("unknown" if is_told else "false", f"{name}[was {place}]", _said(item), None)


def _incidents(table: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """Return the desk's incidents in words, named by their subsystem: what names a part of it may not be known."""
    return [
        {"text": f"{row['subject']}{what} {format_number(row['lasted'], 'seconds')}。"}
        for row in table.get("rows", ())
        if row["origin"] == "运维台账"
        for what in ("故障", "系统崩溃")
    ]


def _said(item: Mapping[str, Any]) -> str:
    return f"{item.get('subject', '')}{item['text']}"


def _value(
    true: Any,
    seen: Any,
    certainty: str = "",
    *,
    is_marked: bool = True,
    is_marked_state: bool = False,
    facts: Sequence[Fact] = (),
) -> str:
    if _equal(true, seen):
        return "equal"
    if isinstance(seen, str) and isinstance(true, str) and is_latest_onset(true, seen):
        return "bounded"
    if isinstance(seen, str):
        is_state = true in VIOLATIONS and seen in VIOLATIONS  # of what is known, where the row says that a part is not
        if seen == "unknown" or (is_state and is_marked_state):
            return "unknown"
        return compare_text([true] if isinstance(true, str) else [], seen, facts)
    if seen is None:
        return "unknown" if is_marked else "false"
    if true is None or isinstance(seen, bool):
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
        if item.get("format") == "state" or item["name"] in ORDINALS:
            continue
        if item["type"] not in ("string", "date", "datetime"):
            break
        names.append(item["name"])
        if all(len({_key(row, names) for row in table["rows"]}) == len(table["rows"]) for table in (true, seen)):
            break
    if names or max(len(true["rows"]), len(seen["rows"])) < 2:
        return tuple(names)
    return tuple(item["name"] for item in true.get("schema", {}).get("fields", ())[:1])


def _key(row: Mapping[str, Any], keys: Iterable[str]) -> tuple[object, ...]:
    """Return what names a row; a unit's name stands as it was written where no list of units gives its spelling."""
    values = (row.get(key) for key in keys)
    return tuple(spelling(value) if isinstance(value, str) else value for value in values)


_COMPARISONS = {"kpis": _kpis, "table": _table, "chart": _chart, "board": _board, "sentences": _sentences}
