"""Flags of a product: the meaning of their values, and marks of logically deleted rows."""

from __future__ import annotations

import re

from ntanalytics.connect.matching import canonical_value
from ntanalytics.connect.sensitive_columns import name_parts
from ntanalytics.connect.source_table import ColumnType, SourceColumn
from ntanalytics.connect.value_forms import meanings, value_text
from ntanalytics.contract import Column
from ntanalytics.language import tr

#: Flags of the contract that most rows have: if few would have it, the flag is probably the other way round.
MOSTLY_YES = frozenset({"is_enabled", "is_monitored", "is_available"})

_SAYS_NO = re.compile("disab|lock|forbid|banned|block|invalid|inactive|frozen|freeze|stop|停用|禁用|锁定|冻结|封禁")
_SAYS_YES = re.compile("enab|active|available|valid|monitored|启用|有效|可用|正常")
_BITS = frozenset({"0", "1"})
_TRUE, _FALSE = frozenset({"1", "true", "t", "yes", "y"}), frozenset({"0", "false", "f", "no", "n"})

_DELETION = re.compile("(is|has)?(logic(al)?)?(del|deleted?|removed)(flag|mark|state|status|at|time|date|on)?|dr|isdel")
_DELETION_COMMENTS = ("删除标志", "删除标记", "删除标识", "删除状态", "删除时间", "是否删除", "是否已删除", "逻辑删除")
_DELETION_TIME = re.compile("(at|time|date|on)$")
_KEPT_WORDS = re.compile("未删|存在|正常|有效|否|不删")
_GONE_WORDS = re.compile("删|是")


def flag_answers(source_column: SourceColumn, column: Column) -> dict[str, bool | None]:
    """Return value → whether it means yes, by the comment, the value's own word or the name; None if none tells."""
    by_value = meanings(source_column.comment)
    texts = {text for text, _ in source_column.counts} | {value_text(value) for value in source_column.values}
    if texts and not by_value and texts <= _BITS:  # what nobody has been yet comes later
        texts = set(_BITS)
    return {text: _answer(text, by_value, source_column, column) for text in sorted(texts | set(by_value))}


def counts_text(source_column: SourceColumn) -> str:
    """Return the values of a column with their meanings and rows: ``1 停用: 12 rows, 0 正常: 5,988 rows``."""
    by_value = meanings(source_column.comment)
    named = [(f"{text} {by_value.get(text, '')}".strip(), rows) for text, rows in source_column.counts]
    return ", ".join(tr("{name}: {rows:,} rows", name=name, rows=rows) for name, rows in named)


def is_doubtful(column: Column, yes: int, rows: int) -> bool:
    """Return whether fewer than half of the rows have a flag that most should have."""
    return column.name in MOSTLY_YES and 2 * yes < rows


def is_deletion_mark(source_column: SourceColumn) -> bool:
    """Return whether a column marks rows as deleted, by its name or its comment."""
    joined = "".join(name_parts(source_column.name))
    return bool(_DELETION.fullmatch(joined) or source_column.comment.strip().startswith(_DELETION_COMMENTS))


def kept_condition(source_column: SourceColumn) -> str:
    """Return the SQL that holds for rows that are not deleted; empty if the meaning of a value is unknown."""
    if source_column.type in (ColumnType.NAIVE, ColumnType.AWARE, ColumnType.DATE):
        return f"{source_column.sql} IS NULL"
    if source_column.type is ColumnType.BOOLEAN:
        return f"NOT {source_column.sql}"
    if source_column.type is ColumnType.INTEGER and _DELETION_TIME.search("".join(name_parts(source_column.name))):
        return f"COALESCE({source_column.sql}, 0) = 0"
    by_value = meanings(source_column.comment)
    texts = {text for text, _ in source_column.counts} | set(by_value)
    kept = {text for text in texts if _is_kept(by_value.get(text, ""), text)}
    gone = {text for text in texts if _is_gone(by_value.get(text, ""), text)}
    if len(kept) != 1 or texts - kept - gone:
        return ""
    (value,) = kept
    return f"{source_column.sql} = {sql_literal(value, source_column)}"


def sql_literal(value: str, source_column: SourceColumn) -> str:
    """Return a value as a literal of SQL."""
    if source_column.type in (ColumnType.INTEGER, ColumnType.NUMBER) and value.isdigit():
        return value
    return "'" + value.replace("'", "''") + "'"


def _answer(text: str, by_value: dict[str, str], source_column: SourceColumn, column: Column) -> bool | None:
    word = by_value.get(text, text)
    if text not in by_value and text.lower() in _TRUE | _FALSE:
        says = _polarity(source_column, column)
        return None if says is None else says == (text.lower() in _TRUE)
    code = canonical_value(word, column)
    return code == "yes" if code else None


def _polarity(source_column: SourceColumn, column: Column) -> bool | None:
    """Return whether a yes of the source is a yes of the contract, by the name; None if the name does not tell."""
    joined = "".join(name_parts(source_column.name)) + source_column.comment
    if column.name in MOSTLY_YES:
        if _SAYS_NO.search(joined):
            return False
        return True if _SAYS_YES.search(joined) else None
    stem = column.name.removeprefix("is_").removeprefix("has_").replace("_", "")
    return True if stem in joined else None


def _is_kept(meaning: str, text: str) -> bool:
    return bool(_KEPT_WORDS.search(meaning)) if meaning else text.lower() in _FALSE


def _is_gone(meaning: str, text: str) -> bool:
    return bool(_GONE_WORDS.search(meaning)) if meaning else text.lower() in _TRUE
