"""A ratchet: what still breaks a rule is counted at the top of the rule's test file, and may only shrink.

After a clean-up, or after modules were renamed, ``LOWER_CEILINGS=1 pytest tests/rules`` writes today's numbers into the
test files. It writes nothing where the total of a list has grown.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Places that a failure shows of one name.
SHOWN = 30


@dataclass(frozen=True)
class Listed:
    """A list at the top of a test file: the node of its value, and what it holds."""

    node: ast.expr
    ceilings: Mapping[str, int]
    is_set: bool


def hold(constant: str, test_file: Path, offences: Mapping[str, Sequence[object]], reason: str) -> None:
    """Compare what breaks a rule with what is listed; fail when it has grown, and when it has shrunk.

    Args:
        constant: name of the list at the top of the test file: ``{name: number}``, or a frozenset of names.
        test_file: the file.
        offences: the places of today's offences, by the name that they are listed under.
        reason: why the rule is there and what to do, for the failure.
    """
    __tracebackhide__ = True
    listed = read(constant, test_file.read_text(encoding="utf-8"))
    ceilings = listed.ceilings
    counts = {name: 1 if listed.is_set else len(places) for name, places in sorted(offences.items()) if places}
    if os.environ.get("LOWER_CEILINGS") and sum(counts.values()) <= sum(ceilings.values()):
        rewrite(test_file, listed.node, source_of(counts, is_set=listed.is_set))
        return
    grown = {name: number for name, number in counts.items() if number > ceilings.get(name, 0)}
    assert not grown, f"{reason}\n" + "\n".join(
        f"{name}: {number}, and {ceilings.get(name, 0)} are listed in {constant}:{shown(offences[name])}"
        for name, number in grown.items()
    )
    shrunk = {name: (counts.get(name, 0), number) for name, number in ceilings.items() if counts.get(name, 0) < number}
    assert not shrunk, (
        f"{constant} in {test_file.name} lists more than there is: {shrunk} (today, listed). "
        "Lower it, so that it never grows again: LOWER_CEILINGS=1 pytest tests/rules"
    )


def read(constant: str, text: str) -> Listed:
    """Return a list at the top of a test file, which is written there with its type."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == constant and node.value is not None:
            value = node.value
            if isinstance(value, ast.Call):
                names = ast.literal_eval(value.args[0]) if value.args else ()
                return Listed(value, dict.fromkeys(names, 1), is_set=True)
            return Listed(value, ast.literal_eval(value), is_set=False)
    raise AssertionError(f"the file has no {constant}")


def source_of(counts: Mapping[str, int], *, is_set: bool) -> str:
    """Return the source of a list as the formatter writes it, an entry a line."""
    if not counts:
        return "frozenset()" if is_set else "{}"
    quoted = {json.dumps(name, ensure_ascii=False): number for name, number in counts.items()}
    if is_set:
        return "frozenset(\n    {\n" + "".join(f"        {name},\n" for name in quoted) + "    }\n)"
    return "{\n" + "".join(f"    {name}: {number},\n" for name, number in quoted.items()) + "}"


def rewrite(file: Path, node: ast.expr, source: str) -> None:
    """Put a source text in the place of an expression."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    last = node.end_lineno or node.lineno
    # the columns of a syntax tree are bytes of UTF-8
    before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
    after = lines[last - 1].encode()[node.end_col_offset :].decode()
    lines[node.lineno - 1 : last] = [before + source + after]
    file.write_text("".join(lines), encoding="utf-8")


def shown(places: Sequence[object]) -> str:
    """Return the places one a line, the first ones of many."""
    more = [f"and {len(places) - SHOWN} more"] if len(places) > SHOWN else []
    return "".join(f"\n  {place}" for place in [*places[:SHOWN], *more])
