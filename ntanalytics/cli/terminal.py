"""Output of the command line; text from outside cannot control the terminal.

The name of a unit or of a file, or a server's message, may hold escape sequences of a terminal, characters that turn
the reading direction, or square brackets that rich takes for markup.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from ntanalytics.redaction import redact

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
