"""Program ``ntanalytics``: its name, its help and its settings file. The other modules add the commands."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from ntanalytics import event_log
from ntanalytics.cli.groups import SETTINGS_FILE, GroupedCommands
from ntanalytics.cli.terminal import one_line
from ntanalytics.config_file import find_config
from ntanalytics.errors import NtaError
from ntanalytics.kernels.unused_imports import skip_pretty_tracebacks
from ntanalytics.language import ENGLISH, language

app = typer.Typer(
    name="ntanalytics",
    cls=GroupedCommands,
    help="Analytics and reporting suite of a city's e-government work platform.\n\n"
    "Begin with [bold]ntanalytics init DIR[/bold], or try [bold]ntanalytics demo[/bold].\n\n"
    "Exit codes: 0 done, 1 another error, 2 usage, 3 settings, 4 mapping, 5 source, 6 lake or ledger, 7 report failed, "
    "8 publishing failed, 9 verification failed, 10 no calendar, 11 a report is overdue, 12 backup failed.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
mappings = typer.Typer(
    help="Check mappings.", epilog="Example: ntanalytics map check nginx", no_args_is_help=True, rich_markup_mode="rich"
)
app.add_typer(mappings, name="map")
calendars = typer.Typer(
    help="Show the working days of a year, and add the State Council's notice on it.",
    epilog="Example: ntanalytics calendar add notice-2027.txt",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(calendars, name="calendar")


def _safe_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Return an event as one line, without secrets and terminal control characters."""
    return {name: one_line(value) if isinstance(value, str) else value for name, value in event.items()}


def chosen_language(arguments: Sequence[str]) -> str:
    """Return the language of the messages: that of the settings, else that of the environment.

    The help is shown before the settings are read: one line of the file is looked at, and a wrong file is no error yet.
    JSON is for programs, and has the same texts everywhere.
    """
    if "--json" in arguments:
        return ENGLISH
    words = [word for argument in arguments for word in argument.split("=", 1)]
    named = words[words.index(SETTINGS_FILE) + 1 :][:1] if SETTINGS_FILE in words else []
    path = find_config(Path(named[0]) if named else None)
    try:
        line = re.search(r"^language: *[\"']?(zh|en)\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        line = None
    return line[1] if line else language()


def _to_site_log(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write an event to the site's log, too."""
    values = {name: value for name, value in event.items() if name not in ("event", "level", "timestamp")}
    event_log.record(str(event.get("event", "")), str(event.get("level", "info")), **values)
    return event


class _Outputs:
    """The folder of the issued reports, found at the first event: a wrong command needs no settings."""

    def __init__(self, config: Path | None) -> None:
        self._config = config
        self._folder: Path | None = None
        self._is_asked = False

    def __call__(self) -> Path | None:
        from ntanalytics.settings import find_config, load

        if not self._is_asked:
            self._is_asked = True  # reading the settings may log an event, too
            with suppress(NtaError, OSError):
                self._folder = load(find_config(self._config)).outputs.resolve()
        return self._folder


@app.callback()
def configure(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            SETTINGS_FILE, metavar="FILE", help="Settings file; default: $NTANALYTICS_CONFIG, else ./ntanalytics.yml."
        ),
    ] = None,
) -> None:
    """Store the path of the settings file, and begin the log of the command."""
    with skip_pretty_tracebacks():
        import structlog

    event_log.begin(_Outputs(config))
    *others, renderer = structlog.get_config()["processors"]
    others = [step for step in others if step not in (_safe_event, _to_site_log)]
    # Standard output is for results: log lines must not stand between the lines of --json.
    structlog.configure(
        processors=[_safe_event, *others, _to_site_log, renderer],
        # looked up at each event: a program that calls this one may have closed the former stream
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    context.obj = config
    event_log.record("command begins", command=context.invoked_subcommand or "")
