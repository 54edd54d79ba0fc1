"""Mistakes in a mapping's SQL, as its source reports them: the file and the line instead of the server's text alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ntanalytics.catalog import Mapping
from ntanalytics.errors import MappingRefused, SourceError
from ntanalytics.language import tr

#: Messages of servers and of DuckDB about a mistake: the word that they name is the group.
_MISTAKES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"unknown column '(?:[^'.]+\.)*(?P<word>[^'.]+)'",
        r"no such column: (?:\w+\.)*(?P<word>\w+)",
        r"column (?:\"?\w+\"?\.)*\"?(?P<word>\w+)\"? does not exist",
        r"referenced (?:column|table) \"(?P<word>[^\"]+)\" not found",
        r"does not have a column named \"(?P<word>[^\"]+)\"",
        r"no such function: (?P<word>\w+)",
        r"function (?:\w+\.)*(?P<word>\w+)(?:\(.*\))? does not exist",
        r"near [\"'](?P<word>[^\"'\n]*)",
        r"(?:syntax error|parser error|binder error|operator does not exist|is ambiguous)(?P<word>)",
    )
)
_AT_LINE = re.compile(r"(?:\bLINE |at line )(?P<line>\d+)")
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)


@contextmanager
def naming_mistakes(mapping: Mapping) -> Iterator[None]:
    """Turn a refusal of a mapping's SQL into one that names the file and the line.

    Raises:
        MappingRefused: the SQL has a mistake.
    """
    try:
        yield
    except MappingRefused:
        raise
    except SourceError as error:
        match = next((numbered for pattern in _MISTAKES if (numbered := pattern.search(error.what))), None)
        if match is None:
            raise
        line = mistake_line(mapping.sql, error.what, match["word"])
        where = f"{mapping.path}:{line}" if line else str(mapping.path)
        todo = tr("correct the SQL of the mapping")
        if error.todo:
            todo = tr("correct the SQL of the mapping; or: {todo}", todo=error.todo)
        raise MappingRefused(error.what, where=where, todo=todo) from None


def mistake_line(sql: str, message: str, word: str) -> int | None:
    """Return the line of a mistake: that of the message, else the first one with the word outside of comments."""
    if numbered := _AT_LINE.search(message):
        return int(numbered["line"])
    bare = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), sql)
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) if word else None
    lines = (number for number, line in enumerate(bare.splitlines(), 1) if pattern and pattern.search(line))
    return next(lines, None)


def first_line(error: BaseException | None) -> str:
    """Return the first line of a driver's message, with the line of the SQL that a later one names."""
    head, *rest = str(error).strip().splitlines() or ["no message"]
    numbered = _AT_LINE.search("\n".join(rest))
    return f"{head} (LINE {numbered['line']})" if numbered and not _AT_LINE.search(head) else head
