"""One list of subsystems: the contract's, the folders of subsystems/ and the registry are the same."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path

from ntanalytics.contract import DATASETS
from tests.rules.measure import by_module
from tests.rules.package import NAME, Place, Trees, nodes

#: Subsystems that stand in the contract and have no folder of their own, or the other way round.
STILL_WITHOUT_FOLDER: frozenset[str] = frozenset()

#: Subsystems that stand in the contract and not in the registry, or the other way round.
STILL_UNREGISTERED: frozenset[str] = frozenset()

#: Parts that a slice lacks, as ``sms/text``.
STILL_LACKING: frozenset[str] = frozenset()

#: Modules with a list of subsystems of their own, and how many.
STILL_LISTED: dict[str, int] = {"evaluation.entity_names": 1}

#: Whether the data came is judged as a subsystem, and has no dataset.
WITHOUT_DATASETS = {"data"}
PARTS = ("rules", "checks", "section", "text")
#: So many ids in one collection are a list of the subsystems.
MANY = 5

IDS = {name.partition(".")[0] for name in DATASETS} | WITHOUT_DATASETS


def test_every_subsystem_has_a_folder(root: Path, hold: Callable[..., None]) -> None:
    hold(
        "STILL_WITHOUT_FOLDER",
        {name: [f"{NAME}/subsystems/{name}/"] for name in IDS ^ set(slices(root))},
        "What a person changes together stands in one folder, named as the contract names the subsystem.",
    )


def test_every_subsystem_is_registered(hold: Callable[..., None]) -> None:
    hold(
        "STILL_UNREGISTERED",
        {name: [f"{NAME}.subsystems.SUBSYSTEMS"] for name in IDS ^ registered()},
        "A subsystem that SUBSYSTEMS does not list appears in no report. Add its SUBSYSTEM there, and nowhere else.",
    )


def test_every_slice_has_its_parts(root: Path, hold: Callable[..., None]) -> None:
    hold(
        "STILL_LACKING",
        {
            f"{name}/{part}": [folder.relative_to(root)]
            for name, folder in slices(root).items()
            for part in PARTS
            if not has(folder, part) and f"{name}/{part}" != "data/section"
        },
        "A slice has rules.py, checks.py, section.py and text.py; a part of more than 300 lines is split by subject, "
        "as in host_checks.py.",
    )


def test_no_other_module_lists_the_subsystems(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_LISTED",
        by_module(lists_of_subsystems(trees)),
        "A second list is forgotten when a subsystem is added. Take it from SUBSYSTEMS, or put the fact into "
        "the subsystem's own slice.",
    )


def test_a_second_list_is_seen() -> None:
    tree = ast.parse('ORDER = ("sms", "oa", "im", "ca", "seal")\nPARTS = {sms: 1, oa: 2, im: 3, ca: 4, seal: 5}')
    assert len(lists_of_subsystems({f"{NAME}.reports.board": tree, f"{NAME}.subsystems": tree})) == 2


def slices(root: Path) -> dict[str, Path]:
    """Return the folders of subsystems/ by name."""
    return {path.parent.name: path.parent for path in sorted((root / NAME / "subsystems").glob("*/__init__.py"))}


def has(folder: Path, part: str) -> bool:
    """Return whether a slice has a part: a module or folder of that name, or modules of subjects of it."""
    return any((folder / part).glob("*.py")) or any(folder.glob(f"{part}.py")) or any(folder.glob(f"*_{part}.py"))


def registered() -> set[str]:
    """Return the ids in the registry; none as long as there is none."""
    if importlib.util.find_spec(f"{NAME}.subsystems") is None:
        return set()
    listed = importlib.import_module(f"{NAME}.subsystems").SUBSYSTEMS
    if isinstance(listed, Mapping):
        assert all(name == subsystem.id for name, subsystem in listed.items()), "a key of SUBSYSTEMS is not the id"
    return set(listed) if isinstance(listed, Mapping) else {subsystem.id for subsystem in listed}


def lists_of_subsystems(trees: Trees) -> list[Place]:
    """Return the collections of many ids of subsystems, or of modules named so, outside the contract and the registry.

    Parts of a larger collection that are collections of ids themselves count once each.
    """
    return [
        Place(module, node.lineno)
        for module, tree in trees.items()
        if not f"{module}.".startswith(f"{NAME}.contract.") and module != f"{NAME}.subsystems"
        for node in nodes(tree)
        if isinstance(node, ast.Dict) or hasattr(node, "elts")
        if len(_names(node) & IDS) >= MANY
    ]


def _names(node: ast.AST) -> set[str]:
    """Return the strings and names that stand directly in a collection."""
    members = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    strings = {member.value for member in members if isinstance(member, ast.Constant)}
    return {str(string) for string in strings} | {member.id for member in members if isinstance(member, ast.Name)}
