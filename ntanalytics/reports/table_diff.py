"""The differences between the tables of two versions of a report, cell by cell, as a reader sees the cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ntanalytics.reports.correction import Change, own_blocks
from ntanalytics.reports.labels import cell_text, column_title
from ntanalytics.reports.record import Field, Record, RecordedBlock

#: Changed cells of one table that are listed; more are counted in one change.
MOST_CELLS = 50

_KEY_TYPES = frozenset(("string", "date", "datetime"))

#: Row key → column name → text.
_Cells = Mapping[str, Mapping[str, str]]


def table_changes(before: Record, after: Record) -> Iterator[Change]:
    """Yield the changes of the tables: rows by their texts and dates, and in a row each figure."""
    then, now = (
        {block.id: block for block in own_blocks(record) if block.kind == "table"} for record in (before, after)
    )
    for name in dict.fromkeys((*now, *then)):
        title = (now.get(name) or then[name]).title
        if name not in then:
            yield Change(title, "", "", f"{len(now[name].rows)} 行", f"新增表格：{title}。")
        elif name not in now:
            yield Change(title, "", f"{len(then[name].rows)} 行", "", f"不再列出表格：{title}。")
        else:
            changes = list(_cell_changes(then[name], now[name], before, after))
            yield from changes[:MOST_CELLS]
            if (more := len(changes) - MOST_CELLS) > 0:
                yield Change(title, f"其余 {more} 处", "", "", f"{_lead(title)}另有 {more} 处变化。")


def chart_changes(before: Record, after: Record) -> Iterator[Change]:
    """Yield one change for each chart whose data changed; its figures stand in the tables."""
    then, now = (
        {block.id: block for block in own_blocks(record) if block.kind == "chart"} for record in (before, after)
    )
    for name, block in now.items():
        if name in then and (then[name].rows, then[name].title) != (block.rows, block.title):
            pairs = zip(then[name].rows, block.rows, strict=False)
            count = sum(old != new for old, new in pairs) + abs(len(then[name].rows) - len(block.rows))
            text = f"{count} 个数据点" if count else "标题"
            yield Change(block.title, "图", then[name].title, block.title, f"图“{block.title}”：{text}有变化。")


def _cell_changes(then: RecordedBlock, now: RecordedBlock, before: Record, after: Record) -> Iterator[Change]:
    keys = _keys(then, now, before, after)
    old, new = _cells(then, before, keys), _cells(now, after, keys)
    titles = {field.name: "".join(column_title(field)) for field in (*then.fields, *now.fields)}
    for key in dict.fromkeys((*new, *old)):
        if key not in old:
            text = _row_text(new[key], titles)
            yield Change(now.title, key, "" if text else "未列出", text or "列出", f"{_lead(now.title)}新增{key}。")
        elif key not in new:
            text = _row_text(old[key], titles)
            sentence = f"{_lead(now.title)}不再列出{key}。"
            yield Change(now.title, key, text or "列出", "" if text else "不再列出", sentence)
        else:
            for name in dict.fromkeys((*new[key], *old[key])):
                was, is_now = old[key].get(name, ""), new[key].get(name, "")
                if was != is_now:
                    item = f"{key} {titles[name]}".strip()
                    text = f"{_lead(now.title)}{item}由 {was or '空'} 改为 {is_now or '空'}。"
                    yield Change(now.title, item, was, is_now, text)


def _lead(title: str) -> str:
    """Return what a sentence on a table begins with; a table that opens a report has no title."""
    return f"{title}：" if title else ""


def _keys(then: RecordedBlock, now: RecordedBlock, before: Record, after: Record) -> list[str]:
    """Return the columns that tell the rows apart: the fewest of the first texts and dates that do so in both versions.

    A status is none of them: it changes, and the row stays. Where no columns tell all rows apart, all are taken.
    """
    known = [
        field.name
        for field in now.fields
        if field.type in _KEY_TYPES and field.format != "state" and _has_text(then, field)
    ]
    for count in range(1, len(known)):
        if all(_is_unique(block, record, known[:count]) for block, record in ((then, before), (now, after))):
            return known[:count]
    return known


def _is_unique(block: RecordedBlock, record: Record, names: list[str]) -> bool:
    fields = [field for field in block.fields if field.name in names]
    rows = [tuple(cell_text(block, row, field, record.zone) for field in fields) for row in block.rows]
    return len(set(rows)) == len(rows)


def _has_text(block: RecordedBlock, field: Field) -> bool:
    return any(other.name == field.name for other in block.fields)


def _cells(block: RecordedBlock, record: Record, keys: list[str]) -> _Cells:
    """Return the texts of the rows by key; rows with equal keys are told apart by their number."""
    seen: Counter[str] = Counter()
    cells: dict[str, dict[str, str]] = {}
    for row in block.rows:
        texts = {field.name: cell_text(block, row, field, record.zone) for field in block.fields}
        key = " ".join(texts[name] for name in keys) or "合计"
        seen[key] += 1
        cells[key if seen[key] == 1 else f"{key}（第 {seen[key]} 行）"] = {
            name: text for name, text in texts.items() if name not in keys
        }
    return cells


def _row_text(row: Mapping[str, str], titles: Mapping[str, str]) -> str:
    return "，".join(f"{titles[name]} {text}" for name, text in row.items())
