"""Results of extraction, of checks of mappings and of connections, printed for a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import complain, say
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.connect import ConnectionReport
    from ntanalytics.extraction.conformance import Conformance
    from ntanalytics.extraction.log_diagnostics import LogCoverage
    from ntanalytics.ledger import ExtractionResult


def _days(result: ExtractionResult) -> str:
    """Return the days of an extraction as text."""
    if result.is_backlog:
        return tr("open before {last}", last=result.last + timedelta(days=1))
    return f"{result.first} … {result.last}"


def show_extraction(results: Iterable[ExtractionResult]) -> None:
    """Print the results of an extraction: counts, reasons of rejected rows, missing days, failures."""
    results = list(results)
    rows = []
    for result in results:
        rejected = tr("by another process") if result.is_claimed_elsewhere else f"{result.rejected.total():,}"
        counts = ("failed", "", "") if result.error else (f"{result.rows_read:,}", rejected, f"{result.rows.total():,}")
        rows.append((result.dataset, result.source, _days(result), *counts, f"{result.seconds:.1f}"))
    show_table((tr("dataset"), tr("source"), tr("days"), tr("read"), tr("rejected"), tr("rows in the lake"), "s"), rows)
    for result in results:
        _show_remarks(result)


def _show_remarks(result: ExtractionResult) -> None:
    """Print what an extraction rejected, masked, replaced, withdrew, missed and kept, and why it failed."""
    name = f"{result.dataset} ← {result.source}"
    for reason, count in result.rejected_by_reason.most_common(5):
        say(tr("  {name}: {count:,} rejected: {reason}", name=name, count=count, reason=reason))
    for column, count in result.masked.most_common():
        say(
            tr(
                "  {name}: {count:,} telephone or identity card number(s) masked in {column}",
                name=name,
                count=count,
                column=column,
            )
        )
    for column, words in result.unknown_values_by_column.items():
        few = ", ".join(f"{word} {rows:,}" for word, rows in words.most_common(5))
        say(
            tr(
                "  {name}: {words:,} with a word of {column} that is not known, kept without it: {few}",
                name=name,
                words=words.total(),
                column=column,
                few=few,
            )
        )
    for reason, count in result.withdrawn.most_common(5):
        say(tr("  {name}: {count:,} case(s) withdrawn: {reason}", name=name, count=count, reason=reason))
    if result.absent_days:
        say(tr("  {name}: no data of {count} day(s)", name=name, count=len(result.absent_days)))
    if result.kept:
        days = ", ".join(map(str, sorted(result.kept)))
        say(tr("  {name}: the source has lost rows of days that stay as they were read: {days}", name=name, days=days))
    if result.error:
        complain(f"{name}: {result.error}")


def show_conformance(report: Conformance) -> None:
    """Print the check of a mapping's rows: reasons with samples, repeated keys, and each column."""
    total = report.rows + sum(report.rejected.values())
    rate = f"{report.seconds:.1f} s ({total / max(report.seconds, 1e-3):,.0f}/s)"
    say(
        tr(
            "\n{dataset} ← {source}: {rows:,} row(s) fit, {rate}",
            dataset=report.dataset,
            source=report.source,
            rows=report.rows,
            rate=rate,
        )
    )
    for reason, rows in report.rejected.items():
        say(tr("  {rows:,} rejected: {reason}", rows=rows, reason=reason))
        for sample in report.samples[reason]:
            say(f"    {sample}")
    for column, values in report.masked.items():
        say(
            tr(
                "  {values:,} telephone or identity card number(s) masked in {column}: the mapping "
                "must not select them",
                values=values,
                column=column,
            )
        )
    for column, rows in report.replaced_words.items():
        say(tr("  {rows:,} with a word of {column} that is not known, kept without it", rows=rows, column=column))
    if report.absent:
        say(tr("  not in the source, so unknown of it: {absent}", absent=", ".join(report.absent)))
    if report.duplicates:
        say(tr("  {duplicates:,} row(s) repeat a key", duplicates=report.duplicates))
    if report.lines is not None:
        _show_lines(report.lines)
    table = []
    for facts in report.columns:
        share = "" if facts.null_share is None else f"{facts.null_share:.1%}"
        unseen = ", ".join(f"{value} {rows:,}" for value, rows in facts.unseen.items())
        table.append((facts.name, share, facts.least, facts.greatest, unseen))
    show_table((tr("column"), tr("null"), tr("least"), tr("greatest"), tr("words never seen before")), table)


def _show_lines(lines: LogCoverage) -> None:
    if lines.unmatched:
        share = lines.unmatched / lines.wanted
        count = tr(
            "{unmatched:,} of {wanted:,} lines ({share:.1%})",
            unmatched=lines.unmatched,
            wanted=lines.wanted,
            share=share,
        )
        say(tr("  {count} match no regular expression of the mapping:", count=count))
        for sample in lines.samples:
            say(f"    {sample}")
    elif lines.lines:
        say(tr("  {lines:,} lines were read", lines=lines.lines))
    if lines.slow:
        say(f"  {lines.slow}")


def show_connection(report: ConnectionReport) -> None:
    """Print the proposals and files of a new connection, and the missing parts by column."""
    for remark in report.remarks:
        say(remark)
    for proposal in report.proposals:
        say(
            tr(
                "proposed {dataset} ← {table}: {reasons}",
                dataset=proposal.dataset.name,
                table=proposal.table.name,
                reasons=", ".join(proposal.reasons),
            )
        )
    _show_choice(report)
    for path in report.written:
        say(tr("wrote {path}", path=path))
    if report.kept and not report.written:
        say(tr("{folder} is there: nothing in it is overwritten", folder=report.folder))
    _show_states(report)
    if report.problem:
        complain(report.problem)
    _show_next(report)


def _show_next(report: ConnectionReport) -> None:
    """Print what to do next, and the settings if the mapping can be used."""
    if report.fits:
        say(tr("all fits. In ntanalytics.yml:\n"))
    elif report.datasets or report.kept or report.written:
        say(tr("\nNext: edit {folder}, and run the command again.", folder=report.folder))
        if report.usable:
            names = ", ".join(report.usable)
            say(tr("The rows that fit can be taken already ({datasets}). In ntanalytics.yml:\n", datasets=names))
    if report.usable:
        for line in report.snippet.splitlines():
            say(line)


def _show_choice(report: ConnectionReport) -> None:
    """Print the tables that are not used with the reasons, and the columns whose values were read or not."""
    unlike = [table for table, reason in report.tables.items() if reason.startswith("like none")]
    for table, reason in report.tables.items():
        if table not in unlike and not reason.startswith("used for"):
            say(tr("not used: {table}, {reason} (--table {table} uses it)", table=table, reason=reason))
    if unlike:
        say(tr("like none of our datasets: {tables}", tables=", ".join(unlike)))
    for place, columns in report.values_read.items():
        say(tr("values counted in {place}: {columns}", place=place, columns=", ".join(columns)))
    for place, columns in report.hidden.items():
        say(tr("not looked at in {place}: {columns}", place=place, columns=", ".join(columns)))


def _show_states(report: ConnectionReport) -> None:
    for state in report.datasets:
        days = f", {state.days[0]} … {state.days[1]}" if state.days else ""
        counts = tr("{rows:,} row(s) fit, {rejected:,} rejected", rows=state.rows, rejected=state.rejected)
        say(f"\n{state.dataset}{days}: {counts}: {tr('all fits') if state.fits else tr('not yet')}")
        for problem in state.problems:
            say(f"  {problem}")
        if state.slow:
            say(f"  {state.slow}")
        rows = ((column.name, column.state, column.problem) for column in state.columns)
        show_table((tr("column"), tr("state"), tr("what")), rows)
