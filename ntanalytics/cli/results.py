"""Results of extraction, of checks of mappings and of connections, printed for a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import complain, say

if TYPE_CHECKING:
    from ntanalytics.connect import ConnectionReport
    from ntanalytics.extraction.conformance import Conformance
    from ntanalytics.extraction.log_diagnostics import LogCoverage
    from ntanalytics.ledger import ExtractionResult


def _days(result: ExtractionResult) -> str:
    """Return the days of an extraction as text."""
    if result.is_backlog:
        return f"open before {result.last + timedelta(days=1)}"
    return f"{result.first} … {result.last}"


def show_extraction(results: Iterable[ExtractionResult]) -> None:
    """Print the results of an extraction: counts, reasons of rejected rows, missing days, failures."""
    results = list(results)
    rows = []
    for result in results:
        rejected = "by another process" if result.is_claimed_elsewhere else f"{result.rejected.total():,}"
        counts = ("failed", "", "") if result.error else (f"{result.rows_read:,}", rejected, f"{result.rows.total():,}")
        rows.append((result.dataset, result.source, _days(result), *counts, f"{result.seconds:.1f}"))
    show_table(("dataset", "source", "days", "read", "rejected", "rows in the lake", "s"), rows)
    for result in results:
        name = f"{result.dataset} ← {result.source}"
        for reason, count in result.rejected_by_reason.most_common(5):
            say(f"  {name}: {count:,} rejected: {reason}")
        for column, count in result.masked.most_common():
            say(f"  {name}: {count:,} telephone or identity card number(s) masked in {column}")
        for column, words in result.unknown_words_by_column.items():
            few = ", ".join(f"{word} {rows:,}" for word, rows in words.most_common(5))
            say(f"  {name}: {words.total():,} with a word of {column} that is not known, kept without it: {few}")
        for reason, count in result.withdrawn.most_common(5):
            say(f"  {name}: {count:,} case(s) withdrawn: {reason}")
        if result.absent_days:
            say(f"  {name}: no data of {len(result.absent_days)} day(s)")
        if result.error:
            complain(f"{name}: {result.error}")


def show_conformance(report: Conformance) -> None:
    """Print the check of a mapping's rows: reasons with samples, repeated keys, and each column."""
    total = report.rows + sum(report.rejected.values())
    rate = f"{report.seconds:.1f} s ({total / max(report.seconds, 1e-3):,.0f}/s)"
    say(f"\n{report.dataset} ← {report.source}: {report.rows:,} row(s) fit, {rate}")
    for reason, rows in report.rejected.items():
        say(f"  {rows:,} rejected: {reason}")
        for sample in report.samples[reason]:
            say(f"    {sample}")
    for column, values in report.masked.items():
        say(f"  {values:,} telephone or identity card number(s) masked in {column}: the mapping must not select them")
    for column, rows in report.replaced_words.items():
        say(f"  {rows:,} with a word of {column} that is not known, kept without it")
    if report.absent:
        say(f"  not in the source, so unknown of it: {', '.join(report.absent)}")
    if report.duplicates:
        say(f"  {report.duplicates:,} row(s) repeat a key")
    if report.lines is not None:
        _show_lines(report.lines)
    table = []
    for facts in report.columns:
        share = "" if facts.null_share is None else f"{facts.null_share:.1%}"
        unseen = ", ".join(f"{value} {rows:,}" for value, rows in facts.unseen.items())
        table.append((facts.name, share, facts.least, facts.greatest, unseen))
    show_table(("column", "null", "least", "greatest", "words never seen before"), table)


def _show_lines(lines: LogCoverage) -> None:
    if lines.unmatched:
        share = lines.unmatched / lines.wanted
        count = f"{lines.unmatched:,} of {lines.wanted:,} lines ({share:.1%})"
        say(f"  {count} match no regular expression of the mapping:")
        for sample in lines.samples:
            say(f"    {sample}")
    elif lines.lines:
        say(f"  {lines.lines:,} lines were read")
    if lines.slow:
        say(f"  {lines.slow}")


def show_connection(report: ConnectionReport) -> None:
    """Print the proposals and files of a new connection, and the missing parts by column."""
    for remark in report.remarks:
        say(remark)
    for proposal in report.proposals:
        say(f"proposed {proposal.dataset.name} ← {proposal.table.name}: {', '.join(proposal.reasons)}")
    for place, columns in report.hidden.items():
        say(f"not looked at in {place}: {', '.join(columns)}")
    for path in report.written:
        say(f"wrote {path}")
    if report.kept and not report.written:
        say(f"{report.folder} is there: nothing in it is overwritten")
    _show_states(report)
    if report.problem:
        complain(report.problem)
    if report.fits:
        say("all fits. In ntanalytics.yml:\n")
        for line in report.snippet.splitlines():
            say(line)
    elif report.datasets or report.kept or report.written:
        say(f"\nNext: edit {report.folder}, and type the command again.")


def _show_states(report: ConnectionReport) -> None:
    for state in report.datasets:
        days = f", {state.days[0]} … {state.days[1]}" if state.days else ""
        counts = f"{state.rows:,} row(s) fit, {state.rejected:,} rejected"
        say(f"\n{state.dataset}{days}: {counts}: {'all fits' if state.fits else 'not yet'}")
        for problem in state.problems:
            say(f"  {problem}")
        if state.slow:
            say(f"  {state.slow}")
        rows = ((column.name, column.state, column.problem) for column in state.columns)
        show_table(("column", "state", "what"), rows)
