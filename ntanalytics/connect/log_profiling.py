"""Profiling of log files: the form of their lines, and the SQL that parses a line into named groups."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.catalog import Mapping
from ntanalytics.connect.sensitive_columns import is_personal, is_secret, name_parts
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import FORMATS, time_form
from ntanalytics.contract import DATASETS
from ntanalytics.errors import SourceRefused
from ntanalytics.language import tr
from ntanalytics.sources.logs import LogsSource

#: Lines sampled of the newest file.
SAMPLED_LINES = 2000

#: Least share of the lines with the same form.
_LEAST_SHARE = 0.5

_COMBINED = re.compile(r'\S+ \S+ .+ \[\d\d/\w{3}/\d{4}:[^\]]+\] "')
_PAIR = re.compile(r'(?:^|(?<=[\s,;|\[(]))([A-Za-z_\u3400-\u9fff][\w.\u3400-\u9fff-]*)=("[^"]*"|[^\s,;|\])]*)')
#: For each format a regular expression of the time at the beginning of a line.
_TIMES = tuple(
    "".join({"%Y": r"\d{4}", "%b": r"\w{3}"}.get(part, r"\d\d" if part[:1] == "%" else part) for part in parts)
    for parts in (re.findall(r"%\w|[^%]", form) for form in FORMATS)
)
_NAME = re.compile(r"[a-z_\u3400-\u9fff][a-z0-9_\u3400-\u9fff]*")
#: Words of SQL that would have to be quoted.
_KEYWORDS = re.compile(
    "all|asc|at|as|by|case|check|column|default|desc|end|from|group|in|is|limit|not|offset|on|order|select|table|then|"
    "to|user|using|when|where|with"
)
_LINE_COLUMNS = frozenset({"file", "line_no", "line", "part"})


@dataclass(frozen=True, kw_only=True)
class _LineForm:
    """A form of log lines.

    Attributes:
        title: its name, for the user.
        prelude: the WITH clause that parses a line.
        names: names of the columns in the log.
        groups: their names in SQL.
        values: their samples, by column.
        hidden: names of columns that are never read.
        remarks: remarks for the user.
        origin: the text after FROM in a mapping.
    """

    title: str
    prelude: str
    names: Sequence[str]
    groups: Sequence[str]
    values: Sequence[Sequence[str | None]]
    hidden: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    origin: str = "parted"


def profile_logs(source: LogsSource) -> SourceTable:
    """Return the lines of the newest file as a table, if most of them have one form.

    Raises:
        SourceUnreachable: no file matches.
        SourceRefused: the file is no text, or has no line.
    """
    newest = max(source.files(), key=lambda path: path.stat().st_mtime)
    lines = [line for line in _sampled_lines(source) if line.strip()]
    if not lines:
        raise SourceRefused(
            tr("there is no line in it"), where=str(newest), todo=tr("name a file that something was written to")
        )
    if sum("\0" in line or line.count("\ufffd") > len(line) // 10 for line in lines) * 10 > len(lines):
        raise SourceRefused(
            tr("it is no text: no log can be read from it"), where=str(newest), todo=tr("name a log file")
        )
    if form := _json(lines):
        return _table(newest.name, form, len(lines))
    if sum(bool(_COMBINED.match(line)) for line in lines) >= len(lines) * _LEAST_SHARE:
        remark = "an access log in combined or common form: the built-in product nginx reads it as it is"
        return _table_without_columns(newest.name, "", remark, len(lines))
    if form := _pairs(lines) or _delimited(lines) or _timed(lines):
        return _table(newest.name, form, len(lines))
    return _table_without_columns(newest.name, _regexp_prelude(["line"]), _UNKNOWN_FORM, len(lines))


def _sampled_lines(source: LogsSource) -> list[str]:
    """Return the first lines of the source's newest file, as a mapping would read them."""
    dataset = DATASETS["infra.hosts"]  # one without a window
    sql = f"SELECT line FROM lines LIMIT {SAMPLED_LINES}"
    mapping = Mapping(dataset=dataset, path=Path("sample.sql"), sql=sql, times={}, dialects=("duckdb",))
    long_ago = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)
    with source.read(mapping, long_ago, dt.datetime.now(dt.UTC)) as batches:
        return [str(line) for batch in batches for line in batch.column(0).to_pylist()]


def _json(lines: Sequence[str]) -> _LineForm | None:
    objects = [value for line in lines if isinstance(value := _parse_json(line), dict)]
    if len(objects) < len(lines) * _LEAST_SHARE:
        return None
    keys = Counter(key for value in objects for key in value)
    frequent = [key for key, count in keys.items() if count * 10 >= len(objects)]
    names = [name for name in frequent if not is_secret(name)]
    groups = _groups(names)
    # The path is quoted for JSON, and then as a text of SQL.
    sqls = [f"json_extract_string(line, {_text('$.' + json.dumps(name, ensure_ascii=False))})" for name in names]
    listed = ",\n        ".join(f"{sql} AS {group}" for sql, group in zip(sqls, groups, strict=True))
    prelude = (
        "WITH parted AS (\n    SELECT\n        file,\n        line_no,\n"
        f"        {listed}\n    FROM (\n"
        "        SELECT file, line_no, CASE WHEN json_valid(line) THEN line END AS line\n"
        "        FROM lines\n        WHERE trim(line) <> ''\n    )\n)"
    )
    return _LineForm(
        title="JSON",
        prelude=prelude,
        names=names,
        groups=groups,
        values=[[_scalar(value.get(name)) for value in objects] for name in names],
        hidden=tuple(name for name in frequent if is_secret(name)),
    )


def _pairs(lines: Sequence[str]) -> _LineForm | None:
    pairs_by_line = [_PAIR.findall(line) for line in lines]
    if sum(len(pairs) >= 2 for pairs in pairs_by_line) < len(lines) * _LEAST_SHARE:
        return None
    counts = Counter(key for pairs in pairs_by_line if len(pairs) >= 2 for key in {key: None for key, _ in pairs})
    frequent = [key for key, count in counts.items() if count * 20 >= len(lines)]
    names = [key for key in frequent if not is_secret(key)]
    pattern, times = _leading_time(lines)
    leading = ["moment"] if pattern else []
    groups = _groups([*leading, *names])
    listed = [f"regexp_extract(line, {_text(pattern)}, ['moment']).moment AS moment"] if pattern else []
    # One expression per key: the order of the keys may change from line to line.
    listed += [
        f"trim(regexp_extract(line, {_text(_pair_pattern(key))}, ['it']).it, '\"') AS {group}"
        for key, group in zip(names, groups[len(leading) :], strict=True)
    ]
    by_line = [dict(pairs) for pairs in pairs_by_line]
    values = [[(pairs.get(key) or "").strip('"') or None for pairs in by_line] for key in names]
    return _LineForm(
        title="key=value",
        prelude=_regexp_prelude(listed),
        names=[*leading, *names],
        groups=groups,
        values=[times, *values] if pattern else values,
        hidden=tuple(key for key in frequent if is_secret(key)),
    )


def _delimited(lines: Sequence[str]) -> _LineForm | None:
    for mark in ("|", "\t", ";", ","):
        counts = Counter(line.count(mark) for line in lines)
        (count, share), *_ = counts.most_common(1)
        if count >= 2 and share >= len(lines) * _LEAST_SHARE:
            break
    else:
        return None
    rows = [[cell.strip() for cell in line.split(mark)] for line in lines if line.count(mark) == count]
    header = rows[0] if all(_NAME.fullmatch(cell.lower()) for cell in rows[0]) else []
    names = header or [f"c{index + 1}" for index in range(count + 1)]
    columns = [list(column) for column in zip(*(rows[1:] if header else rows), strict=True)]
    is_hidden = [is_secret(name) or is_personal(column) for name, column in zip(names, columns, strict=True)]
    shown = [name for name, hides in zip(names, is_hidden, strict=True) if not hides]
    groups = _groups(shown)
    cell = f"[^{re.escape(mark)}]*"
    pattern = "^" + re.escape(mark).join(cell if hides else f"({cell})" for hides in is_hidden) + "$"
    listed = [f"regexp_extract(line, {_text(pattern)}, [{', '.join(map(_text, groups))}]) AS part"]
    trimmed = ", ".join(f"trim(part.{group}) AS {group}" for group in groups)
    return _LineForm(
        title=f"delimited by {'a tab' if mark == chr(9) else mark}",
        prelude=_regexp_prelude(listed) + f",\ntrimmed AS (\n    SELECT file, line_no, {trimmed} FROM parted\n)",
        names=shown,
        groups=groups,
        values=[column for column, hides in zip(columns, is_hidden, strict=True) if not hides],
        hidden=tuple(name for name, hides in zip(names, is_hidden, strict=True) if hides),
        origin="trimmed",
    )


#: Remark on lines of an unknown form.
_UNKNOWN_FORM = "the form of the lines is not known: add a named group for each thing that is needed"


def _timed(lines: Sequence[str]) -> _LineForm | None:
    """Return the form of lines with a time at their beginning, and nothing else known."""
    pattern, times = _leading_time(lines)
    if not pattern:
        return None
    moment = f"regexp_extract(line, {_text(f'{pattern}(.*)$')}, ['moment', 'rest']).moment AS moment"
    return _LineForm(
        title="a time, then text",
        prelude=_regexp_prelude([moment]),
        names=["moment"],
        groups=["moment"],
        values=[times],
        remarks=(_UNKNOWN_FORM,),
    )


def _leading_time(lines: Sequence[str]) -> tuple[str, list[str | None]]:
    """Return the expression of the time at the beginning of most lines, with one group, and the times; else empty."""
    for time in _TIMES:
        pattern = rf"^\[?({time})"
        matches = [re.match(pattern, line) for line in lines]
        if sum(match is not None for match in matches) >= len(lines) * _LEAST_SHARE:
            return pattern, [match[1] if match else None for match in matches]
    return "", []


def _table(file: str, form: _LineForm, sampled: int) -> SourceTable:
    """Return lines of some form as a table, without the columns whose values identify a person."""
    columns, hidden = [], list(form.hidden)
    for name, group, samples in zip(form.names, form.groups, form.values, strict=True):
        values = tuple(value for value in samples if value)
        if is_personal(values):
            hidden.append(name)
        else:
            column = SourceColumn(name=name, type=ColumnType.TEXT, sql=group, values=values, form=time_form(values))
            columns.append(column)
    return SourceTable(
        name=file,
        kind="logs",
        dialect="duckdb",
        origin=form.origin,
        columns=tuple(columns),
        hidden=tuple(hidden),
        prelude=form.prelude,
        remarks=(f"its lines are {form.title}", *form.remarks),
        sampled=sampled,
    )


def _table_without_columns(file: str, prelude: str, remark: str, sampled: int) -> SourceTable:
    return SourceTable(
        name=file,
        kind="logs",
        dialect="duckdb",
        origin="parted",
        columns=(),
        prelude=prelude,
        remarks=(remark,),
        sampled=sampled,
    )


def _regexp_prelude(listed: Iterable[str]) -> str:
    selected = ",\n        ".join(["file", "line_no", *listed])
    return f"WITH parted AS (\n    SELECT\n        {selected}\n    FROM lines\n    WHERE trim(line) <> ''\n)"


def _pair_pattern(key: str) -> str:
    return rf'(?:^|[\s,;|\[(]){re.escape(key)}=("[^"]*"|[^\s,;|\])]*)'


def _groups(names: Sequence[str]) -> list[str]:
    """Return names that DuckDB accepts without quotes, all different, and different from the columns of a line."""
    taken = set(_LINE_COLUMNS)
    groups = []
    for index, name in enumerate(names):
        group = "_".join(name_parts(name)) or f"c{index + 1}"
        if not _NAME.fullmatch(group) or group in taken:
            group = f"c{index + 1}"
        if _KEYWORDS.fullmatch(group):
            group = f"{group}_"
        taken.add(group)
        groups.append(group)
    return groups


def _text(value: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def _parse_json(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _scalar(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)
