"""Columns of a draft: the SQL that selects one, and the comments over it."""

from __future__ import annotations

from ntanalytics.connect.matching import MatchCandidate, MatchProposal, canonical_value
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import meanings
from ntanalytics.contract import Column, Type

#: Mark of what the user has to write.
TODO = "TODO"

#: NULL by dialect: MySQL's fastest driver does not know a NULL without a type.
_NULLS = {"mysql": "CAST(NULL AS CHAR)"}


def time_sql(source_column: SourceColumn, table: SourceTable) -> tuple[str, str]:
    """Return the SQL that selects a time, and the form that the mapping's header declares for it."""
    sql, form = source_column.sql, source_column.form
    if table.kind == "database":
        return sql, form or "naive"
    if form.startswith("text:"):
        return f"try_strptime({sql}, '{form.removeprefix('text:')}')", "naive"
    kind = {"aware": "TIMESTAMPTZ", "epoch_s": "BIGINT", "epoch_ms": "BIGINT"}.get(form, "TIMESTAMP")
    return f"try_cast({sql} AS {kind})", form or "naive"


def select_column(proposal: MatchProposal, column: Column, *, has_word_table: bool) -> tuple[str, list[str]]:
    """Return the SQL of a column, and comments: its meaning, its candidates, what is left to do.

    Args:
        proposal: the dataset and its table.
        column: the contract's column.
        has_word_table: a table of words translates the column.
    """
    comments = [f"{column.name} {column.label}: {column.meaning}"]
    if column.values:
        comments.append("one of " + ", ".join(f"{code} {label}" for code, label in column.values.items()))
    source_column = proposal.source_column(column.name)
    if source_column is not None:
        sql, more = _select_match(proposal, column, source_column, has_word_table=has_word_table)
    elif proposal.table.kind == "logs" and (column.name,) == tuple(proposal.dataset.key):
        sql, more = "file || ':' || line_no", ["a line has no number of its own: where it stands"]
    else:
        sql, more = _NULLS.get(proposal.table.dialect, "NULL"), _missing(proposal, column)
    return sql, comments + more


def value_words(source_column: SourceColumn) -> list[str]:
    """Return the different values of a column as text, from its samples and its comment, sorted."""
    texts = {str(value).lower() if isinstance(value, bool) else str(value).strip() for value in source_column.values}
    return sorted(texts | set(meanings(source_column.comment)))


def sql_literal(value: str, source_column: SourceColumn) -> str:
    """Return a value as a literal of SQL."""
    if source_column.type in (ColumnType.INTEGER, ColumnType.NUMBER) and value.isdigit():
        return value
    return "'" + value.replace("'", "''") + "'"


def _select_match(
    proposal: MatchProposal, column: Column, source_column: SourceColumn, *, has_word_table: bool
) -> tuple[str, list[str]]:
    best, *others = proposal.candidates[column.name]
    comments = [f"{source_column.name}: {_reasons(best)}"]
    comments += [f"or else {', '.join(other.column.name for other in others)}"] if others else []
    sql = _value_sql(source_column, column, proposal.table)
    if not sql:
        comments.append(f"{TODO}: say which values mean yes")
        sql = source_column.sql
    if column.values and not has_word_table:
        comments.append(f"{TODO}: turn its words into ours, by CASE or by a table of words under translate:")
    return sql, comments


def _missing(proposal: MatchProposal, column: Column) -> list[str]:
    """Return comments on a column without a match."""
    candidates = proposal.candidates.get(column.name, ())
    listed = ", ".join(f"{candidate.column.name} ({_reasons(candidate)})" for candidate in candidates)
    must = "may stay NULL" if column.nullable else "must not stay NULL"
    comments = [f"{TODO} {must}; candidates: {listed or 'none was found'}"]
    if column.values and not column.nullable:
        comments.append(f"where it is always the same, write it, such as '{next(iter(column.values))}'")
    return comments


def _value_sql(source_column: SourceColumn, column: Column, table: SourceTable) -> str:
    """Return the SQL that converts a column to the contract's type; empty if the meaning of a value is unknown."""
    if column.type in (Type.TIMESTAMP, Type.DATE):
        return time_sql(source_column, table)[0]
    if column.type is Type.BOOLEAN and source_column.type is not ColumnType.BOOLEAN:
        return _boolean_sql(source_column, column)
    if table.kind != "database" and column.type in (Type.INTEGER, Type.NUMBER):
        return f"try_cast({source_column.sql} AS {'BIGINT' if column.type is Type.INTEGER else 'DOUBLE'})"
    if source_column.type is ColumnType.TEXT and (column.nullable or column.is_hashed):
        return f"NULLIF({source_column.sql}, '')"
    return source_column.sql


def _boolean_sql(source_column: SourceColumn, column: Column) -> str:
    by_value = meanings(source_column.comment)
    answers = {value: canonical_value(by_value.get(value, value), column) for value in value_words(source_column)}
    if not answers or not all(answers.values()):
        return ""
    cases = (f"WHEN {sql_literal(value, source_column)} THEN {int(yes == 'yes')}" for value, yes in answers.items())
    return f"CASE {source_column.sql} {' '.join(cases)} END"


def _reasons(candidate: MatchCandidate) -> str:
    return f"{', '.join(candidate.reasons)}: {candidate.points} points"
