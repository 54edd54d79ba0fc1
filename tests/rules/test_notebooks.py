"""Report notebooks compose and never compute."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.runner.notebooks import load_report

MOST_CELLS = 15
MOST_LINES = 8
COPY = 5
ALLOWED_IMPORTS = {"ntanalytics", "datetime", "__future__"}
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.comprehension,
)
SQL = re.compile(r"\b(select\b.+\bfrom|insert\s+into|delete\s+from|update\b.+\bset)\b", re.IGNORECASE | re.DOTALL)
PARAMETER = re.compile(r"^[a-z]\w*: [^=]+ = .+?  # .+$")

Notebook = dict[str, Any]


def load(path: Path) -> Notebook:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reports(root: Path) -> dict[str, Notebook]:
    found = {path.stem: load(path) for path in sorted((root / "notebooks").glob("*.ipynb"))}
    assert found, "there is no report in notebooks/: the rules would pass without looking at anything"
    return found


@pytest.fixture(scope="module")
def every(root: Path) -> dict[str, Notebook]:
    return {
        str(path.relative_to(root)): load(path)
        for path in sorted((root / "notebooks").rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
    }


def code(notebook: Notebook) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def parameters(notebook: Notebook) -> list[str]:
    return [
        "".join(cell["source"])
        for cell in notebook["cells"]
        if "parameters" in cell.get("metadata", {}).get("tags", ())
    ]


def test_a_report_declares_its_parameters_in_one_cell(reports: dict[str, Notebook]) -> None:
    for name, notebook in reports.items():
        cells = parameters(notebook)
        assert len(cells) == 1, f"{name}: exactly one cell has the tag `parameters`; papermill writes after it"
        assert any(line.startswith("period: str = ") for line in cells[0].splitlines()), f"{name}: needs `period: str`"


def test_every_parameter_has_a_type_and_a_comment(reports: dict[str, Notebook]) -> None:
    for name, notebook in reports.items():
        for line in "\n".join(parameters(notebook)).splitlines():
            if line.strip() and not line.startswith("#"):
                assert PARAMETER.match(line), (
                    f"{name}: {line!r} is not `name: type = default  # help`; the runner checks by the type, "
                    "and the command line shows the help"
                )


def test_a_report_holds_no_logic(reports: dict[str, Notebook]) -> None:
    for name, notebook in reports.items():
        for source in code(notebook):
            for node in ast.walk(ast.parse(source)):
                assert not isinstance(node, FORBIDDEN), (
                    f"{name}: {type(node).__name__} in\n{source}\nwhat computes stands in the package, tested"
                )


def test_a_report_holds_no_sql(reports: dict[str, Notebook]) -> None:
    for name, notebook in reports.items():
        for source in code(notebook):
            texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
            found = [text for text in texts if isinstance(text, str) and SQL.search(text)]
            assert not found, f"{name}: {found}: SQL belongs to queries/, where it is checked against the contract"


def test_a_report_imports_only_the_package_and_dates(reports: dict[str, Notebook]) -> None:
    for name, notebook in reports.items():
        imported = set()
        for node in ast.walk(ast.parse("\n".join(code(notebook)))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
        extra = imported - ALLOWED_IMPORTS
        assert not extra, f"{name}: imports {sorted(extra)}: a report says what is shown, the package how"


def test_a_report_is_short(reports: dict[str, Notebook]) -> None:
    for name, notebook in reports.items():
        cells = code(notebook)
        assert len(cells) <= MOST_CELLS, f"{name}: {len(cells)} code cells; over {MOST_CELLS} it is two reports"
        for source in cells:
            assert len(source.splitlines()) <= MOST_LINES, (
                f"{name}: over {MOST_LINES} lines in\n{source}\na long cell computes; move that into the package"
            )


def test_no_cell_is_copied(every: dict[str, Notebook]) -> None:
    seen: dict[str, str] = {}
    for name, notebook in every.items():
        for source in {source.strip() for source in code(notebook) if len(source.strip().splitlines()) >= COPY}:
            assert source not in seen, f"{name} and {seen[source]} share\n{source}\nmake it a function of the package"
            seen[source] = name


def test_no_output_is_committed(every: dict[str, Notebook]) -> None:
    for name, notebook in every.items():
        for cell in notebook["cells"]:
            kept = cell.get("outputs") or cell.get("execution_count") is not None
            assert not kept, f"{name}: outputs are data of a city and noise in a diff; run `make fix`"


def test_a_report_says_what_it_is_and_needs(reports: dict[str, Notebook]) -> None:
    for name, notebook in reports.items():
        declared = notebook["metadata"].get("ntanalytics", {})
        assert set(declared) >= {"title", "periods"}, f"{name}: metadata.ntanalytics lacks a key"
        assert declared["title"], f"{name}: a report has a title"
        assert declared["periods"], f"{name}: a report takes at least one kind of period"
        assert set(declared["periods"]) <= {"day", "week", "month", "contract"}, f"{name}: {declared['periods']}"
        needs = load_report(name).needs
        unknown = set(needs) - set(DATASETS)
        assert needs, f"{name}: a report needs at least one dataset"
        assert not unknown, f"{name}: needs {sorted(unknown)}, which the contract does not know"
