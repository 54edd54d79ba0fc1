"""What the page of a record must say, worked out from the record, and how a page differs from it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import lxml.etree
import lxml.html

from ntanalytics.reports import labels, truncation
from ntanalytics.reports.formats import display
from ntanalytics.reports.record import Heading, Record, Recorded
from ntanalytics.reports.verification import inline_charts

Element = Any
_DIGIT = re.compile(r"\d")
_LOADING = ("src", "srcset", "data", "action", "background", "poster", "ping")


def page_differences(record: Record, page: bytes) -> list[str]:
    """How a page differs from the record; empty when every text and figure is the record's.

    Args:
        record: the record.
        page: the HTML file.
    """
    root = lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(encoding="utf-8"))
    found: dict[str, list[Element]] = {}
    for element in root.xpath("//*[@data-block]"):
        found.setdefault(element.get("data-block"), []).append(element)
    blocks = [record.head, *record.blocks]
    carried = truncation.rows_shown(record.blocks)
    differences = _order(list(found), [*(block.id for block in blocks), "sources"])
    differences += [f"block {name} is there {len(each)} times" for name, each in found.items() if len(each) > 1]
    for block in blocks:
        for element in found.get(block.id, ())[:1]:
            rows = carried.get(block.id, 0)
            expected = head_texts(record) if block is record.head else texts(block, record.zone, rows)
            differences += _compare(block.id, expected, visible(element))
            differences += _sort_values(block, element)
            differences += _figure(block, element)
            differences += _sparklines(block, element)
    for element in found.get("sources", ())[:1]:
        differences += _compare("sources", source_texts(record), visible(element))
    return differences + _outside(record, root) + _active(root)


def visible(element: Element) -> list[str]:
    """The texts of an element in order, without scripts and styles, stripped, empty ones left out."""
    found = element.xpath(".//text()[not(ancestor::script or ancestor::style)]")
    return [text for text in (str(each).strip() for each in found) if text]


def texts(block: Recorded, zone: ZoneInfo, rows: int) -> list[str]:
    """The texts that a block must show, in order, when the page carries so many rows of it."""
    said = [block.title, block.note]
    body = block.body
    if block.kind == "sentences":
        said += [text for item in body["items"] for text in (item["subject"], item["text"])]
    elif block.kind == "kpis":
        said += [text for item in body["items"] for text in card_texts(item, zone)]
    elif block.kind == "signatures":
        said += [text for role in body["roles"] for text in (f"{role}：", "日期：")]
    if block.kind == "chart":
        said += [body["subject"], "数据" if block.is_drawn else ""]
    if block.fields and (block.kind != "chart" or block.is_drawn):
        folded = truncation.folded(block, rows)
        said.append(truncation.fold_words(folded, block.kind) if folded else "")
        said += [text for field in block.fields for text in column_head(field)]
        said.append(body.get("drawn", {}).get("title", ""))
        said += [cell_text(block, row, field, zone) for row in block.rows[:rows] for field in block.fields]
        said += ["" if block.rows else "无记录", truncation.cut_words(block, rows), truncation.paper_words(block, rows)]
    if block.origin:
        said += ["来源", labels.origin_line(block.origin, zone)]
    return [text for text in (each.strip() for each in said) if text]


def column_head(field: Any) -> tuple[str, str]:
    """The head of a column and its unit."""
    kind = field.format.lstrip("+").partition(":")[0]
    unit = {"yuan": "元", "points": "个百分点"}.get(kind, field.unit)
    return field.title, f"（{unit}）" if unit and not field.title.endswith(f"（{unit}）") else ""


def cell_text(block: Recorded, row: Mapping[str, Any], field: Any, zone: ZoneInfo) -> str:
    """A cell of a block's data."""
    if block.kind == "board" and field.name == "value":
        return display(row["value"], row["format"], zone=zone)
    return display(row[field.name], field.format, zone=zone).removesuffix(" 个百分点")


def card_texts(item: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """The texts of a headline figure's card; its note, which may be empty, is the last."""
    value = display(item["value"], item["format"], item["unit"], zone)
    said = [item["label"], f"≥ {value}" if item["is_lower_bound"] else value]
    if item["change"] is not None:
        change = display(item["change"], item["change_format"])
        if change.startswith(("+", "−")):
            said.append(f"{'▲' if change[0] == '+' else '▼'} {change[1:]}")
        else:
            said.append("持平")
    if item["before"] is not None:
        said.append(f"上期 {display(item['before'], item['format'], item['unit'], zone)}")
    return [*said, item["note"]]


def head_texts(record: Record) -> list[str]:
    """The texts that the head of the page must show, in order."""
    body = record.head.body
    number = f"编号 {body['period']['text']}"
    said = [
        record.head.title,
        body["period"]["label"],
        f"{body['subtitle']} · {number}" if body["subtitle"] else number,
    ]
    remarks = labels.status(record)
    for remark in remarks:
        said += [remark.lead, remark.rest, "·" if remark is not remarks[-1] else ""]
    said.append(labels.as_of_line(body, record.zone))
    return [text for text in (each.strip() for each in said) if text]


def source_texts(record: Record) -> list[str]:
    """The texts that the section on sources must show, in order."""
    said = labels.sources(record.head.body, record.zone)
    cells = [*said.columns, *(text for row in said.rows for text in row)] if said.rows else []
    every = ["数据来源", *cells, *said.gaps, *said.rejected, *said.remarks]
    return [text for text in (each.strip() for each in every) if text]


def _order(found: Sequence[str], expected: Sequence[str]) -> list[str]:
    differences = [f"block {name} is missing" for name in expected if name not in found]
    differences += [f"block {name} is not the record's" for name in found if name not in expected]
    if not differences and list(found) != list(expected):
        differences.append("the blocks stand in another order than in the record")
    return differences


def _compare(name: str, expected: Sequence[str], found: Sequence[str]) -> list[str]:
    differences = [
        f"block {name}: {shown!r} instead of {wanted!r}"
        for wanted, shown in zip(expected, found, strict=False)
        if wanted != shown
    ]
    if len(expected) == len(found):
        return differences
    # After a missing or added text everything differs: the first difference tells most.
    count = f"block {name}: {len(found)} texts instead of {len(expected)}"
    return [count, *differences[:1]]


def _sort_values(block: Recorded, element: Element) -> list[str]:
    """The values by which the page sorts must be the record's, too."""
    differences = []
    rows = element.xpath(".//tbody/tr")
    for row, shown in zip(block.rows, rows, strict=False):
        for field, cell in zip(block.fields, shown, strict=False):
            value, known = cell.get("data-v"), row[field.name]
            exact = f"{known:.6g}" if isinstance(known, float) else str(known)
            if value is not None and field.format != "state" and value != exact:
                differences.append(f"block {block.id}: sorts by {value!r} instead of {exact!r}")
    return differences


def _figure(block: Recorded, element: Element) -> list[str]:
    """The chart's JSON must be the record's figure, and that figure must draw the record's data."""
    scripts = element.xpath(".//script")
    if not block.is_drawn or block.figure is None:
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


def _sparklines(block: Recorded, element: Element) -> list[str]:
    """The heights of each small line must go with its values: greater is higher, in proportion."""
    differences = []
    if "drawn" in block.body:
        return inline_charts.differences(block, element)
    if block.kind != "kpis":
        return [f"block {block.id}: a drawing that is not the record's"] if element.xpath(".//svg") else []
    for item, card in zip(block.body["items"], element.find_class("kpi"), strict=False):
        differences += inline_charts.line(f"block {block.id}: the line of {item['label']}", item["spark"], card)
    return differences


def _outside(record: Record, root: Element) -> list[str]:
    """Every text with a digit outside the blocks must be of the record: a heading, a title, the period."""
    known = [record.head.title, record.head.body["period"]["label"], *(block.title for block in record.blocks)]
    known += [re.sub(r"[*_`#\\]", "", item.markdown) for item in record.items if isinstance(item, Heading)]
    path = "//text()[not(ancestor::script or ancestor::style or ancestor::*[@data-block])]"
    outside = (str(text).strip() for text in root.xpath(path))
    said = (text for text in outside if _DIGIT.search(text))
    everything = " ".join(" ".join(known).split())
    return [f"{text!r} is not the record's" for text in said if " ".join(text.split()) not in everything]


def _active(root: Element) -> list[str]:
    """Nothing may run or load but the scripts that the page's own policy names by their hashes; nothing is hidden."""
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
