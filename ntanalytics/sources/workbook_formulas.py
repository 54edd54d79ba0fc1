"""Cells of a workbook without a value that can be read: formulas without a stored result, and error values.

A program that does not compute writes the former; the latter, such as #N/A, Excel and WPS write where a formula fails.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from lxml import etree

#: Text of a cell whose formula has no stored result: no time, no number and no word of a table.
WITHOUT_RESULT = "公式无计算结果"

#: Text of a cell with an error value, which the reader of workbooks takes for an empty one.
ERROR_VALUE = "公式结果为错误值"

_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def cells_without_value(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Return sheet → (row, column), counted from 0 → ``WITHOUT_RESULT`` or ``ERROR_VALUE``; no sheet without one.

    Args:
        path: a workbook within the limits of :func:`ntanalytics.sources.archive_limits.check_workbook`.
    """
    cells: dict[str, dict[tuple[int, int], str]] = {}
    with zipfile.ZipFile(path) as archive:
        for name, part in _sheet_parts(archive).items():
            with archive.open(part) as stream:
                parser = etree.XMLParser(target=_Sheet(), resolve_entities=False, no_network=True)
                if lacking := cast(dict[tuple[int, int], str], etree.parse(stream, parser)):
                    cells[name] = lacking
    return cells


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name → name of its part; only of parts that are there."""
    members = set(archive.namelist())
    if not {_WORKBOOK, _RELATIONS} <= members:
        return {}
    workbook, relations = (_root(archive.read(name)) for name in (_WORKBOOK, _RELATIONS))
    targets = {item.get("Id"): item.get("Target") for item in relations.iter("{*}Relationship")}
    parts = {}
    for sheet in workbook.iter("{*}sheet"):
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        parts[sheet.get("name")] = posixpath.normpath(posixpath.join("/xl", targets.get(relation) or "")).lstrip("/")
    return {name: part for name, part in parts.items() if part in members}


def _root(content: bytes) -> Any:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


class _Sheet:
    """Cells of a sheet without a value; the target of a parser, so that no tree is held.

    Attributes:
        lacking: their rows and columns, counted from 0 → what they have in place of it.
    """

    def __init__(self) -> None:
        self.lacking: dict[tuple[int, int], str] = {}
        self._row = self._column = 0
        self._type, self._value = "", ""
        self._has_formula = self._has_value = self._is_value = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin a row, a cell or a part of it; a part of the parser's target."""
        address = attributes.get("r", "")
        match tag.rpartition("}")[2]:
            case "row":
                self._row, self._column = int(address) if address.isdecimal() else self._row + 1, 0
            case "c":
                self._row, self._column = self._place(address)
                self._type, self._value = attributes.get("t", ""), ""
                self._has_formula = self._has_value = False
            case "f":
                self._has_formula = True
            case "v":
                self._has_value = self._is_value = True

    def end(self, tag: str) -> None:
        """Judge a cell; an empty text is a result; a part of the parser's target."""
        name = tag.rpartition("}")[2]
        if name == "v":
            self._is_value = False
        elif name == "c":
            if self._type == "e" and self._value:
                self.lacking[self._row - 1, self._column - 1] = ERROR_VALUE
            elif self._has_formula and not (self._value or (self._has_value and self._type == "str")):
                self.lacking[self._row - 1, self._column - 1] = WITHOUT_RESULT
            self._has_formula = False

    def data(self, text: str) -> None:
        """Keep a value; a part of the parser's target."""
        if self._is_value:
            self._value += text

    def _place(self, address: str) -> tuple[int, int]:
        from openpyxl.utils import coordinate_to_tuple  # a kernel, which reads no workbook, starts without it

        with suppress(ValueError):  # it is no address
            if address:
                place: tuple[int, int] = coordinate_to_tuple(address)
                return place
        return self._row, self._column + 1

    def close(self) -> dict[tuple[int, int], str]:
        """Return the cells; a part of the parser's target."""
        return self.lacking
