"""Output of the command line; text from outside cannot control the terminal.

The name of a unit or of a file, or a server's message, may hold escape sequences of a terminal, characters that turn
the reading direction, or square brackets that rich takes for markup.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ntanalytics.redaction import redact

if TYPE_CHECKING:
    from ntanalytics.connect import ConnectionReport
    from ntanalytics.extraction.conformance import Conformance
    from ntanalytics.extraction.log_diagnostics import LogCoverage
    from ntanalytics.ledger import ExtractionResult

out = Console()
err = Console(stderr=True)

#: Unicode categories of characters that control a terminal, or that it cannot show: controls, formats (direction
#: marks), lone surrogates, line and paragraph separators.
_CONTROL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def plain(text: object) -> str:
    r"""Return the text without secrets, with escaped control characters (``\x1b``); line breaks stay."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character) not in _CONTROL
        else character.encode("unicode_escape").decode("ascii")
        for character in redact(str(text))
    )


def one_line(text: object) -> str:
    r"""Return the same on one line: line breaks are escaped, too (``\n``)."""
    return plain(text).replace("\n", "\\n")


def show_json(data: object) -> None:
    r"""Print results as JSON; control characters are escaped (``\u009b``)."""
    text = redact(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    shown = "".join(
        json.dumps(char)[1:-1] if char != "\n" and unicodedata.category(char) in _CONTROL else char for char in text
    )
    out.print(JSONHighlighter()(shown), highlight=False, soft_wrap=True)


def say(text: object) -> None:
    """Print a line of results on standard output; a narrow terminal does not cut it."""
    out.print(Text(_indented(text)), highlight=False, soft_wrap=True)


def complain(text: object) -> None:
    """Print a line about a problem on standard error."""
    err.print(Text(_indented(text), style="red"), highlight=False, soft_wrap=True)


def _indented(text: object) -> str:
    """Return the text with indented further lines, so that no server's message looks like one of the program."""
    return re.sub(r"(?<!^)\n(?=\S)", "\n  ", plain(text))


def show_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table of results; a long cell is folded, never cut."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell).replace("\n", " ")) for cell in row))
    out.print(table)


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
    _show_choice(report)
    for path in report.written:
        say(f"wrote {path}")
    if report.kept and not report.written:
        say(f"{report.folder} is there: nothing in it is overwritten")
    _show_states(report)
    if report.problem:
        complain(report.problem)
    _show_next(report)


def _show_next(report: ConnectionReport) -> None:
    """Print what to do next, and the settings if the mapping can be used."""
    if report.fits:
        say("all fits. In ntanalytics.yml:\n")
    elif report.datasets or report.kept or report.written:
        say(f"\nNext: edit {report.folder}, and type the command again.")
        if report.usable:
            say(f"The rows that fit can be taken already ({', '.join(report.usable)}). In ntanalytics.yml:\n")
    if report.usable:
        for line in report.snippet.splitlines():
            say(line)


def _show_choice(report: ConnectionReport) -> None:
    """Print the tables that are not used with the reasons, and the columns whose values were read or not."""
    unlike = [table for table, reason in report.tables.items() if reason.startswith("like none")]
    for table, reason in report.tables.items():
        if table not in unlike and not reason.startswith("used for"):
            say(f"not used: {table}, {reason} (--table {table} uses it)")
    if unlike:
        say(f"like none of our datasets: {', '.join(unlike)}")
    for place, columns in report.values_read.items():
        say(f"values counted in {place}: {', '.join(columns)}")
    for place, columns in report.hidden.items():
        say(f"not looked at in {place}: {', '.join(columns)}")


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


@contextmanager
def progress() -> Iterator[Any]:
    """Yield a function that shows the progress on the terminal; without a terminal it shows nothing."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("…")

        def show(step: str, rows: int) -> None:
            bar.update(task, description=plain(f"{step}  {rows:,}" if rows else step))

        yield show
