"""Diagnostics of a mapping over logs: lines that none of its regular expressions matches, and its speed.

A wrong expression drops lines silently; a slow one delays every report. DuckDB's expressions never backtrack: an
expression is slow if it has many groups or is applied often.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp

from ntanalytics.catalog import Mapping
from ntanalytics.language import tr
from ntanalytics.sources.logs import LogsSource

#: Lines per second for one expression with named groups, on two cores (5 M lines in 27 s).
USUAL_PACE = 185_000

#: Fewer lines than this measure the start-up alone.
_FEWEST_LINES = 100_000

#: Factor by which a slow mapping is slower than usual.
_SLOW_FACTOR = 3

#: Number of sample lines, and characters of each.
_SAMPLES, _MOST_CHARACTERS = 3, 100


@dataclass(frozen=True)
class LogCoverage:
    """Coverage of a log's lines by a mapping.

    Attributes:
        lines: lines that are not empty, in the files that the window needs.
        wanted: lines that the mapping does not drop before it parses a line.
        unmatched: wanted lines that no expression of the mapping over ``line`` matches; None without an expression.
        samples: file, line number and shape of some unmatched lines, without their content.
        slow: a warning if the mapping is far slower than usual; else empty.
    """

    lines: int
    wanted: int
    unmatched: int | None
    samples: tuple[str, ...]
    slow: str


def log_coverage(
    source: LogsSource, mapping: Mapping, since: dt.datetime, until: dt.datetime, seconds: float
) -> LogCoverage:
    """Read the lines of a window again and measure the mapping's coverage.

    Args:
        source: the logs.
        mapping: the mapping; each regular expression that it applies to ``line`` itself is tested.
        since: the window's beginning, an aware moment.
        until: the window's end, not included.
        seconds: time that the mapping took to read the window.

    Raises:
        SourceError: the logs could not be read.
    """
    patterns = line_patterns(mapping)
    matched = " OR ".join(f"regexp_matches(line, {_text(pattern)})" for pattern in patterns) or "TRUE"
    sql = (
        "WITH classified AS (SELECT file, line_no, line, "  # noqa: S608 - the mapping's own expressions, quoted
        f"coalesce({_line_condition(mapping)}, FALSE) AS is_wanted, ({matched}) OR NOT is_wanted AS is_matched "
        "FROM lines WHERE trim(line) <> '') "
        "SELECT count(*) AS lines, count(*) FILTER (is_wanted) AS wanted, "
        "count(*) FILTER (NOT is_matched) AS unmatched, "
        f"arg_min(struct_pack(place := file || ':' || line_no, line := left(line, {_MOST_CHARACTERS})), line_no, "
        f"{_SAMPLES}) FILTER (NOT is_matched) AS samples FROM classified"
    )
    counting = replace(mapping, sql=sql, times={})
    with source.read(counting, since, until) as batches:
        row = next(row for batch in batches for row in batch.to_pylist())
    samples = tuple(f"{sample['place']}: {shape(sample['line'])}" for sample in row["samples"] or ())
    unmatched = row["unmatched"] if patterns else None
    return LogCoverage(row["lines"], row["wanted"], unmatched, samples, speed_warning(row["lines"], seconds))


def speed_warning(lines: int, seconds: float) -> str:
    """Return a warning if a mapping reads far fewer lines per second than usual; else an empty text.

    Args:
        lines: lines that it read.
        seconds: time that it took.
    """
    if lines < _FEWEST_LINES or lines * _SLOW_FACTOR >= USUAL_PACE * seconds:
        return ""
    rate = lines / seconds
    return tr(
        "slow: {rate:,.0f} lines/s, where one regular expression with named groups reads "
        "{usual_pace:,}: take a line apart once, begin the expression with ^, write [^ ]* for .*, "
        "drop lines early by contains(line, …)",
        rate=rate,
        usual_pace=USUAL_PACE,
    )


def line_patterns(mapping: Mapping) -> list[str]:
    """Return the regular expressions, as literals, that a mapping applies to ``line`` itself."""
    patterns: dict[str, None] = {}
    for call in sqlglot.parse_one(mapping.sql, dialect="duckdb").find_all(exp.RegexpExtract, exp.RegexpLike):
        pattern = call.expression
        over_line = isinstance(call.this, exp.Column) and call.this.name.lower() == "line"
        if over_line and isinstance(pattern, exp.Literal) and pattern.is_string:
            patterns[pattern.name] = None
    return list(patterns)


def _line_condition(mapping: Mapping) -> str:
    """Return the condition by which a mapping selects lines before it parses them; TRUE for none or a complex one."""
    conditions = []
    for table in sqlglot.parse_one(mapping.sql, dialect="duckdb").find_all(exp.Table):
        select = table.find_ancestor(exp.Select)
        if table.name.lower() != "lines" or select is None:
            continue
        where = select.args.get("where")
        if where is None or not _uses_only_lines(where.this):
            return "TRUE"
        conditions.append(f"({where.this.sql(dialect='duckdb')})")
    return " OR ".join(conditions) or "TRUE"


def _uses_only_lines(condition: exp.Expr) -> bool:
    names = {column.name.lower() for column in condition.find_all(exp.Column)}
    others = condition.find(exp.Placeholder, exp.Parameter, exp.Select, exp.Window)
    return names <= {"file", "line_no", "line"} and others is None


def shape(line: str) -> str:
    """Return the shape of a line without its content: ``0000-00-00 [AAAA] 字字`` for ``2026-11-20 [INFO] 张三``."""
    masked = re.sub(r"[0-9]", "0", line)
    masked = re.sub(r"[A-Z]", "A", masked)
    masked = re.sub(r"[a-z]", "a", masked)
    return "".join("字" if character > "\x7f" and character.isalnum() else character for character in masked)


def _text(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"
