"""A draft of a product's folder: source.yml, an SQL file a dataset with every column, tables of words.

What is not known is written as NULL with a TODO, so that the draft loads and its check can name what is missing.
Names and comments of a source are hostile: names are quoted, comments stand on one line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

import yaml

from ntanalytics.connect.matching import MOST_WORDS, MatchCandidate, MatchProposal, canonical_value, words
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import meanings
from ntanalytics.contract import Column, Type

#: What stands in a table of words where a person has to say it.
TODO = "TODO"

#: Longer texts are no words of an enumeration.
_LONGEST_WORD = 40

#: MySQL's fastest reader does not know a NULL without a type.
_NULLS = {"mysql": "CAST(NULL AS CHAR)"}

#: The moment of a log's line, once it was read.
_MOMENT = "happened_at"


def draft(title: str, proposals: Iterable[MatchProposal]) -> dict[str, str]:
    """The files of a product's folder, name → text.

    Args:
        title: what people call the product.
        proposals: one for each dataset.
    """
    chosen = list(proposals)
    files = {"source.yml": _source(title, chosen)} if chosen else {}
    for proposal in chosen:
        tables = {
            column.name: text
            for column in proposal.dataset.mapped
            if column.values and (field := proposal.taken(column.name)) and (text := _words(field, column))
        }
        named = {column: _table_name(proposal, column, chosen) for column in tables}
        files |= {named[column]: text for column, text in tables.items()}
        files[f"{proposal.dataset.name}.sql"] = _sql(proposal, named)
    return files


def time_sql(field: SourceColumn, place: SourceTable) -> tuple[str, str]:
    """How a mapping selects a time, and the form that its header declares."""
    if place.kind == "database":
        return field.sql, field.form or "naive"
    if field.form.startswith("text:"):
        return f"try_strptime({field.sql}, '{field.form.removeprefix('text:')}')", "naive"
    kind = {"aware": "TIMESTAMPTZ", "epoch_s": "BIGINT", "epoch_ms": "BIGINT"}.get(field.form, "TIMESTAMP")
    return f"try_cast({field.sql} AS {kind})", field.form or "naive"


def _source(title: str, proposals: list[MatchProposal]) -> str:
    kind = proposals[0].place.kind
    if kind == "database":
        tables = sorted({proposal.place.name for proposal in proposals})
        needs = f"SELECT on {', '.join(tables)}; only the columns that the mappings name"
    else:
        needs = "read access to the file" if kind == "workbook" else "read access to the logs, rotated ones included"
    content = {"title": title, "kind": kind, "needs": one_line(needs)}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _table_name(proposal: MatchProposal, column: str, proposals: list[MatchProposal]) -> str:
    """A table of words is named after its column; after the dataset too, where two datasets have such a column."""
    others = [each for each in proposals if each is not proposal and any(c.name == column for c in each.dataset.mapped)]
    return f"{proposal.dataset.name.replace('.', '_')}_{column}.csv" if others else f"{column}.csv"


def _words(field: SourceColumn, column: Column) -> str:
    """A table of the words that were seen or that the comment tells of; empty where they are no enumeration."""
    said = meanings(field.comment)
    seen = {_word(value) for value in field.values} | set(said)
    if len(seen) > MOST_WORDS or any(len(word) > _LONGEST_WORD for word in seen) or not seen:
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["theirs", "ours", "said"])
    for word in sorted(seen):
        writer.writerow([word, canonical_value(said.get(word, word), column) or TODO, said.get(word, "")])
    return text.getvalue()


def _sql(proposal: MatchProposal, tables: dict[str, str]) -> str:
    dataset, place = proposal.dataset, proposal.place
    window = proposal.taken(dataset.window) if dataset.window else None
    times = {
        column.name: _form(proposal, column) for column in dataset.mapped if column.type in (Type.TIMESTAMP, Type.DATE)
    }
    header: dict[str, object] = {"window": dataset.window} if dataset.window else {}
    header |= {"times": times} if times else {}
    header |= {"dialects": [place.dialect]}
    header |= {"translate": tables} if tables else {}
    lines = ["/*", yaml.safe_dump(header, allow_unicode=True, sort_keys=False).rstrip(), "*/"]
    lines.append(f"-- A draft: {dataset.name} {dataset.label} from {one_line(place.name)}. {dataset.meaning}")
    lines += [f"-- {one_line(each)}" for each in (*proposal.because, *place.remarks)]
    if place.hidden:
        lines.append(
            f"-- Not looked at, since they may tell of a person or hold a secret: {one_line(', '.join(place.hidden))}"
        )
    moment, _ = time_sql(window, place) if window else ("NULL", "")
    origin = place.origin
    if place.kind == "logs":
        typed = moment if window else "NULL::TIMESTAMP"
        lines.append(
            f"{place.prelude},\ntold AS (\n    SELECT *, {typed} AS {_MOMENT} FROM {origin}\n),\n"
            f"begun AS (\n    SELECT *, min({_MOMENT}) OVER (PARTITION BY file) AS begins_at FROM told\n)"
        )
        moment, origin = _MOMENT, "begun"
    lines.append("SELECT")
    selected = [_column(proposal, column, moment, tables) for column in dataset.mapped]
    if place.kind == "logs":
        why = f"CASE WHEN {_MOMENT} IS NULL THEN "
        selected.append(
            "    -- A line whose time cannot be read is set aside, on the day on which its file begins.\n"
            f"    {why}'不是日志行' END AS rejected_because"
        )
        selected.append(f"    {why}file || ':' || line_no END AS rejected_at")
    lines += [",\n".join(selected), f"FROM {origin}"]
    if dataset.window:
        bounds = f"{moment} >= :since AND {moment} < :until"
        lines.append(f"WHERE ({bounds} OR {moment} IS NULL)" if place.kind == "logs" else f"WHERE {bounds}")
    else:
        lines.append("-- WHERE ...")
    lines += _filters(proposal)
    return "\n".join(lines) + "\n"


def _form(proposal: MatchProposal, column: Column) -> str:
    if column.type is Type.DATE:
        return "date"
    field = proposal.taken(column.name)
    return time_sql(field, proposal.place)[1] if field else "naive"


def _column(proposal: MatchProposal, column: Column, moment: str, tables: dict[str, str]) -> str:
    """One column with the comment that says why it is what it is."""
    place, dataset = proposal.place, proposal.dataset
    candidates = proposal.columns.get(column.name, ())
    field = proposal.taken(column.name)
    about = [f"{column.name} {column.label}: {column.meaning}"]
    if column.values:
        about.append("one of " + ", ".join(f"{code} {label}" for code, label in column.values.items()))
    if field is not None:
        about.append(f"{field.name}: {_reasons(candidates[0])}")
        others = [each.field.name for each in candidates[1:]]
        about += [f"or else {', '.join(others)}"] if others else []
        sql = _selected(field, column, place)
        if column.type is Type.BOOLEAN and TODO in sql:
            about.append(f"{TODO}: say which values mean yes")
            sql = field.sql
        if column.values and column.name not in tables:
            about.append(f"{TODO}: turn its words into ours, by CASE or by a table of words under translate:")
    elif place.kind == "logs" and column.name == dataset.key[0] and len(dataset.key) == 1:
        about.append("a line has no number of its own: where it stands")
        sql = "file || ':' || line_no"
    else:
        told = ", ".join(f"{each.field.name} ({_reasons(each)})" for each in candidates) or "none was found"
        must = "may stay NULL" if column.nullable else "must not stay NULL"
        about.append(f"{TODO} {must}; candidates: {told}")
        if column.values and not column.nullable:
            about.append(f"where it is always the same, write it, such as '{next(iter(column.values))}'")
        sql = _NULLS.get(place.dialect, "NULL")
    if column.name == dataset.window:
        sql = f"coalesce({moment}, begins_at)" if place.kind == "logs" else moment
    return "\n".join([*(f"    -- {one_line(each)}" for each in about), f"    {sql} AS {column.name}"])


def _selected(field: SourceColumn, column: Column, place: SourceTable) -> str:
    if column.type in (Type.TIMESTAMP, Type.DATE):
        return time_sql(field, place)[0]
    if column.type is Type.BOOLEAN and field.sort is not ColumnType.BOOLEAN:
        said = meanings(field.comment)
        seen = sorted({_word(value) for value in field.values} | set(said))
        known = {value: canonical_value(said.get(value, value), column) for value in seen}
        if not seen or not all(known.values()):
            return TODO
        whens = " ".join(f"WHEN {_literal(value, field)} THEN {int(known[value] == 'yes')}" for value in seen)
        return f"CASE {field.sql} {whens} END"
    if place.kind != "database" and column.type in (Type.INTEGER, Type.NUMBER):
        return f"try_cast({field.sql} AS {'BIGINT' if column.type is Type.INTEGER else 'DOUBLE'})"
    if field.sort is ColumnType.TEXT and (column.nullable or column.is_hashed):
        return f"NULLIF({field.sql}, '')"
    return field.sql


def _filters(proposal: MatchProposal) -> list[str]:
    """Conditions that a comment of the source suggests: of several kinds of rows, one is this dataset's."""
    known = words()["datasets"].get(proposal.dataset.name, frozenset()) | {proposal.dataset.label}
    lines = []
    for field in proposal.place.fields:
        said = meanings(field.comment)
        wanted = [value for value, meaning in said.items() if any(not w.isascii() and w in meaning for w in known)]
        if len(wanted) == 1:
            told = ", ".join(f"{value} {meaning}" for value, meaning in said.items())
            lines.append(f"-- {TODO} only the rows that are meant? {one_line(field.name)} is {one_line(told)}. Then:")
            lines.append(one_line(f"-- AND {field.sql} = {_literal(wanted[0], field)}"))
    return lines


def _literal(value: str, field: SourceColumn) -> str:
    if field.sort in (ColumnType.INTEGER, ColumnType.NUMBER) and value.isdigit():
        return value
    return "'" + value.replace("'", "''") + "'"


def _reasons(candidate: MatchCandidate) -> str:
    return f"{', '.join(candidate.because)}: {candidate.points} points"


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def one_line(text: str) -> str:
    """A text of a source on one line, without what ends a comment or turns the reading direction."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+|\*/|/\*", " ", text)[:500]
