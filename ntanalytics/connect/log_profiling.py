"""Looking at log files: of which form the lines are, and the SQL that takes one apart by named groups."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from ntanalytics.catalog import Mapping
from ntanalytics.connect.sensitive_columns import is_personal, is_secret, name_parts
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import FORMATS, time_form
from ntanalytics.contract import DATASETS
from ntanalytics.errors import SourceRefused
from ntanalytics.sources.logs import LogsSource

#: Lines sampled of the newest file.
SAMPLED_LINES = 2000

#: Share of the lines that must be of one form.
_MOST = 0.5

_COMBINED = re.compile(r'\S+ \S+ .+ \[\d\d/\w{3}/\d{4}:[^\]]+\] "')
_PAIR = re.compile(r'(?:^|(?<=[\s,;|\[(]))([A-Za-z_\u3400-\u9fff][\w.\u3400-\u9fff-]*)=("[^"]*"|[^\s,;|\])]*)')
#: A time at the beginning of a line, perhaps in brackets: its regular expression for each form.
_LEADING = tuple(
    "".join({"%Y": r"\d{4}", "%b": r"\w{3}"}.get(part, r"\d\d" if part[:1] == "%" else part) for part in parts)
    for parts in (re.findall(r"%\w|[^%]", each) for each in FORMATS)
)
_NAME = re.compile(r"[a-z_\u3400-\u9fff][a-z0-9_\u3400-\u9fff]*")


def profile_logs(source: LogsSource) -> SourceTable:
    """The lines of the newest file, as far as they are of one form.

    Raises:
        SourceUnreachable: no file matches.
        SourceRefused: it holds no text, or nothing at all.
    """
    newest = max(source.files(), key=lambda path: path.stat().st_mtime)
    lines = [line for line in _sampled_lines(source) if line.strip()]
    if not lines:
        raise SourceRefused(
            "there is no line in it", where=str(newest), todo="name a file that something was written to"
        )
    if sum("\0" in line or line.count("\ufffd") > len(line) // 10 for line in lines) * 10 > len(lines):
        raise SourceRefused("it is no text: no log can be read from it", where=str(newest), todo="name a log file")
    for recognise in (_json, _combined, _pairs, _delimited):
        place = recognise(newest, lines)
        if place is not None:
            return place
    return _timed(newest, lines)


def _sampled_lines(source: LogsSource) -> list[str]:
    """The first lines of the source's newest file, as a mapping would see them."""
    dataset = DATASETS["infra.hosts"]  # any that binds no window
    sql = f"SELECT line FROM lines LIMIT {SAMPLED_LINES}"
    mapping = Mapping(dataset=dataset, path=Path("sample.sql"), sql=sql, times={}, dialects=("duckdb",))
    long_ago = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)
    with source.read(mapping, long_ago, dt.datetime.now(dt.UTC)) as batches:
        return [str(line) for batch in batches for line in batch.column(0).to_pylist()]


def _json(file: Path, lines: Sequence[str]) -> SourceTable | None:
    objects = [found for line in lines if isinstance(found := _object(line), dict)]
    if len(objects) < len(lines) * _MOST:
        return None
    keys = Counter(key for each in objects for key in each)
    names = [key for key, count in keys.items() if count * 10 >= len(objects)]
    hidden = tuple(name for name in names if is_secret(name))
    shown = [name for name in names if name not in hidden]
    columns = [[_scalar(each.get(name)) for each in objects] for name in shown]
    # The path is quoted for JSON, and then as a text of SQL.
    sqls = [f"json_extract_string(line, {_text('$.' + json.dumps(name, ensure_ascii=False))})" for name in shown]
    groups = _groups(shown)
    listed = ",\n        ".join(f"{sql} AS {group}" for sql, group in zip(sqls, groups, strict=True))
    prelude = (
        "WITH parted AS (\n    SELECT\n        file,\n        line_no,\n"
        f"        {listed}\n    FROM (\n"
        "        SELECT file, line_no, CASE WHEN json_valid(line) THEN line END AS line\n"
        "        FROM lines\n        WHERE trim(line) <> ''\n    )\n)"
    )
    return _place(file, "JSON", shown, groups, columns, hidden, prelude, len(lines), ())


def _combined(file: Path, lines: Sequence[str]) -> SourceTable | None:
    if sum(bool(_COMBINED.match(line)) for line in lines) < len(lines) * _MOST:
        return None
    remark = "an access log in combined or common form: the built-in product nginx reads it as it is"
    return SourceTable(file.name, "logs", "duckdb", "parted", (), remarks=(remark,), samples=len(lines))


def _pairs(file: Path, lines: Sequence[str]) -> SourceTable | None:
    found = [_PAIR.findall(line) for line in lines]
    if sum(len(pairs) >= 2 for pairs in found) < len(lines) * _MOST:
        return None
    orders = Counter(tuple(key for key, _ in pairs) for pairs in found if len(pairs) >= 2)
    keys = list(dict.fromkeys(key for order in orders for key in order))
    keys = [key for key in keys if sum(key in order for order in orders.elements()) * 20 >= len(lines)]
    shown = [key for key in keys if not is_secret(key)]
    hidden = tuple(key for key in keys if is_secret(key))
    by_line = [dict(pairs) for pairs in found]
    columns = [[(pairs.get(key) or "").strip('"') or None for pairs in by_line] for key in shown]
    leading, times = _leading(lines)
    groups = _groups(["moment", *shown] if leading else shown)
    names = groups[1:] if leading else groups
    listed = [f"regexp_extract(line, {_text(leading)}, ['moment']).moment AS moment"] if leading else []
    # One expression a key: the order of the keys may change from line to line.
    listed += [
        f"trim(regexp_extract(line, {_text(_pair_pattern(key))}, ['it']).it, '\"') AS {name}"
        for key, name in zip(shown, names, strict=True)
    ]
    prelude = _regexp_prelude(listed)
    heads = (["moment"], [times]) if leading else ([], [])
    return _place(
        file, "key=value", [*heads[0], *shown], groups, [*heads[1], *columns], hidden, prelude, len(lines), ()
    )


def _delimited(file: Path, lines: Sequence[str]) -> SourceTable | None:
    for mark in ("|", "\t", ";", ","):
        counts = Counter(line.count(mark) for line in lines)
        (count, share), *_ = counts.most_common(1)
        if count >= 2 and share >= len(lines) * _MOST:
            break
    else:
        return None
    rows = [[cell.strip() for cell in line.split(mark)] for line in lines if line.count(mark) == count]
    header = rows[0] if all(_NAME.fullmatch(cell.lower()) for cell in rows[0]) else []
    names = header or [f"c{index + 1}" for index in range(count + 1)]
    body = [list(column) for column in zip(*(rows[1:] if header else rows), strict=True)]
    is_hidden = [is_secret(name) or is_personal(column) for name, column in zip(names, body, strict=True)]
    shown = [name for name, hides in zip(names, is_hidden, strict=True) if not hides]
    hidden = tuple(name for name, hides in zip(names, is_hidden, strict=True) if hides)
    groups = _groups(shown)
    cell = f"[^{re.escape(mark)}]*"
    cells = [cell if hides else f"({cell})" for hides in is_hidden]
    pattern = "^" + re.escape(mark).join(cells) + "$"
    columns = [column for column, hides in zip(body, is_hidden, strict=True) if not hides]
    listed = [f"regexp_extract(line, {_text(pattern)}, [{', '.join(map(_text, groups))}]) AS part"]
    trimmed = ", ".join(f"trim(part.{group}) AS {group}" for group in groups)
    prelude = _regexp_prelude(listed).removesuffix("\n)") + (
        f"\n),\ntrimmed AS (\n    SELECT file, line_no, {trimmed} FROM parted\n)"
    )
    form = f"delimited by {'a tab' if mark == chr(9) else mark}"
    return _place(file, form, shown, groups, columns, hidden, prelude, len(lines), (), origin="trimmed")


def _timed(file: Path, lines: Sequence[str]) -> SourceTable:
    """Lines of which no more is known than the time that they begin with, if they do."""
    leading, times = _leading(lines)
    remark = "the form of the lines is not known: add a named group for each thing that is needed"
    if not leading:
        listed = ["line"]
        return SourceTable(
            file.name, "logs", "duckdb", "parted", (), (), "", _regexp_prelude(listed), (remark,), len(lines)
        )
    pattern = f"{leading}(.*)$"
    listed = [f"regexp_extract(line, {_text(pattern)}, ['moment', 'rest']).moment AS moment"]
    return _place(
        file, "a time, then text", ["moment"], ["moment"], [times], (), _regexp_prelude(listed), len(lines), (remark,)
    )


def _leading(lines: Sequence[str]) -> tuple[str, list[str | None]]:
    """The expression of the time at the beginning of most lines, with one group, and the times; empty where none is."""
    for shape in _LEADING:
        pattern = rf"^\[?({shape})"
        found = [re.match(pattern, line) for line in lines]
        if sum(each is not None for each in found) >= len(lines) * _MOST:
            return pattern, [each[1] if each else None for each in found]
    return "", []


def _place(
    file: Path,
    form: str,
    names: Sequence[str],
    groups: Sequence[str],
    columns: Sequence[Sequence[str | None]],
    hidden: tuple[str, ...],
    prelude: str,
    samples: int,
    remarks: tuple[str, ...],
    origin: str = "parted",
) -> SourceTable:
    fields = []
    for name, group, column in zip(names, groups, columns, strict=True):
        values = tuple(value for value in column if value)
        if is_personal(values):
            hidden = (*hidden, name)
        else:
            fields.append(SourceColumn(name, ColumnType.TEXT, sql=group, values=values, form=time_form(values)))
    return SourceTable(
        file.name,
        "logs",
        "duckdb",
        origin,
        tuple(fields),
        hidden,
        "",
        prelude,
        (f"its lines are {form}", *remarks),
        samples,
    )


def _regexp_prelude(listed: Iterable[str]) -> str:
    selected = ",\n        ".join(["file", "line_no", *listed])
    return f"WITH parted AS (\n    SELECT\n        {selected}\n    FROM lines\n    WHERE trim(line) <> ''\n)"


def _pair_pattern(key: str) -> str:
    return rf'(?:^|[\s,;|\[(]){re.escape(key)}=("[^"]*"|[^\s,;|\])]*)'


def _groups(names: Sequence[str]) -> list[str]:
    """Names as DuckDB takes them without quotes, each once, and none that a line has anyway."""
    known = {"file", "line_no", "line", "part"}
    groups = []
    for index, name in enumerate(names):
        group = "_".join(name_parts(name)) or f"c{index + 1}"
        if not _NAME.fullmatch(group) or group in known:
            group = f"c{index + 1}"
        if not group.startswith("c") or not group[1:].isdigit():
            group = group if group not in _WORDS else f"{group}_"
        known.add(group)
        groups.append(group)
    return groups


#: Words of SQL that would have to be quoted.
_WORDS = frozenset({
    "user", "order", "group", "select", "from", "where", "table", "end", "desc", "asc", "all", "case", "when", "then",
    "at", "in", "is", "on", "as", "by", "to", "limit", "offset", "using", "with", "default", "column", "check", "not",
})  # fmt: skip


def _text(value: str) -> str:
    """A text of SQL."""
    return "'" + value.replace("'", "''") + "'"


def _object(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _scalar(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)
