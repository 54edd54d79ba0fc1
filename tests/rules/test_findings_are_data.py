"""A finding is made of a registered rule, and its sentences are written and never read back."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from tests.rules.measure import by_component, by_module
from tests.rules.package import NAME, Place, Trees, nodes

#: Modules that make a finding with a code written as a string, and how many.
STILL_CODES: dict[str, int] = {}

#: Components that look a rule up by a code written as a string, and how often; a check is handed its rule.
#: The fourth is the target of availability, which the table of a report shows, too.
STILL_LOOKED_UP: dict[str, int] = {"subsystems": 4}

#: Modules that set limits outside the rules, and how many.
STILL_THRESHOLDS: dict[str, int] = {"findings.rule": 2}

#: Modules that read the sentences of a finding, and how often.
STILL_READ: dict[str, int] = {}

#: Modules that cut the full stop off a sentence, and how often.
STILL_STOPS: dict[str, int] = {"findings.text": 1, "reports.status_line": 2}

#: Attributes of a finding that hold words for people.
TEXTS = {"evidence", "advice", "since"}
_PATTERN_METHODS = {"match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
_STRING_METHODS = {
    "partition", "rpartition", "removesuffix", "removeprefix", "startswith", "endswith", "split", "rsplit", "strip",
    "rstrip", "lstrip", "replace", "find", "index", "count",
}  # fmt: skip
_CODE = re.compile(r"[a-z]+\.[a-z0-9_]+")
_TEXT_FILE = re.compile(r"[._]text(\.|$)")
_RULES_FILE = re.compile(rf"{NAME}\.subsystems\.\w+\.(rules|\w+_rules)(\.\w+)?")


def test_a_finding_is_made_of_a_rule_and_not_of_a_string(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_CODES",
        by_module(typed_codes(trees)),
        "A code that is no rule can be neither overridden, nor switched off, nor listed. Declare a Rule in "
        "subsystems/<id>/rules.py, and make the finding of it.",
    )


def test_no_rule_is_looked_up_by_a_string(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_LOOKED_UP",
        by_component(looked_up_rules(trees)),
        "The engine hands a check the site's rule. Declare the Check with its rule, and take what it is handed.",
    )


def test_limits_are_set_in_the_rules_alone(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_THRESHOLDS",
        by_module(limits_outside_rules(trees)),
        "A limit elsewhere is a second one, which a site's override never reaches. Set it in subsystems/<id>/rules.py.",
    )


def test_what_a_finding_says_is_never_read_back(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_READ",
        by_module(read_texts(trees)),
        "A sentence is for people and changes with its wording. Give the finding a field for what you need of it, "
        "and make the sentence in text.py.",
    )


def test_no_sentence_is_mended_at_its_full_stop(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_STOPS",
        by_module(cut_stops(trees)),
        "A sentence that is cut and continued is made in two places. Keep clauses, and set the full stop once, "
        "where text.py joins them.",
    )


def test_each_way_of_reading_a_sentence_is_seen() -> None:
    reading = """
finding.evidence.removesuffix("A").partition("B")
(finding.since or "").split("A")
re.search("A", finding.evidence)
"A" in finding.advice
str(row["evidence"]).partition("A")
PATTERN.match(finding.since)
finding.evidence[:5]
"""
    harmless = """
replace(finding, evidence=text)
finding.since is None
finding.code in codes
finding.since.replace(hour=0)
[row.evidence]
"""
    assert len(read_texts({f"{NAME}.checks.engine": ast.parse(reading + harmless)})) == 7
    assert not read_texts({f"{NAME}.subsystems.sms.text": ast.parse(reading)})


def test_codes_and_limits_outside_the_rules_are_seen() -> None:
    tree = ast.parse('Finding("a.b", 1)\nFinding(code=f"{a}.b")\nFinding(rule, 1)\nThreshold(1, 2, "up")\nrules["a.b"]')
    assert len(typed_codes({f"{NAME}.checks.engine": tree})) == 2
    assert len(limits_outside_rules({f"{NAME}.checks.engine": tree})) == 1
    assert len(looked_up_rules({f"{NAME}.checks.engine": tree})) == 1
    assert not limits_outside_rules({f"{NAME}.subsystems.sms.rules": tree, f"{NAME}.checks.site_rules": tree})


def typed_codes(trees: Trees) -> list[Place]:
    """Return the calls that make a finding, or another one of it, with a string as its code or rule."""
    places = []
    for module, call in calls(trees):
        name = _called(call)
        named = [keyword.value for keyword in call.keywords if keyword.arg in {"code", "rule"}]
        given = [*call.args[:1], *named] if name == "Finding" else named if name == "replace" else []
        if any(isinstance(value, ast.JoinedStr) or _is_string(value) for value in given):
            places.append(Place(module, call.lineno))
    return places


def looked_up_rules(trees: Trees) -> list[Place]:
    """Return the subscripts of something called rules by a code written as a string."""
    return [
        Place(module, node.lineno, ast.unparse(node))
        for module, tree in trees.items()
        for node in nodes(tree)
        if isinstance(node, ast.Subscript)
        and ast.unparse(node.value).rpartition(".")[2].lower().strip("_") == "rules"
        and isinstance(node.slice, ast.Constant)
        and _CODE.fullmatch(str(node.slice.value))
    ]


def limits_outside_rules(trees: Trees) -> list[Place]:
    """Return the calls of Threshold outside the rules of a subsystem and the site's override of them."""
    return [
        Place(module, call.lineno)
        for module, call in calls(trees)
        if _called(call) == "Threshold" and not _RULES_FILE.fullmatch(module) and module != f"{NAME}.checks.site_rules"
    ]


def read_texts(trees: Trees) -> list[Place]:
    """Return the places outside text.py that take a finding's words apart or search in them."""
    places: dict[tuple[str, int], Place] = {}
    for module, tree in trees.items():
        if not _TEXT_FILE.search(module):
            for node in nodes(tree):
                if _reads(node):
                    # a chain of calls is one reading: its whole comes before its parts
                    places.setdefault((module, node.lineno), Place(module, node.lineno, ast.unparse(node)))
    return list(places.values())


def cut_stops(trees: Trees) -> list[Place]:
    """Return the calls that cut a Chinese full stop off a text."""
    return [
        Place(module, call.lineno, ast.unparse(call))
        for module, call in calls(trees)
        if _called(call) in {"removesuffix", "rstrip", "strip"}
        and any(_is_string(value) and "。" in value.value for value in call.args)
    ]


def calls(trees: Trees) -> list[tuple[str, ast.Call]]:
    """Return every call of the package with its module."""
    return [(module, node) for module, tree in trees.items() for node in nodes(tree) if isinstance(node, ast.Call)]


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _reads(node: ast.AST) -> bool:
    """Return whether the node takes a finding's words apart, searches in them or holds them to a pattern."""
    if isinstance(node, ast.Compare):
        searched = [right for operator, right in zip(node.ops, node.comparators, strict=True) if _is_in(operator)]
        return any(_is_text(side) for side in searched)
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Slice) and _is_text(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in _PATTERN_METHODS and any(_is_text(value) for value in node.args):
            return True
        # strings are taken apart by position, times are replaced by keyword
        return node.func.attr in _STRING_METHODS and not node.keywords and _is_text(node.func.value)
    return False


def _is_in(operator: ast.cmpop) -> bool:
    return isinstance(operator, ast.In | ast.NotIn)


def _is_text(node: ast.AST) -> bool:
    """Return whether the value is a finding's words, whole or in part."""
    match node:
        case ast.Attribute(attr=attribute) if attribute in TEXTS:
            return True
        case ast.Subscript(slice=ast.Constant(value=key)) if key in TEXTS:
            return True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=key), *_]) if key in TEXTS:
            return True
        case ast.Call(func=ast.Name(id="str"), args=[value]):
            return _is_text(value)
        case ast.Call(func=ast.Attribute(attr=method, value=value)) if method in _STRING_METHODS:
            return _is_text(value)
        case ast.BoolOp(values=values):
            return any(_is_text(value) for value in values)
        case ast.Subscript(value=value):
            return _is_text(value)
    return False
