"""A new subsystem: its dataset, metrics, slice, product and tests, and its lines in the lists of subsystems."""

from __future__ import annotations

import re
from pathlib import Path

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.scaffold.checkout import Scaffold, check_name, find_checkout, render, write_files
from ntanalytics.scaffold.edits import SourceEdit, format_files

#: Template → the file that is made of it; {0} is the name.
_FILES = {
    "contract.py": "ntanalytics/contract/{0}.py",
    "metrics_package.py": "ntanalytics/metrics/{0}/__init__.py",
    "metrics.py": "ntanalytics/metrics/{0}/events.py",
    "slice.py": "ntanalytics/subsystems/{0}/__init__.py",
    "rules.py": "ntanalytics/subsystems/{0}/rules.py",
    "checks.py": "ntanalytics/subsystems/{0}/checks.py",
    "section.py": "ntanalytics/subsystems/{0}/section.py",
    "text.py": "ntanalytics/subsystems/{0}/text.py",
    "test_checks.py": "tests/subsystems/{0}/test_checks.py",
    "source.yml": "queries/{0}_database/source.yml",
    "mapping.sql": "queries/{0}_database/{0}.events.sql",
    "tables.yml": "tests/queries/{0}_database/tables.yml",
    "case.yml": "tests/queries/{0}_database/{0}.events/outcomes.yml",
}
#: Names of modules beside those of the subsystems, and of the checks of the data.
_RESERVED = "change data dataset days documents enumerations groups histogram measure rows slots"
_TITLE = re.compile(r"\w{1,20}")


def write_subsystem(name: str, title: str, root: Path | None = None) -> Scaffold:
    """Write the first files of a new subsystem, and add it to the lists of subsystems.

    Args:
        name: its id: small letters.
        title: its Chinese name.
        root: the checkout.

    Raises:
        UsageError: the name or the title cannot be used, one of the files exists, or there is no checkout.
    """
    checkout = find_checkout(tr("a subsystem"), root)
    if name in SUBSYSTEMS:
        raise UsageError(
            tr("there is a subsystem {name!r} already", name=name),
            where=f"ntanalytics/subsystems/{name}/",
            todo=tr(
                "choose another name, or add a rule to it: ntanalytics new rule {name}.<name> --measure <measure>",
                name=name,
            ),
        )
    check_name(name, tr("a subsystem"), reserved=_RESERVED.split(), example="permits")
    if not name.isalpha():
        raise UsageError(
            tr("{name!r} is no name for {thing}", name=name, thing=tr("a subsystem")),
            todo=tr("use small letters alone: permits"),
        )
    if not _TITLE.fullmatch(title):
        raise UsageError(
            tr("{title!r} is no title", title=title),
            todo=tr("use up to 20 Chinese characters or letters: --title 行政审批"),
        )
    edits = _lists(checkout, name, title)
    values = {"name": name, "title": title}
    files = {checkout / path.format(name): render(f"subsystem/{key}.j2", values) for key, path in _FILES.items()}
    written = write_files(checkout, files)
    for edit in edits:
        edit.path.write_text(edit.text, encoding="utf-8")
    changed = [edit.path for edit in edits]
    format_files(checkout, [*written, *changed])
    return Scaffold(written, changed)


def _lists(checkout: Path, name: str, title: str) -> list[SourceEdit]:
    """Return the lists of subsystems with the new one in them."""
    package = checkout / "ntanalytics"
    contract = SourceEdit(package / "contract" / "__init__.py")
    contract.add_element("_MODULES", name)
    contract.add_imports([f"from ntanalytics.contract import {name}"])
    names = SourceEdit(package / "contract" / "enumerations.py")
    names.add_element("SUBSYSTEMS", f'"{name}": "{title}"')
    slices = SourceEdit(package / "subsystems" / "__init__.py")
    slices.add_element("SUBSYSTEMS", name.upper(), before="DATA")
    slices.add_imports([f"from ntanalytics.subsystems.{name} import SUBSYSTEM as {name.upper()}"])
    return [contract, names, slices]
