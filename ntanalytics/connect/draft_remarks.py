"""Remarks of a draft on the rows of its table: deleted ones, their grain, other kinds of rows, and absent columns."""

from __future__ import annotations

import re

from ntanalytics.connect.draft_columns import TODO
from ntanalytics.connect.flags import counts_text, is_deletion_mark, kept_condition, sql_literal
from ntanalytics.connect.matching import MatchProposal, words
from ntanalytics.connect.sensitive_columns import name_parts
from ntanalytics.connect.value_forms import meanings
from ntanalytics.contract import Kind, Privacy
from ntanalytics.language import tr

#: Names of columns with the login of an account, or else with a person's name.
_LOGIN = re.compile("user(name|code|account)|login(name|id)|opername|account")


def absent_columns(proposal: MatchProposal) -> list[str]:
    """Return the columns that may be null and have no likely source: unknown of the product, not null in each row."""
    dataset = proposal.dataset
    return [
        column.name
        for column in dataset.mapped
        if column.nullable
        and column.name not in (dataset.time, dataset.window)
        and proposal.source_column(column.name) is None
    ]


def deletion(proposal: MatchProposal) -> tuple[list[str], list[str], list[str]]:
    """Return what logically deleted rows need: columns to select, conditions, and comments."""
    columns: list[str] = []
    conditions: list[str] = []
    remarks: list[str] = []
    for mark in filter(is_deletion_mark, proposal.table.columns if proposal.table.kind == "database" else ()):
        counts = f" ({one_line(counts_text(mark))})" if mark.counts else ""
        remark = tr("{column} marks deleted rows", column=one_line(mark.name)) + counts
        kept = kept_condition(mark)
        if proposal.dataset.kind is Kind.EVENT:
            remarks.append(f"-- {remark}: {tr('what happened is counted all the same')}")
        elif not kept:
            remarks.append(f"-- {TODO}: {remark}; {tr('leave out those that are deleted')}")
        elif proposal.dataset.kind is Kind.CASE and not columns:
            columns.append(
                f"    -- {remark}: {tr('such a case leaves the lake')}\n"
                f"    CASE WHEN NOT ({kept}) THEN '已删除' END AS withdrawn_because"
            )
        elif proposal.dataset.kind is Kind.STATE:
            conditions.append(kept)
            remarks.append(f"-- {remark}: {tr('they are left out')}")
    return columns, conditions, remarks


def grain(proposal: MatchProposal) -> list[str]:
    """Return comments on the rows of a dataset that counts within an hour or a minute."""
    dataset = proposal.dataset
    column = next((column for column in dataset.mapped if column.grain), None)
    if column is None or column.grain is None or dataset.counts:
        return []
    key, grain = ", ".join(dataset.key), {"hour": tr("hour"), "minute": tr("minute")}[column.grain]
    first = tr("one row stands for a {grain}: group by {key},", grain=grain, key=key)
    second = tr(
        "with {column} cut to the {grain}, and count or add up the other columns", column=column.name, grain=grain
    )
    return [f"-- {TODO}: {first}", f"-- {second}"]


def absent_remark(proposal: MatchProposal, name: str) -> str:
    """Return a comment on a column that a draft lists as absent, with its candidates."""
    column = proposal.dataset.column(name)
    names = ", ".join(candidate.column.name for candidate in proposal.candidates.get(name, ()))
    remark = tr("perhaps {columns}", columns=names) if names else tr("no column is like it")
    logins = ", ".join(name for name in proposal.table.hidden if _LOGIN.search("".join(name_parts(name))))
    if column.privacy is Privacy.PSEUDONYM and logins:
        remark = tr(
            "perhaps {columns}, which was not looked at: only if it is a login, and no person's name", columns=logins
        )
    return f"-- {tr('Absent, until you select it:')} {name} {column.label} ({one_line(remark)})"


def filters(proposal: MatchProposal) -> list[str]:
    """Return conditions that a comment suggests: of several kinds of rows, one belongs to the dataset."""
    known = words()["datasets"].get(proposal.dataset.name, frozenset()) | {proposal.dataset.label}
    lines = []
    for column in proposal.table.columns:
        kinds = meanings(column.comment)
        hits = [value for value, kind in kinds.items() if any(not word.isascii() and word in kind for word in known)]
        if len(hits) == 1:
            listed = ", ".join(f"{value} {kind}" for value, kind in kinds.items())
            asked = tr(
                "only the rows that are meant? {column} is {kinds}. Then:",
                column=one_line(column.name),
                kinds=one_line(listed),
            )
            lines.append(f"-- {TODO} {asked}")
            lines.append(one_line(f"-- AND {column.sql} = {sql_literal(hits[0], column)}"))
    return lines


def one_line(text: str) -> str:
    """Return a text of a source on one line, without ends of comments and marks that turn the reading direction."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+|\*/|/\*", " ", text)[:500]
