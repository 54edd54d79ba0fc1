"""The expected texts of a record's page, and the differences of a page from them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import lxml.etree
import lxml.html

from ntanalytics.periods.day_text import issue_number
from ntanalytics.reports import labels, truncation
from ntanalytics.reports.formats import display
from ntanalytics.reports.record import Heading, Record, RecordedBlock
from ntanalytics.reports.status_line import status_line
from ntanalytics.reports.verification import inline_charts
from ntanalytics.reports.verification.former_words import say_the_same

Element = Any
_DIGIT = re.compile(r"\d")
_LOADING = ("src", "srcset", "data", "action", "background", "poster", "ping")


def page_differences(record: Record, page: bytes) -> list[str]:
    """Return the differences between a page and the record; empty when every text and figure agrees.

    Args:
        record: the record.
        page: the HTML file.
    """
    root = lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(encoding="utf-8"))
    elements: dict[str, list[Element]] = {}
    for element in root.xpath("//*[@data-block]"):
        elements.setdefault(element.get("data-block"), []).append(element)
    blocks = [record.head, *record.blocks]
    rows_on_page = truncation.rows_on_page(record.blocks)
    differences = _order_differences(list(elements), [*(block.id for block in blocks), "sources"])
    differences += [f"block {name} is there {len(same)} times" for name, same in elements.items() if len(same) > 1]
    for block in blocks:
        for element in elements.get(block.id, ())[:1]:
            rows = rows_on_page.get(block.id, 0)
            expected = head_texts(record) if block is record.head else block_texts(block, record.zone, rows)
            differences += _compare(block.id, expected, visible_texts(element))
            differences += _sort_differences(block, element)
            differences += _figure_differences(block, element)
            differences += _drawing_differences(block, element)
    for element in elements.get("sources", ())[:1]:
        differences += _compare("sources", source_texts(record), visible_texts(element))
    return differences + _outside_differences(record, root) + _active_differences(root)


def visible_texts(element: Element) -> list[str]:
    """Return the texts of an element in order, without scripts and styles, stripped, empty ones left out."""
    return _nonempty(map(str, element.xpath(".//text()[not(ancestor::script or ancestor::style)]")))


def _nonempty(texts: Iterable[str]) -> list[str]:
    return [text for text in map(str.strip, texts) if text]


def block_texts(block: RecordedBlock, zone: ZoneInfo, rows: int) -> list[str]:
    """Return the texts that a block must show, in order, when the page carries so many rows of it."""
    texts = [block.title, block.note]
    body = block.body
    if block.kind == "sentences":
        texts += [text for item in body["items"] for text in (item["subject"], item["text"])]
    elif block.kind == "kpis":
        texts += [text for item in body["items"] for text in card_texts(item, zone)]
    elif block.kind == "signatures":
        texts += [text for role in body["roles"] for text in (f"{role}：", "日期：")]
    if block.kind == "chart":
        texts += [body["subject"], "数据" if block.has_plot else ""]
    if block.fields and (block.kind != "chart" or block.has_plot):
        texts.append(truncation.fold_label(block, rows))
        texts += [text for field in block.fields for text in column_heading(field)]
        texts.append(body.get("drawn", {}).get("title", ""))
        texts += [cell_text(block, row, field, zone) for row in block.rows[:rows] for field in block.fields]
        texts += [block.empty, truncation.cut_note(block, rows), truncation.print_note(block, rows)]
    if block.origin and (line := labels.origin_line(block.origin, zone)):
        texts += ["来源", line]
    return _nonempty(texts)


def column_heading(field: Any) -> tuple[str, str]:
    """Return the heading of a column and its unit."""
    kind = field.format.lstrip("+").partition(":")[0]
    unit = {"yuan": "元", "points": "个百分点"}.get(kind, field.unit)
    return field.title, f"（{unit}）" if unit and not field.title.endswith(f"（{unit}）") else ""


def cell_text(block: RecordedBlock, row: Mapping[str, Any], field: Any, zone: ZoneInfo) -> str:
    """Return a cell of a block's data."""
    certainty = row.get("certainty", {}).get(field.name)
    if block.kind == "board" and field.name == "value":
        return with_mark(display(row["value"], row["format"], zone=zone), certainty)
    text = display(row[field.name], field.format, zone=zone)
    if field.format.lstrip("+").partition(":")[0] == "points":
        text = text.removesuffix("个百分点")
    return with_mark(text, certainty)


def with_mark(text: str, certainty: str | None) -> str:
    """Return a figure over a gap with the mark of its certainty."""
    return {"lower_bound": f"≥{text}", "upper_bound": f"≤{text}", "unknown": "未知"}.get(certainty or "", text)


def card_texts(item: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """Return the texts of a headline figure's card; its note, which may be empty, is the last."""
    value = display(item["value"], item["format"], item["unit"], zone)
    texts = [item["label"], with_mark(value, item.get("certainty", {}).get("value"))]
    if item["change"] is not None:
        change = display(item["change"], item["change_format"])
        if item.get("is_steady"):
            texts.append("基本持平")
        elif change.startswith(("+", "−")):
            texts.append(f"{'▲' if change[0] == '+' else '▼'} {change[1:]}")
        else:
            texts.append("持平")
    if item["before"] is not None:
        texts.append(f"{item.get('against', '前一期')}{display(item['before'], item['format'], item['unit'], zone)}")
    return [*texts, item["note"]]


def head_texts(record: Record) -> list[str]:
    """Return the texts that the head of the page must show, in order."""
    body = record.head.body
    number = issue_number(body["period"]["text"])
    texts = [record.head.title, body["period"]["label"]]
    texts.append(f"{body['subtitle']} · {number}" if body["subtitle"] else number)
    remarks = status_line(record)
    for remark in remarks:
        texts += [remark.lead, remark.rest, "·" if remark is not remarks[-1] else ""]
    texts.append(labels.as_of_line(body, record.zone))
    return _nonempty(texts)


def source_texts(record: Record) -> list[str]:
    """Return the texts that the section on sources must show, in order."""
    section = labels.source_section(record.head.body, record.zone)
    cells = [*section.columns, *(text for row in section.rows for text in row)] if section.rows else []
    return _nonempty(["数据来源", *cells, *section.gaps, *section.rejected, *section.remarks])


def _order_differences(ids: Sequence[str], expected: Sequence[str]) -> list[str]:
    differences = [f"block {name} is missing" for name in expected if name not in ids]
    differences += [f"block {name} is not the record's" for name in ids if name not in expected]
    if not differences and list(ids) != list(expected):
        differences.append("the blocks stand in another order than in the record")
    return differences


def _compare(id: str, expected: Sequence[str], texts: Sequence[str]) -> list[str]:
    differences = [
        f"block {id}: {shown!r} instead of {wanted!r}"
        for wanted, shown in zip(expected, texts, strict=False)
        if not say_the_same(wanted, shown)
    ]
    if len(expected) == len(texts):
        return differences
    # After a missing or added text everything differs: the first difference tells most.
    count = f"block {id}: {len(texts)} texts instead of {len(expected)}"
    return [count, *differences[:1]]


def _sort_differences(block: RecordedBlock, element: Element) -> list[str]:
    """Return the values by which the page sorts that are not the record's."""
    differences = []
    rows = element.xpath(".//tbody/tr")
    for row, shown in zip(block.rows, rows, strict=False):
        for field, cell in zip(block.fields, shown, strict=False):
            value, known = cell.get("data-v"), row[field.name]
            exact = f"{known:.6g}" if isinstance(known, float) else str(known)
            if value is not None and field.format != "state" and value != exact:
                differences.append(f"block {block.id}: sorts by {value!r} instead of {exact!r}")
    return differences


def _figure_differences(block: RecordedBlock, element: Element) -> list[str]:
    """Return the differences of a chart's JSON from the record's figure, and of that figure from the record's data."""
    scripts = element.xpath(".//script")
    if not block.has_plot or block.figure is None:
        return [f"block {block.id}: a script that is not the record's"] if scripts else []
    if len(scripts) != 1 or scripts[0].get("type") != "application/json":
        return [f"block {block.id}: its figure is missing"]
    differences = []
    if json.loads(scripts[0].text or "null") != block.figure:
        differences.append(f"block {block.id}: the figure drawn is not the record's")
    along, value = ("y", "x") if block.body["kind"] == "hbar" else ("x", "y")
    for trace, name in zip(block.figure["data"], block.body["y"], strict=False):
        places = [row[block.body["x"]] for row in block.rows]
        if list(trace[value]) != [row[name] for row in block.rows] or list(trace[along]) != places:
            differences.append(f"block {block.id}: the figure does not draw {name} as the record's data have it")
    if len(block.figure["data"]) != len(block.body["y"]):
        differences.append(f"block {block.id}: the figure draws {len(block.figure['data'])} series")
    return differences


def _drawing_differences(block: RecordedBlock, element: Element) -> list[str]:
    """Return the small drawings that do not show the record's values."""
    if "drawn" in block.body:
        return inline_charts.column_differences(block, element)
    if block.kind != "kpis":
        return [f"block {block.id}: a drawing that is not the record's"] if element.xpath(".//svg") else []
    differences = []
    for item, card in zip(block.body["items"], element.find_class("kpi"), strict=False):
        name = f"block {block.id}: the line of {item['label']}"
        differences += inline_charts.line_differences(name, item["spark"], card)
        differences += inline_charts.mark_differences(name, item.get("marks", ()), card)
    return differences


def _outside_differences(record: Record, root: Element) -> list[str]:
    """Return the texts with a digit outside the blocks that are no heading, title or period of the record."""
    known = [record.head.title, record.head.body["period"]["label"], *(block.title for block in record.blocks)]
    known += [re.sub(r"[*_`#\\]", "", item.markdown) for item in record.items if isinstance(item, Heading)]
    path = "//text()[not(ancestor::script or ancestor::style or ancestor::*[@data-block])]"
    outside = (str(text).strip() for text in root.xpath(path))
    with_digits = (text for text in outside if _DIGIT.search(text))
    allowed = " ".join(" ".join(known).split())
    return [f"{text!r} is not the record's" for text in with_digits if " ".join(text.split()) not in allowed]


def _active_differences(root: Element) -> list[str]:
    """Return the parts of a page that load, run or are hidden, except the scripts whose hashes its policy names."""
    policies = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    allowed = set(re.findall(r"'sha256-([^']+)'", policies[0])) if len(policies) == 1 else set()
    differences = [] if len(policies) == 1 else ["the page has no policy, or several"]
    for script in root.iter("script"):
        if script.get("type") in ("application/json", "text/plain"):
            continue
        digest = base64.b64encode(hashlib.sha256((script.text or "").encode()).digest()).decode()
        if digest not in allowed:
            differences.append("a script that the page's policy does not name")
    for element in root.iter(lxml.etree.Element):
        for name, value in element.attrib.items():
            loads = name in _LOADING or (name.endswith("href") and not value.startswith("#"))
            hides = name == "hidden" or (name == "style" and "plot" not in element.get("class", "").split())
            if name.startswith("on") or loads or hides:
                differences.append(f"<{element.tag} {name}={value[:40]!r}>: nothing may load, run or be hidden here")
    return differences
