"""What the command line shows: text from outside is shown, and never obeyed.

A unit's name, a file's name or a server's message may hold escape sequences that a terminal would
obey, characters that turn the reading direction, or square brackets that rich takes for markup.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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

#: Unicode categories of characters that a terminal obeys, or cannot show: controls, formats (direction
#: marks), lone surrogates, line and paragraph separators.
_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def plain(text: object) -> str:
    r"""The text with what a terminal would obey written out (``\x1b``), without any secret; line breaks stay."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character) not in _OBEYED
        else character.encode("unicode_escape").decode("ascii")
        for character in redact(str(text))
    )


def one_line(text: object) -> str:
    r"""The same on one line: line breaks are written out, too (``\n``)."""
    return plain(text).replace("\n", "\\n")


def show_json(data: object) -> None:
    r"""Results for a machine; what a terminal would obey is written as JSON writes it (``\u009b``)."""
    text = redact(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    shown = "".join(
        json.dumps(each)[1:-1] if each != "\n" and unicodedata.category(each) in _OBEYED else each for each in text
    )
    out.print(JSONHighlighter()(shown), highlight=False, soft_wrap=True)


def say(text: object) -> None:
    """A line of results: on standard output, whole however narrow the terminal."""
    out.print(Text(_indented(text)), highlight=False, soft_wrap=True)


def complain(text: object) -> None:
    """A line about what went wrong: on standard error."""
    err.print(Text(_indented(text), style="red"), highlight=False, soft_wrap=True)


def _indented(text: object) -> str:
    """The text with its further lines set in: no server's message begins a line that looks like one of ours."""
    return re.sub(r"(?<!^)\n(?=\S)", "\n  ", plain(text))


def show_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table of results; a long cell is folded, never cut."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell).replace("\n", " ")) for cell in row))
    out.print(table)


def show_taken(taken: Iterable[ExtractionResult]) -> None:
    """What an extraction did: counts, why rows were set aside, what was not there, what failed."""
    done = list(taken)
    rows = []
    for each in done:
        aside = "by another process" if each.is_claimed_elsewhere else f"{each.rejected.total():,}"
        counts = (f"{each.rows_read:,}", aside, f"{each.rows.total():,}")
        days = f"{each.first} … {each.last}"
        rows.append(
            (each.dataset, each.source, days, *(("failed", "", "") if each.error else counts), f"{each.seconds:.1f}")
        )
    show_table(("dataset", "source", "days", "read", "set aside", "rows in the lake", "s"), rows)
    for each in done:
        what = f"{each.dataset} ← {each.source}"
        for reason, count in each.rejected_by_reason.most_common(5):
            say(f"  {what}: {count:,} set aside: {reason}")
        for column, count in each.masked.most_common():
            say(f"  {what}: {count:,} telephone or identity card number(s) masked in {column}")
        if each.absent_days:
            say(f"  {what}: no data of {len(each.absent_days)} day(s)")
        if each.error:
            complain(f"{what}: {each.error}")


def show_conformance(found: Conformance) -> None:
    """How a mapping's rows fit the contract: reasons with samples, repeated keys, and each column."""
    seen = found.rows + sum(found.rejected.values())
    rate = f"{found.seconds:.1f} s ({seen / max(found.seconds, 1e-3):,.0f}/s)"
    say(f"\n{found.dataset} ← {found.source}: {found.rows:,} row(s) fit, {rate}")
    for reason, rows in found.rejected.items():
        say(f"  {rows:,} set aside: {reason}")
        for sample in found.samples[reason]:
            say(f"    {sample}")
    for column, values in found.masked.items():
        say(f"  {values:,} telephone or identity card number(s) masked in {column}: the mapping must not select them")
    if found.duplicates:
        say(f"  {found.duplicates:,} row(s) repeat a key")
    if found.lines is not None:
        _show_lines(found.lines)
    table = []
    for each in found.columns:
        share = "" if each.null_share is None else f"{each.null_share:.1%}"
        unseen = ", ".join(f"{word} {rows:,}" for word, rows in each.unseen.items())
        table.append((each.name, share, each.least, each.greatest, unseen))
    show_table(("column", "null", "least", "greatest", "words never seen before"), table)


def _show_lines(read: LogCoverage) -> None:
    if read.unmatched:
        share = read.unmatched / read.wanted
        say(f"  {read.unmatched:,} of {read.wanted:,} lines ({share:.1%}) match no regular expression of the mapping:")
        for sample in read.samples:
            say(f"    {sample}")
    elif read.lines:
        say(f"  {read.lines:,} lines were read")
    if read.slow:
        say(f"  {read.slow}")


def show_connected(found: ConnectionReport) -> None:
    """What was proposed and written, and what is still missing, column by column."""
    for remark in found.remarks:
        say(remark)
    for proposal in found.proposals:
        say(f"proposed {proposal.dataset.name} ← {proposal.table.name}: {', '.join(proposal.reasons)}")
    for table, columns in found.hidden.items():
        say(f"not looked at in {table}: {', '.join(columns)}")
    for path in found.written:
        say(f"wrote {path}")
    if found.kept and not found.written:
        say(f"{found.folder} is there: nothing in it is overwritten")
    _show_states(found)
    if found.problem:
        complain(found.problem)
    if found.fits:
        say("all fits. In ntanalytics.yml:\n")
        for line in found.snippet.splitlines():
            say(line)
    elif found.datasets or found.kept or found.written:
        say(f"\nNext: edit {found.folder}, and type the command again.")


def _show_states(found: ConnectionReport) -> None:
    for state in found.datasets:
        days = f", {state.days[0]} … {state.days[1]}" if state.days else ""
        counts = f"{state.rows:,} row(s) fit, {state.rejected:,} set aside"
        say(f"\n{state.dataset}{days}: {counts}: {'all fits' if state.fits else 'not yet'}")
        for problem in state.problems:
            say(f"  {problem}")
        if state.slow:
            say(f"  {state.slow}")
        show_table(
            ("column", "state", "what"), ((column.name, column.state, column.problem) for column in state.columns)
        )


@contextmanager
def progress() -> Iterator[Any]:
    """What is being done, on the terminal; silent where there is none, since a log wants only results."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("…")

        def show(what: str, rows: int) -> None:
            bar.update(task, description=plain(f"{what}  {rows:,}" if rows else what))

        yield show
