"""A run of docs/connecting.md: its SQL is executed in a database, its files are written, its commands are typed.

Blocks: ``sql`` after no path goes to the database; a block after ``Write `path`:`` is that file; ``console`` holds
commands (``$ …``), each with the output that one sees.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests import warm

#: The server that the document names.
SHOWN = "127.0.0.1:3306"

_BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_WRITE = re.compile(r"Write `([\w./-]+)`:$")
#: Durations, which differ from run to run.
_TOOK = re.compile(r"\d+\.\d s \([\d,]+/s\)|\d+\.\d(?= *$)", re.MULTILINE)


@dataclass(frozen=True)
class Typed:
    """One command.

    Attributes:
        command: its text in the document.
        expected: its output in the document.
        seen: its real output, as the document would show it.
        exit_code: its exit code.
    """

    command: str
    expected: str
    seen: str
    exit_code: int


def follow(document: str, folder: Path, server: str, run_sql: Callable[[str], None]) -> list[Typed]:
    """Run the blocks of the document in order.

    Args:
        document: its text.
        folder: where its files are written and its commands typed.
        server: host and port of the database, in place of the document's.
        run_sql: executes one statement as the database's administrator.
    """
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "110"}
    environment.pop("NTANALYTICS_CONFIG", None)
    typed = []
    for block in _BLOCK.finditer(document):
        text = block["text"]
        if match := _WRITE.search(block["before"]):
            path = folder / match[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(SHOWN, server), encoding="utf-8")
        elif block["kind"] == "sql":
            for statement in text.split(";\n"):
                if statement.strip():
                    run_sql(statement)
        elif block["kind"] == "console":
            for command, expected in re.findall(r"^\$ ([^\n]+)\n((?:(?!\$ )[^\n]*\n)*)", text, re.MULTILINE):
                if command.startswith("export "):
                    name, _, value = command.removeprefix("export ").partition("=")
                    environment[name] = value
                    continue
                program, *arguments = shlex.split(command.replace(SHOWN, server))
                if program == "ntanalytics":
                    done = warm.command(*arguments, cwd=folder, env=environment)
                else:
                    shown = [program, *arguments]
                    done = subprocess.run(shown, cwd=folder, capture_output=True, text=True, check=False)
                seen = (done.stdout + done.stderr).replace(server, SHOWN)
                typed.append(Typed(command, expected, seen, done.returncode))
    return typed


def steady(output: str) -> str:
    """Return an output without durations and without spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in _TOOK.sub("…", output).strip("\n").splitlines())
