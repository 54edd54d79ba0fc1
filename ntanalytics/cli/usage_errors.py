"""Errors of a command line that cannot be read, in the language of the reader: typer has them in English alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from typer import TyperException

from ntanalytics.language import tr

#: Sentences of typer and of pydantic, the longer of two first. What stands for ``{message}`` is one of them, too.
SENTENCES = (
    "Invalid value for {name}: {message}",
    "{message}. Did you mean {commands}?",
    "No such option: {option} (Possible options: {options})",
    "No such option: {option}",
    "Missing argument {name}.",
    "Missing option {name}.",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument(s) ({arguments})",
    "file {file} does not exist.",
    "file {file} is a directory.",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be greater than or equal to {least}",
    "Input should be less than or equal to {most}",
    "Value error, {value} is not one of {choices}.",
)


@contextmanager
def in_language_of_reader() -> Iterator[None]:
    """Put the error of a command line into the language of the reader; it stays the same error.

    Raises:
        TyperException: the command line cannot be read.
    """
    try:
        yield
    except TyperException as error:
        sentence = translated(error.format_message())
        error.format_message = lambda: sentence  # type: ignore[method-assign]
        raise


def translated(text: str) -> str:
    """Return a sentence of typer in the language of the reader; as it is where it is none of :data:`SENTENCES`."""
    for sentence, pattern in _PATTERNS:
        if match := pattern.fullmatch(text):
            values = match.groupdict()
            if "message" in values:
                values["message"] = translated(values["message"])
            return tr(sentence, **values)
    return text


def _pattern(sentence: str) -> re.Pattern[str]:
    """Return the pattern of a sentence: anything may stand in the place of a value."""
    parts = re.split(r"\{(\w+)\}", sentence)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)), re.DOTALL
    )


_PATTERNS = [(sentence, _pattern(sentence)) for sentence in SENTENCES]
