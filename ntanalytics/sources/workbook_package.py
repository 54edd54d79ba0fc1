"""Parts of an .xlsx file: some are changed as XML, all others keep their bytes.

openpyxl would write the whole file anew, without charts, pictures and the results of formulas.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeAlias

from lxml import etree

#: Element of a part; lxml has no types.
Element: TypeAlias = Any

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SHEET_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"

_WORKBOOK, _WORKBOOK_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_CONTENT_TYPES, STYLES = "[Content_Types].xml", "xl/styles.xml"


class WorkbookPackage:
    """An .xlsx file in memory.

    Args:
        file: the file, or its content.

    Raises:
        KeyError: a part is missing.
        OSError, and the errors of ``DAMAGE_ERRORS``: the file is damaged.
    """

    def __init__(self, file: Path | bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
            self._members = [(info, archive.read(info)) for info in archive.infolist()]
        self._bytes = {info.filename: content for info, content in self._members}
        self._trees: dict[str, Element] = {}

    def part(self, name: str) -> Element:
        """Return the root element of a part; changes of it are written."""
        if name not in self._trees:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            self._trees[name] = etree.fromstring(self._bytes[name], parser)
        return self._trees[name]

    def sheet_parts(self) -> dict[str, str]:
        """Return sheet name, without blanks around it → name of its part."""
        targets = {item.get("Id"): item.get("Target") for item in self.part(_WORKBOOK_RELATIONS)}
        return {
            sheet.get("name").strip(): posixpath.normpath(posixpath.join("/xl", targets[sheet.get(_ID)])).lstrip("/")
            for sheet in self.part(_WORKBOOK).find(f"{MAIN}sheets")
        }

    def add_sheet(self, name: str, root: Any) -> None:
        """Add a sheet behind the last one."""
        number = 1
        while f"xl/worksheets/sheet{number}.xml" in self._bytes | self._trees:
            number += 1
        part, relations, sheets = f"xl/worksheets/sheet{number}.xml", self.part(_WORKBOOK_RELATIONS), self._sheets()
        ids = {item.get("Id") for item in relations}
        relation = next(f"rId{count}" for count in range(1, len(ids) + 2) if f"rId{count}" not in ids)
        sheet_id = max((int(sheet.get("sheetId")) for sheet in sheets), default=0) + 1
        self._trees[part] = root
        etree.SubElement(relations, f"{_RELATIONS}Relationship", Id=relation, Type=_SHEET_RELATION, Target=f"/{part}")
        etree.SubElement(self.part(_CONTENT_TYPES), f"{_TYPES}Override", PartName=f"/{part}", ContentType=_SHEET_TYPE)
        etree.SubElement(sheets, f"{MAIN}sheet", {"name": name, "sheetId": str(sheet_id), _ID: relation})

    def _sheets(self) -> Any:
        return self.part(_WORKBOOK).find(f"{MAIN}sheets")

    def write(self, path: Path) -> None:
        """Write the file: parts that were not asked for keep their bytes."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for info, content in self._members:
                changed = info.filename in self._trees
                archive.writestr(info, _xml(self._trees[info.filename]) if changed else content)
            for name in self._trees.keys() - self._bytes.keys():
                archive.writestr(name, _xml(self._trees[name]))


def _xml(root: Any) -> bytes:
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return text


def merge_styles(own: Any, donor: Any) -> dict[str, str]:
    """Append the cell styles of another workbook, and return its index → the new one; own ones keep their index.

    Args:
        own: root of the styles that are extended.
        donor: root of the other styles.
    """
    formats = _numbers(own, donor)
    offsets = {name: _append(own, donor, name) for name in ("fonts", "fills", "borders")}
    cells, given = own.find(f"{MAIN}cellXfs"), donor.find(f"{MAIN}cellXfs")
    first = len(cells)
    for style in given:
        new = deepcopy(style)
        for name, part in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
            new.set(name, str(int(new.get(name, "0")) + offsets[part]))
        number = new.get("numFmtId", "0")
        new.set("numFmtId", formats.get(number, number))
        new.set("xfId", "0")
        new.attrib.update(dict.fromkeys(("applyNumberFormat", "applyFont", "applyFill"), "1"))
        cells.append(new)
    cells.set("count", str(len(cells)))
    return {str(index): str(first + index) for index in range(len(given))}


def _append(own: Any, donor: Any, name: str) -> int:
    """Append the fonts, fills or borders of another workbook, and return the number of the own ones."""
    parts = own.find(f"{MAIN}{name}")
    count = len(parts)
    parts.extend(deepcopy(part) for part in donor.find(f"{MAIN}{name}"))
    parts.set("count", str(len(parts)))
    return count


def _numbers(own: Any, donor: Any) -> dict[str, str]:
    """Append the number formats of another workbook, and return its id → the new one."""
    given = donor.find(f"{MAIN}numFmts")
    if given is None:
        return {}
    formats = own.find(f"{MAIN}numFmts")
    if formats is None:
        formats = etree.Element(f"{MAIN}numFmts")
        own.insert(0, formats)
    free = max([163, *(int(item.get("numFmtId")) for item in formats)]) + 1
    new_ids: dict[str, str] = {}
    for number, item in enumerate(given, start=free):
        new = deepcopy(item)
        new.set("numFmtId", str(number))
        formats.append(new)
        new_ids[item.get("numFmtId")] = str(number)
    formats.set("count", str(len(formats)))
    return new_ids
