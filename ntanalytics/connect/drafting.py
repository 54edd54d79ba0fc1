"""Draft of a product's folder: source.yml, an SQL file per dataset with every column, and tables of words.

An unknown column is NULL with a TODO, so that the draft loads and its check can list what is missing. Names and
comments of a source may be hostile: names are quoted, comments are put on one line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import yaml

from ntanalytics.connect.draft_columns import TODO, select_column, time_sql, value_words
from ntanalytics.connect.draft_remarks import absent_columns, absent_remark, deletion, filters, grain, one_line
from ntanalytics.connect.matching import MOST_WORDS, MatchProposal, canonical_value, paired_outcome
from ntanalytics.connect.source_table import SourceColumn
from ntanalytics.connect.value_forms import meanings
from ntanalytics.contract import Column, Type
from ntanalytics.language import tr

#: Most characters of a word of an enumeration.
_LONGEST_WORD = 40

#: Column of the time of a log line in the draft's SQL.
_MOMENT = "happened_at"

#: Columns of a draft over logs that reject a line without a time.
_LOG_REJECTS = (
    f"    CASE WHEN {_MOMENT} IS NULL THEN '不是日志行' END AS rejected_because",
    f"    CASE WHEN {_MOMENT} IS NULL THEN file || ':' || line_no END AS rejected_at",
)


def draft(title: str, proposals: Iterable[MatchProposal]) -> dict[str, str]:
    """Return the files of a product's folder: name → text.

    Args:
        title: the product's name for people.
        proposals: one proposal per dataset.
    """
    chosen = list(proposals)
    files = {"source.yml": _source(title, chosen)} if chosen else {}
    for proposal in chosen:
        tables = {
            column.name: text
            for column in proposal.dataset.mapped
            if column.values
            and (source_column := proposal.source_column(column.name))
            and (text := _word_table(source_column, column))
        }
        file_names = {column: _word_table_name(proposal, column, chosen) for column in tables}
        files |= {file_names[column]: text for column, text in tables.items()}
        files[f"{proposal.dataset.name}.sql"] = _sql(proposal, file_names)
    return files


def _source(title: str, proposals: list[MatchProposal]) -> str:
    kind = proposals[0].table.kind
    if kind == "database":
        tables = sorted({proposal.table.name for proposal in proposals})
        needs = tr("SELECT on {tables}; only the columns that the mappings name", tables=", ".join(tables))
    elif kind == "workbook":
        needs = tr("read access to the file")
    else:
        needs = tr("read access to the logs, rotated ones included")
    content = {"title": title, "kind": kind, "needs": one_line(needs)}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _word_table_name(proposal: MatchProposal, column: str, proposals: list[MatchProposal]) -> str:
    """Return the file name of a table of words: the column's, with the dataset's if another dataset has the column."""
    is_shared = any(
        other is not proposal and any(mapped.name == column for mapped in other.dataset.mapped) for other in proposals
    )
    return f"{proposal.dataset.name.replace('.', '_')}_{column}.csv" if is_shared else f"{column}.csv"


def _word_table(source_column: SourceColumn, column: Column) -> str:
    """Return a table of the words in the samples and the comment; empty if they are no enumeration."""
    by_word = meanings(source_column.comment)
    texts = value_words(source_column)
    rows = dict(source_column.counts)
    if len(texts) > MOST_WORDS or any(len(text) > _LONGEST_WORD for text in texts) or not texts:
        return ""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["theirs", "ours", "said", *(["rows"] if rows else [])])
    for text in texts:
        meaning = by_word.get(text, "")
        ours = canonical_value(meaning or text, column) or paired_outcome(text, texts, column) or TODO
        writer.writerow([text, ours, meaning, *([rows.get(text, 0)] if rows else [])])
    return file.getvalue()


def _sql(proposal: MatchProposal, tables: dict[str, str]) -> str:
    """Return the text of a dataset's SQL file; ``tables`` has column → file of its words."""
    dataset, table = proposal.dataset, proposal.table
    is_log = table.kind == "logs"
    window = proposal.source_column(dataset.window) if dataset.window else None
    lines, origin = _header(proposal, tables), table.origin
    moment = time_sql(window, table)[0] if window else "NULL"
    if is_log:
        lines.append(_log_prelude(proposal, moment if window else "NULL::TIMESTAMP"))
        moment, origin = _MOMENT, "dated"
    absent = absent_columns(proposal)
    selected = [_select(proposal, column, moment, tables) for column in dataset.mapped if column.name not in absent]
    withdrawn, deleted, remarks = deletion(proposal)
    rejects: tuple[str, ...] = ()
    if is_log:
        remark = tr("A line whose time cannot be read is rejected, on the day on which its file begins.")
        rejects = (f"    -- {remark}\n{_LOG_REJECTS[0]}", *_LOG_REJECTS[1:])
    lines += ["SELECT", ",\n".join([*selected, *withdrawn, *rejects]), f"FROM {origin}"]
    conditions = deleted
    if dataset.window:
        bound = window.sql if window and table.kind == "database" else moment  # so that an index can be used
        bounds = f"{bound} >= :since AND {bound} < :until"
        conditions = [f"({bounds} OR {moment} IS NULL)" if is_log else bounds, *deleted]
    lines += [f"WHERE {' AND '.join(conditions)}"] if conditions else []
    return "\n".join([*lines, *remarks, *grain(proposal), *filters(proposal)]) + "\n"


def _header(proposal: MatchProposal, tables: dict[str, str]) -> list[str]:
    """Return the YAML comment of the file, and comments on the origin of the draft."""
    dataset, table = proposal.dataset, proposal.table
    times = {
        column.name: _time_form(proposal, column)
        for column in dataset.mapped
        if column.type in (Type.TIMESTAMP, Type.DATE) and column.name not in absent_columns(proposal)
    }
    header: dict[str, object] = {"window": dataset.window} if dataset.window else {}
    header |= {"times": times} if times else {}
    header |= {"dialects": [table.dialect]}
    header |= {"translate": tables} if tables else {}
    absent = absent_columns(proposal)
    header |= {"absent": absent} if absent else {}
    lines = ["/*", yaml.safe_dump(header, allow_unicode=True, sort_keys=False).rstrip(), "*/"]
    what = f"{dataset.name} {dataset.label}"
    lines.append(
        f"-- {tr('A draft: {dataset} from {table}.', dataset=what, table=one_line(table.name))} {dataset.meaning}"
    )
    lines += [f"-- {one_line(remark)}" for remark in (*proposal.reasons, *table.remarks)]
    lines += [absent_remark(proposal, name) for name in absent]
    if table.hidden:
        hidden = one_line(", ".join(table.hidden))
        what = tr("Not read, since they may identify a person or hold a secret: {columns}", columns=hidden)
        lines.append(f"-- {what}")
    return lines


def _log_prelude(proposal: MatchProposal, moment: str) -> str:
    return (
        f"{proposal.table.prelude},\ntimed AS (\n    SELECT *, {moment} AS {_MOMENT} FROM {proposal.table.origin}\n),\n"
        f"dated AS (\n    SELECT *, min({_MOMENT}) OVER (PARTITION BY file) AS begins_at FROM timed\n)"
    )


def _time_form(proposal: MatchProposal, column: Column) -> str:
    if column.type is Type.DATE:
        return "date"
    source_column = proposal.source_column(column.name)
    return time_sql(source_column, proposal.table)[1] if source_column else "naive"


def _select(proposal: MatchProposal, column: Column, moment: str, tables: dict[str, str]) -> str:
    """Return one column of the SELECT, under comments that give its meaning and the reasons."""
    sql, comments = select_column(proposal, column, has_word_table=column.name in tables)
    if column.name == proposal.dataset.window:
        sql = f"coalesce({moment}, begins_at)" if proposal.table.kind == "logs" else moment
    return "\n".join([*(f"    -- {one_line(comment)}" for comment in comments), f"    {sql} AS {column.name}"])
