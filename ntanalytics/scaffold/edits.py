"""Edits of Python source: an element of a collection, an import, a function, each at its place."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from ntanalytics.errors import UsageError
from ntanalytics.language import tr


class SourceEdit:
    """The text of a Python file, with what is inserted.

    Attributes:
        path: the file.
        text: its text.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")

    def add_element(self, variable: str, element: str, *, before: str = "") -> None:
        """Add an element to a tuple or a dict that is the value of a variable.

        Args:
            variable: the variable, assigned at module level.
            element: the source of the element.
            before: begin of the element before which it is put; at the end where there is none.

        Raises:
            UsageError: the variable is no tuple or dict with elements.
        """
        value = self._assignment(variable).value
        value = value.args[0] if isinstance(value, ast.Call) and value.args else value
        elements = value.values if isinstance(value, ast.Dict) else getattr(value, "elts", [])
        if value is None or not elements:
            raise UsageError(
                tr("{variable} is no tuple or dict with elements", variable=variable),
                where=str(self.path),
                todo=_todo(),
            )
        last = elements[-1]
        following = [item for item in elements if before and self._source(item).startswith(before)]
        is_one_line = value.lineno == value.end_lineno
        separator = ", " if is_one_line else ",\n    "
        if following:
            self._insert(self._offset(following[0].lineno, following[0].col_offset), element + separator)
        else:
            self._insert(self._offset(last.end_lineno or 0, last.end_col_offset or 0), separator + element)

    def add_imports(self, statements: Iterable[str]) -> None:
        """Add import statements after the last one; ``format_files`` merges and sorts them."""
        imports = [node for node in ast.parse(self.text).body if isinstance(node, (ast.Import, ast.ImportFrom))]
        self._insert(self._offset((imports[-1].end_lineno or 0) + 1, 0), "".join(f"{line}\n" for line in statements))

    def add_before(self, variable: str, text: str) -> None:
        """Add statements before the assignment of a variable and its comment."""
        line = self._assignment(variable).lineno
        lines = self.text.splitlines()
        while line > 1 and lines[line - 2].startswith("#"):
            line -= 1
        self._insert(self._offset(line, 0), f"{text}\n\n")

    def _assignment(self, variable: str) -> ast.Assign | ast.AnnAssign:
        for node in ast.parse(self.text).body:
            targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and [getattr(item, "id", "") for item in targets] == [
                variable
            ]:
                return node
        raise UsageError(
            tr("{variable} is not assigned in the file", variable=variable), where=str(self.path), todo=_todo()
        )

    def _source(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.text, node) or ""

    def _offset(self, line: int, column: int) -> int:
        """Return the offset in bytes of a line (from 1) and a column in bytes, as ``ast`` counts them."""
        return sum(len(text) for text in self.text.encode().splitlines(keepends=True)[: line - 1]) + column

    def _insert(self, offset: int, text: str) -> None:
        content = self.text.encode()
        self.text = (content[:offset] + text.encode() + content[offset:]).decode()


def format_files(checkout: Path, paths: Iterable[Path]) -> None:
    """Sort the imports of Python files and format them, as ``make fix`` does.

    Raises:
        UsageError: ruff is not installed, or cannot read a file.
    """
    files = [str(path) for path in paths if path.suffix == ".py"]
    for command in (["check", "-q", "--fix", "--select", "I"], ["format", "-q"]):
        done = subprocess.run(  # noqa: S603 - this Python, and paths of the checkout
            [sys.executable, "-m", "ruff", *command, *files], cwd=checkout, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            message = (done.stderr or done.stdout).strip().splitlines()
            raise UsageError(
                tr("the files are written and not formatted: {why}", why=message[-1] if message else tr("ruff failed")),
                where=str(checkout),
                todo=tr("run `make setup`, then `make fix`"),
            )


def _todo() -> str:
    return tr("add the lines by hand, as CONTRIBUTING.md describes")
