"""Columns of a draft: the SQL that selects one, and the comments over it."""

from __future__ import annotations

from ntanalytics.connect.flags import counts_text, flag_answers, is_doubtful, sql_literal
from ntanalytics.connect.matching import MatchCandidate, MatchProposal
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import meanings, value_text
from ntanalytics.contract import Column, Type
from ntanalytics.language import tr

#: Mark of what the user has to write.
TODO = "TODO"

#: Mark of a flag that is right though few rows have it; the name of the column follows.
SURE = "sure:"

#: NULL by dialect: MySQL's fastest driver does not know a NULL without a type.
_NULLS = {"mysql": "CAST(NULL AS CHAR)"}


def time_sql(source_column: SourceColumn, table: SourceTable) -> tuple[str, str]:
    """Return the SQL that selects a time, and the form that the mapping's header declares for it."""
    sql, form = source_column.sql, source_column.form
    if table.kind == "database":
        return f"NULLIF({sql}, 0)" if source_column.has_zero else sql, form or "naive"
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
        listed = ", ".join(f"{code} {label}" for code, label in column.values.items())
        comments.append(tr("one of {codes}", codes=listed))
    source_column = proposal.source_column(column.name)
    if source_column is not None:
        sql, more = _select_match(proposal, column, source_column, has_word_table=has_word_table)
    elif proposal.table.kind == "logs" and (column.name,) == tuple(proposal.dataset.key):
        sql, more = "file || ':' || line_no", [tr("a line has no number of its own: where it stands")]
    elif column.name == proposal.dataset.counts:
        sql, more = "1", [tr("one row is counted as one; those with the same key are added up")]
    else:
        sql, more = _NULLS.get(proposal.table.dialect, "NULL"), _missing(proposal, column)
    return sql, comments + more


def value_words(source_column: SourceColumn) -> list[str]:
    """Return the different values of a column as text, from its samples and its comment, sorted."""
    texts = set(map(value_text, source_column.values))
    return sorted(texts | set(meanings(source_column.comment)))


def _select_match(
    proposal: MatchProposal, column: Column, source_column: SourceColumn, *, has_word_table: bool
) -> tuple[str, list[str]]:
    best, *others = proposal.candidates[column.name]
    comments = [f"{source_column.name}: {_reasons(best)}"]
    if others:
        comments.append(tr("or else {columns}", columns=", ".join(other.column.name for other in others)))
    if column.type is Type.BOOLEAN:
        sql, more = _flag_sql(source_column, column)
        return sql or source_column.sql, comments + more
    sql = _value_sql(source_column, column, proposal.table)
    if column.values and source_column.counts:
        comments.append(tr("its values: {counts}", counts=counts_text(source_column)))
    if column.values and not has_word_table:
        comments.append(f"{TODO}: {tr('turn its words into ours, by CASE or by a table of words under translate:')}")
    return sql, comments


def _missing(proposal: MatchProposal, column: Column) -> list[str]:
    """Return comments on a column without a match."""
    candidates = proposal.candidates.get(column.name, ())
    listed = ", ".join(f"{candidate.column.name} ({_reasons(candidate)})" for candidate in candidates)
    must = tr("may stay NULL") if column.nullable else tr("must not stay NULL")
    comments = [f"{TODO} {must}; {tr('candidates: {columns}', columns=listed or tr('none was found'))}"]
    if column.values and not column.nullable:
        first = next(iter(column.values))
        comments.append(tr("where it is always the same, write it, such as '{code}'", code=first))
    return comments


def _value_sql(source_column: SourceColumn, column: Column, table: SourceTable) -> str:
    """Return the SQL that converts a column to the contract's type."""
    if column.type in (Type.TIMESTAMP, Type.DATE):
        return time_sql(source_column, table)[0]
    if table.kind != "database" and column.type in (Type.INTEGER, Type.NUMBER):
        return f"try_cast({source_column.sql} AS {'BIGINT' if column.type is Type.INTEGER else 'DOUBLE'})"
    if source_column.type is ColumnType.TEXT and (column.nullable or column.is_hashed):
        return f"NULLIF({source_column.sql}, '')"
    return source_column.sql


def _flag_sql(source_column: SourceColumn, column: Column) -> tuple[str, list[str]]:
    """Return the SQL of a flag, and comments: the rows of each value, and what is unclear."""
    answers = flag_answers(source_column, column)
    comments = [tr("its values: {counts}", counts=counts_text(source_column))] if source_column.counts else []
    if source_column.type is ColumnType.BOOLEAN and set(answers) <= {"true", "false", "1", "0"}:
        means = answers.get("true", answers.get("1"))
        if means is None and (opposite := answers.get("false", answers.get("0"))) is not None:
            means = not opposite
        sql = "" if means is None else source_column.sql if means else f"NOT {source_column.sql}"
    elif not answers or None in answers.values():
        sql = ""
    else:
        cases = (f"WHEN {sql_literal(text, source_column)} THEN {int(bool(yes))}" for text, yes in answers.items())
        sql = f"CASE {source_column.sql} {' '.join(cases)} END"
    if not sql:
        return "", [*comments, f"{TODO}: {tr('say which values mean yes')}"]
    rows = sum(count for _, count in source_column.counts)
    yes = sum(count for text, count in source_column.counts if answers.get(text.lower(), answers.get(text)))
    if is_doubtful(column, yes, rows):
        doubt = tr(
            "only {yes:,} of {rows:,} rows would be {label}. Is it the other way round? If it is right, write here"
            " instead: {comment}",
            yes=yes,
            rows=rows,
            label=column.label,
            comment=f"{SURE} {column.name}",
        )
        comments.append(f"{TODO}: {doubt}")
    return sql, comments


def _reasons(candidate: MatchCandidate) -> str:
    return tr("{reasons}: {points} points", reasons=", ".join(candidate.reasons), points=candidate.points)
