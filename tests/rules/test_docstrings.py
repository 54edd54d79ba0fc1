"""Everything public says what it is, in the terms of the field."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.rules.measure import by_component, relative_docstrings
from tests.rules.package import NAME, Place, Trees, classes, nodes, words_of

#: Docstrings that open with a relative or prepositional clause, by component.
RELATIVE: dict[str, int] = {}

#: Names that hold a word of the private language, by word.
PRIVATE_WORDS: dict[str, int] = {"begun": 2, "each": 1, "found": 2}

#: Public classes that the glossary does not name, by component.
NOT_IN_GLOSSARY: dict[str, int] = {}

#: A word that no name may hold → the term of the field.
TERMS = {
    "look": "summary, summarize", "looks": "sections", "lull": "gap, volume gap", "lulls": "volume_gap",
    "spell": "burst", "spells": "failure_burst", "shelf": "namespace", "shelves": "namespaces",
    "papers": "the subsystem's id", "parcel": "delivery request", "hole": "gap", "holes": "gaps",
    "set_aside": "rejected", "told": "informative, text", "said": "sentence, format_measure", "begun": "onset",
    "weighed": "with_cause", "matter": "issue", "matters": "issues", "story": "incident group",
    "stories": "incident groups",
}  # fmt: skip
#: A word that no class may be named with.
CLASS_TERMS = {"life": "lifecycle", "course": "lifecycle state"}
#: A variable's whole name that tells nothing of the thing in it.
VARIABLES = {"each", "found"}


def test_every_module_says_what_it_is(trees: Trees) -> None:
    found = sorted(name for name, tree in trees.items() if not ast.get_docstring(tree))
    assert not found, f"{found}: one sentence at the top tells a reader whether he is in the right place"


def test_every_public_function_and_class_says_what_it_does(trees: Trees) -> None:
    found = sorted(
        f"{name}.{qualified}"
        for name, tree in trees.items()
        for qualified, node in _public(tree, "")
        if not ast.get_docstring(node)
    )
    assert not found, f"{found}: say what it returns, in which unit, and what it raises"


def test_docstrings_open_with_a_verb_or_a_noun(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "RELATIVE",
        by_component(relative_docstrings(trees)),
        "A sentence that opens with a clause has neither subject nor verb for a reader whose English is small. Open "
        'with a verb or a noun: "Return …", "Merge …", "Deadline of …".',
    )


def test_names_are_terms_of_the_field(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "PRIVATE_WORDS",
        private_words(trees),
        "The word means this only here, and a colleague finds it in no dictionary. Terms of the field: "
        f"{TERMS | CLASS_TERMS}; in place of {sorted(VARIABLES)} the noun of the thing.",
    )


def test_the_glossary_has_the_words_of_every_public_class(root: Path, trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "NOT_IN_GLOSSARY",
        by_component(unexplained_classes(trees, (root / "GLOSSARY.md").read_text(encoding="utf-8"))),
        "GLOSSARY.md gives each word with its Chinese, once for the whole package. Add the term of the class (that of "
        "ExpectedRange is `expected range`), or name the class with a term that is there.",
    )


def test_the_glossary_gives_each_term_one_meaning(root: Path) -> None:
    lines = (root / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(("| ---", "| English", "| id"))]
    terms = Counter(term.strip().lower() for row in rows for term in row.split("|")[1].split(";"))
    assert [term for term, times in terms.items() if term and times > 1] == []


def test_a_clause_at_the_beginning_is_seen() -> None:
    clauses = ["What it is.", "Of those that came, the newest.", "By unit."]
    sentences = ["Return what came.", "Whatever is left.", "Onset of a finding."]
    text = "\n".join(f"def f{number}(): '{text}'" for number, text in enumerate([*clauses, *sentences]))
    assert [place.line for place in relative_docstrings({f"{NAME}.lake": ast.parse(text)})] == [1, 2, 3]


def test_private_words_are_seen_in_every_kind_of_name() -> None:
    text = """
class SmsLook:
    hole_days: int
def _set_aside(told, each=1):
    self.stories = [found for found in each]
class LifecycleState: ...
class Life: ...
foundation = unfound = lookup = "sms.carrier_lull"
"""
    words = private_words({f"{NAME}.lake.looks": ast.parse(text)})
    assert sorted(words) == ["each", "found", "hole", "life", "look", "looks", "set_aside", "stories", "told"]
    assert all(len(places) == 1 for places in words.values())


def test_a_class_is_in_the_glossary_by_its_term_or_its_name() -> None:
    tree = ast.parse("class ExpectedRange: ...\nclass KernelPool: ...\nclass Parcel: ...\nclass _Row: ...")
    text = "| expected range | 预期区间 |\n| `KernelPool` | |"
    assert [place.name for place in unexplained_classes({f"{NAME}.lake": tree}, text)] == ["Parcel"]


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public(node: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    """Public definitions at the top and in public classes; overrides and property setters speak for themselves."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Definition) or child.name.startswith("_") or _is_exempt(child):
            continue
        yield prefix + child.name, child
        if isinstance(child, ast.ClassDef):
            yield from _public(child, f"{prefix}{child.name}.")


def _is_exempt(node: Definition) -> bool:
    names = {ast.unparse(decorator) for decorator in node.decorator_list}
    return any(name in {"override", "overload", "typing.override"} or name.endswith(".setter") for name in names)


def private_words(trees: Trees) -> dict[str, list[Place]]:
    """Return the names that hold a word of the private language, by the word.

    A name counts where it is given: at a definition, a parameter, an assignment, an import under another name.
    """
    places = defaultdict(list)
    for module, tree in trees.items():
        for line, name, kind in [(1, module.rpartition(".")[2], ""), *given_names(tree)]:
            words = f"_{'_'.join(words_of(name))}_"
            banned = TERMS | CLASS_TERMS if kind == "class" else TERMS
            held = [word for word in banned if f"_{word}_" in words]
            if kind == "variable" and name.strip("_") in VARIABLES:
                held.append(name.strip("_"))
            for word in held:
                places[word].append(Place(module, line, name))
    return places


def given_names(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield line, name and kind (class, function, variable) of every name that a module gives."""
    for node in nodes(tree):
        match node:
            case ast.ClassDef(name=name):
                yield node.lineno, name, "class"
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name, "function"
            case (
                ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
            ):
                yield node.lineno, name, "variable"
            case ast.alias(asname=str(name)):
                yield node.lineno, name, "variable"


def unexplained_classes(trees: Trees, glossary: str) -> list[Place]:
    """Return the public classes whose words the glossary does not have."""
    text = re.sub(r"[\s-]+", " ", glossary).lower()
    return [
        Place(module, node.lineno, name)
        for module, tree in trees.items()
        for name, node in classes(tree)
        if name == node.name and not name.startswith("_")
        if not re.search(rf"\b({re.escape(name.lower())}|{re.escape(' '.join(words_of(name)))})(s|es)?\b", text)
    ]
