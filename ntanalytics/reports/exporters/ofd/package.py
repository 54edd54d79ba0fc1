"""The OFD file: its document, pages, fonts, tags and attachments in one reproducible archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import ntanalytics
from ntanalytics.report_files import FINDINGS
from ntanalytics.reports import findings_json
from ntanalytics.reports.exporters.ofd import listing, styles
from ntanalytics.reports.exporters.ofd.bindings import TAGS, PlacedElement, figures_json, tags_xml
from ntanalytics.reports.exporters.ofd.elements import Element, Page, SealArea, Text
from ntanalytics.reports.exporters.ofd.flow import OutlineEntry, PageFlow
from ntanalytics.reports.exporters.ofd.fonts import Face, typeface
from ntanalytics.reports.exporters.ofd.identity import ELEMENTS, Identity, code_elements
from ntanalytics.reports.exporters.ofd.seal_area import NAME
from ntanalytics.reports.exporters.ofd.xml_text import (
    HEADER,
    ROOT,
    attributes,
    box_text,
    path_object,
    text_object,
    text_of,
)
from ntanalytics.reports.formats import local_time
from ntanalytics.reports.record import Record
from ntanalytics.reports.sm3 import sm3

_PAGE_BOX = box_text((0, 0, styles.PAGE_WIDTH, styles.PAGE_HEIGHT))
_CONTENT_BOX = box_text((styles.LEFT, styles.TOP, styles.WIDTH, styles.HEIGHT))
#: Digests with every digit: the font needs them all before the digest, which covers the font, is known.
_ANY_ROOT = "0123456789abcdef" * 4
_DOCUMENT, _ATTACHMENTS = "Doc_0/Document.xml", "Doc_0/Attachs/Attachments.xml"


@dataclass(kw_only=True)
class Package:
    """A file that is being written.

    Attributes:
        record: the record.
        identity: its identity.
        parts: path → content.
        fonts: face → the id of its font.
        characters: face → the characters that are set in it.
        last_id: the highest id that was given.
        placed: the elements of the pages with their ids.
    """

    record: Record
    identity: Identity
    parts: dict[str, bytes] = field(default_factory=dict)
    fonts: dict[Face, int] = field(default_factory=dict)
    characters: dict[Face, set[str]] = field(default_factory=dict)
    last_id: int = 0
    placed: list[PlacedElement] = field(default_factory=list)

    def new_id(self) -> int:
        """Return the next id of the document."""
        self.last_id += 1
        return self.last_id

    def write(self, path: str, text: str) -> None:
        """Write a part."""
        self.parts[path] = text.encode()


def ofd_archive(record: Record, flow: PageFlow, area: SealArea) -> bytes:
    """Return the OFD file of a record's pages; the same pages give the same bytes."""
    package = Package(record=record, identity=Identity.of(record))
    for face in Face:
        package.fonts[face], package.characters[face] = package.new_id(), set()
    template_id = package.new_id()
    page_ids = [package.new_id() for _ in flow.pages]
    for index, page in enumerate(flow.pages):
        _write_page(package, page, page_ids[index], index, template_id if not index else 0)
    corners = next(item for item in package.placed if item.element is area.corners)
    _write_tags(package, (area, corners))
    _write_attachments(package)
    code_ids = [package.new_id() for _ in range(1 + ELEMENTS)]
    _write_code(package, _ANY_ROOT, code_ids)
    _write_fonts(package)
    _write_document(package, flow.outline, page_ids, template_id, area)
    _write_entry(package)
    content = listing.content_listing(package.parts)
    package.write(listing.PATH, content)
    _write_code(package, sm3(content.encode()), code_ids)
    return _archive(package)


def _write_page(package: Package, page: Page, page_id: int, index: int, template_id: int) -> None:
    layers = []
    for kind, elements in (("Body", page.body), ("Foreground", page.furniture)):
        lines = [f'<ofd:Layer ID="{package.new_id()}" Type="{kind}">']
        for element in elements:
            object_id = package.new_id()
            package.placed.append(PlacedElement(element, object_id, page_id, index + 1))
            lines.append(_object(package, element, object_id))
        layers.append("\n".join([*lines, "</ofd:Layer>"]))
    template = f'<ofd:Template TemplateID="{template_id}" ZOrder="Foreground"/>\n' if template_id else ""
    package.write(f"Doc_0/Pages/Page_{index}/Content.xml", _page_text("\n".join(layers), template))


def _page_text(layers: str, template: str = "") -> str:
    return f"{HEADER}<ofd:Page {ROOT}>\n{template}<ofd:Content>\n{layers}\n</ofd:Content>\n</ofd:Page>\n"


def _object(package: Package, element: Element, object_id: int) -> str:
    if isinstance(element, Text):
        package.characters[element.face].update(element.text)
        return text_object(element, object_id, package.fonts[element.face])
    return path_object(element, object_id)


def _write_code(package: Package, root: str, ids: Sequence[int]) -> None:
    """Write the page with the code, which stands over the first page."""
    elements = code_elements(package.identity.payload(root), root)
    objects = [_object(package, element, object_id) for element, object_id in zip(elements, ids[1:], strict=True)]
    content = "\n".join([f'<ofd:Layer ID="{ids[0]}">', *objects, "</ofd:Layer>"])
    package.write(listing.CODE_PAGE, _page_text(content))


def _write_tags(package: Package, seal: tuple[SealArea, PlacedElement]) -> None:
    package.write("Doc_0/Tags/figures.xml", tags_xml(package.record, package.identity, package.placed, seal))
    tag = f'<ofd:CustomTag NameSpace="{TAGS}">\n<ofd:FileLoc>figures.xml</ofd:FileLoc>\n</ofd:CustomTag>'
    package.write("Doc_0/Tags/CustomTags.xml", f"{HEADER}<ofd:CustomTags {ROOT}>\n{tag}\n</ofd:CustomTags>\n")


def _write_attachments(package: Package) -> None:
    """Write the attachments but the listing, and the list of them all."""
    figures = figures_json(package.record, package.identity, package.placed)
    package.write("Doc_0/Attachs/figures.json", figures)
    names = ["figures.json"]
    findings = findings_json.document(package.record, package.identity.report, package.identity.run)
    if findings is not None:
        package.write(f"Doc_0/Attachs/{FINDINGS}", findings_json.text(findings))
        names.append(FINDINGS)
    names.append(listing.PATH.rpartition("/")[2])
    lines = [
        f"<ofd:Attachment{attributes({'ID': f'A{number}', 'Name': name, 'Format': name.rpartition('.')[2]})}>"
        f"<ofd:FileLoc>{name}</ofd:FileLoc></ofd:Attachment>"
        for number, name in enumerate(names, 1)
    ]
    listed = "\n".join(lines)
    package.write(_ATTACHMENTS, f"{HEADER}<ofd:Attachments {ROOT}>\n{listed}\n</ofd:Attachments>\n")


def _write_fonts(package: Package) -> None:
    lines = []
    for face, font_id in package.fonts.items():
        if not package.characters[face]:
            continue
        known = typeface(face)
        file = f"font_{font_id}.ttf"
        package.parts[f"Doc_0/Res/{file}"] = known.subset(package.characters[face])
        about = {"ID": font_id, "FontName": known.name, "FamilyName": face.official}
        about |= {"Bold": "true"} if "Bold" in face else {}
        about |= {"Serif": "true"} if "Serif" in face else {}
        lines.append(f"<ofd:Font{attributes(about)}><ofd:FontFile>{file}</ofd:FontFile></ofd:Font>")
    fonts = "\n".join(lines)
    package.write(
        "Doc_0/PublicRes.xml",
        f'{HEADER}<ofd:Res {ROOT} BaseLoc="Res">\n<ofd:Fonts>\n{fonts}\n</ofd:Fonts>\n</ofd:Res>\n',
    )


def _write_document(
    package: Package, outline: Sequence[OutlineEntry], page_ids: Sequence[int], template_id: int, area: SealArea
) -> None:
    pages = "\n".join(
        f'<ofd:Page ID="{page_id}" BaseLoc="Pages/Page_{index}/Content.xml"/>' for index, page_id in enumerate(page_ids)
    )
    place = {"Type": "XYZ", "PageID": page_ids[area.page], "Left": area.box[0], "Top": f"{area.box[1]:.3f}", "Zoom": 0}
    package.write(
        _DOCUMENT,
        f"{HEADER}<ofd:Document {ROOT}>\n<ofd:CommonData>\n<ofd:MaxUnitID>{package.last_id}</ofd:MaxUnitID>\n"
        f"<ofd:PageArea>\n<ofd:PhysicalBox>{_PAGE_BOX}</ofd:PhysicalBox>\n"
        f"<ofd:ContentBox>{_CONTENT_BOX}</ofd:ContentBox>\n</ofd:PageArea>\n"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>\n"
        f'<ofd:TemplatePage ID="{template_id}" ZOrder="Foreground" BaseLoc="Tpls/Tpl_0/Content.xml"/>\n'
        f"</ofd:CommonData>\n<ofd:Pages>\n{pages}\n</ofd:Pages>\n"
        f"<ofd:Outlines>\n{_outline(outline, page_ids)}\n</ofd:Outlines>\n"
        f'<ofd:Bookmarks>\n<ofd:Bookmark Name="{NAME}"><ofd:Dest{attributes(place)}/></ofd:Bookmark>\n'
        "</ofd:Bookmarks>\n<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>\n"
        "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>\n</ofd:Document>\n",
    )


def _outline(entries: Sequence[OutlineEntry], page_ids: Sequence[int]) -> str:
    """Return the headings as a tree of two levels."""
    lines: list[str] = []
    is_open = False
    for index, entry in enumerate(entries):
        below = 0
        for following in entries[index + 1 :]:
            if following.level == 1:
                break
            below += 1
        place = {"Type": "XYZ", "PageID": page_ids[entry.page], "Left": 0, "Top": f"{entry.top:.3f}", "Zoom": 0}
        goto = f"<ofd:Goto><ofd:Dest{attributes(place)}/></ofd:Goto>"
        action = f'<ofd:Actions><ofd:Action Event="CLICK">{goto}</ofd:Action></ofd:Actions>'
        if entry.level == 1 and is_open:
            lines.append("</ofd:OutlineElem>")
        about = {"Title": entry.title} | ({"Count": below} if entry.level == 1 and below else {})
        end = "" if entry.level == 1 else "</ofd:OutlineElem>"
        lines.append(f"<ofd:OutlineElem{attributes(about)}>{action}{end}")
        is_open = is_open or entry.level == 1
    return "\n".join([*lines, *["</ofd:OutlineElem>"] * is_open])


def _write_entry(package: Package) -> None:
    """Write the entry of the archive, with the document's information."""
    record, identity = package.record, package.identity
    made_on = local_time(record.head.body["generated_at"], record.zone).date().isoformat()
    document_id = sm3(f"{identity.report} {identity.period} {identity.version} {identity.run}".encode())[:32]
    about = {
        "DocID": document_id,
        "Title": f"{record.head.title} {record.head.body['period']['label']}",
        "Author": "ntanalytics",
        "CreationDate": made_on,
        "ModDate": made_on,
        "Creator": "ntanalytics",
        "CreatorVersion": ntanalytics.__version__,
    }
    custom = {"report": identity.report, "period": identity.period, "version": identity.version, "run": identity.run}
    custom["fonts"] = "; ".join(typeface(face).version for face in Face if package.characters[face])
    lines = [f"<ofd:{name}>{text_of(str(value))}</ofd:{name}>" for name, value in about.items()]
    lines.append("<ofd:CustomDatas>")
    for name, value in custom.items():
        lines.append(f'<ofd:CustomData Name="{name}">{text_of(str(value))}</ofd:CustomData>')
    lines.append("</ofd:CustomDatas>")
    info = "\n".join(lines)
    package.write(
        "OFD.xml",
        f'{HEADER}<ofd:OFD {ROOT} Version="1.0" DocType="OFD">\n<ofd:DocBody>\n<ofd:DocInfo>\n{info}\n</ofd:DocInfo>\n'
        f"<ofd:DocRoot>{_DOCUMENT}</ofd:DocRoot>\n</ofd:DocBody>\n</ofd:OFD>\n",
    )


def _archive(package: Package) -> bytes:
    moment = datetime(1980, 1, 1).timetuple()[:6]  # noqa: DTZ001 — the archive's own beginning of time
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(package.parts, key=lambda path: (path != "OFD.xml", path)):
            entry = zipfile.ZipInfo(path, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, package.parts[path])
    return file.getvalue()
