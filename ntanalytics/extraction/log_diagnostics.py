"""Which lines of a log no regular expression of a mapping matches, and how fast the mapping reads them.

A mapping over logs is as good as its expressions: one that is wrong drops lines in silence, one that is slow makes
every report wait. DuckDB's expressions never backtrack; one is slow where it has many groups or is tried often.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp

from ntanalytics.catalog import Mapping
from ntanalytics.sources.logs import LogsSource

#: Lines a second that one expression with named groups reads, on two cores (5 M lines in 27 s).
USUAL_PACE = 185_000

#: Fewer lines than this tell nothing of a pace: starting takes as long.
_LEAST_LINES = 100_000

#: So many times slower than usual is worth a warning.
_SLOWER = 3

#: Lines shown, and characters of each.
_SAMPLES, _SHOWN = 3, 100


@dataclass(frozen=True)
class LogCoverage:
    """What became of the lines of a log.

    Attributes:
        lines: lines that are not empty, in the files that the window needs.
        wanted: those of them that the mapping does not drop before it takes a line apart.
        unmatched: of these, those that none of the mapping's expressions over ``line`` matches; None where it has none.
        samples: file:line of some of them, and their shape, without what they say.
        slow: a warning where the mapping is far slower than such mappings are; empty where not.
    """

    lines: int
    wanted: int
    unmatched: int | None
    samples: tuple[str, ...]
    slow: str


def log_coverage(
    source: LogsSource, mapping: Mapping, since: dt.datetime, until: dt.datetime, seconds: float
) -> LogCoverage:
    """Look at the lines that a mapping had to read.

    Args:
        source: the logs.
        mapping: the mapping; each regular expression that it applies to ``line`` itself is tried.
        since: the window's beginning.
        until: its end.
        seconds: how long the mapping took over them.

    Raises:
        SourceError: they could not be read.
    """
    patterns = line_patterns(mapping)
    matched = " OR ".join(f"regexp_matches(line, {_text(each)})" for each in patterns) or "TRUE"
    sql = (
        "WITH told AS (SELECT file, line_no, line, "  # noqa: S608 - the mapping's own expressions, quoted
        f"coalesce({_kept(mapping)}, FALSE) AS is_wanted, ({matched}) OR NOT is_wanted AS is_matched "
        "FROM lines WHERE trim(line) <> '') "
        "SELECT count(*) AS lines, count(*) FILTER (is_wanted) AS wanted, "
        "count(*) FILTER (NOT is_matched) AS unmatched, "
        f"arg_min(struct_pack(place := file || ':' || line_no, line := left(line, {_SHOWN})), line_no, {_SAMPLES}) "
        "FILTER (NOT is_matched) AS samples FROM told"
    )
    counting = replace(mapping, sql=sql, times={})
    with source.read(counting, since, until) as batches:
        row = next(row for batch in batches for row in batch.to_pylist())
    samples = tuple(f"{each['place']}: {shape(each['line'])}" for each in row["samples"] or ())
    return LogCoverage(
        row["lines"], row["wanted"], row["unmatched"] if patterns else None, samples, pace(row["lines"], seconds)
    )


def pace(lines: int, seconds: float) -> str:
    """A warning where a mapping reads far fewer lines a second than such mappings do; else empty.

    Args:
        lines: lines that it read.
        seconds: how long it took.
    """
    if lines < _LEAST_LINES or lines * _SLOWER >= USUAL_PACE * seconds:
        return ""
    rate = lines / seconds
    return (
        f"slow: {rate:,.0f} lines/s, where one regular expression with named groups reads {USUAL_PACE:,}: "
        "take a line apart once, begin the expression with ^, write [^ ]* for .*, drop lines early by contains(line, …)"
    )


def line_patterns(mapping: Mapping) -> list[str]:
    """The regular expressions that a mapping applies to ``line`` itself, where they are written out."""
    found: dict[str, None] = {}
    for call in sqlglot.parse_one(mapping.sql, dialect="duckdb").find_all(exp.RegexpExtract, exp.RegexpLike):
        pattern = call.expression
        over_line = isinstance(call.this, exp.Column) and call.this.name.lower() == "line"
        if over_line and isinstance(pattern, exp.Literal) and pattern.is_string:
            found[pattern.name] = None
    return list(found)


def _kept(mapping: Mapping) -> str:
    """The condition by which a mapping keeps a line before it takes it apart; TRUE where it keeps all, or says more."""
    conditions = []
    for table in sqlglot.parse_one(mapping.sql, dialect="duckdb").find_all(exp.Table):
        select = table.find_ancestor(exp.Select)
        if table.name.lower() != "lines" or select is None:
            continue
        where = select.args.get("where")
        if where is None or not _is_about_lines(where.this):
            return "TRUE"
        conditions.append(f"({where.this.sql(dialect='duckdb')})")
    return " OR ".join(conditions) or "TRUE"


def _is_about_lines(condition: exp.Expr) -> bool:
    names = {column.name.lower() for column in condition.find_all(exp.Column)}
    others = condition.find(exp.Placeholder, exp.Parameter, exp.Select, exp.Window)
    return names <= {"file", "line_no", "line"} and others is None


def shape(line: str) -> str:
    """A line without what it says: ``2026-11-20 [INFO] 张三`` is ``0000-00-00 [AAAA] 字字``."""
    hidden = re.sub(r"[0-9]", "0", line)
    hidden = re.sub(r"[A-Z]", "A", hidden)
    hidden = re.sub(r"[a-z]", "a", hidden)
    return "".join("字" if character > "\x7f" and character.isalnum() else character for character in hidden)


def _text(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"
