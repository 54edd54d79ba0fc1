"""The program: its name, its help and where its settings are. The modules beside this one add the commands."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ntanalytics.cli.terminal import one_line

app = typer.Typer(
    name="ntanalytics",
    help="Analytics and reporting suite of a city's e-government work platform.\n\n"
    "Begin with [bold]ntanalytics init DIR[/bold], or look around with [bold]ntanalytics demo[/bold].\n\n"
    "Exit codes: 0 done, 2 usage, 3 settings, 4 mapping, 5 source, 6 lake or ledger, 7 report failed, "
    "8 publishing failed, 9 verification failed, 10 no calendar, 11 something due did not come.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
mappings = typer.Typer(
    help="Work on mappings.",
    epilog="Example: ntanalytics map check nginx",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(mappings, name="map")


def _told(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """An event whose texts hold no secret, nothing that a terminal obeys, and no line break: one event is one line."""
    return {name: one_line(value) if isinstance(value, str) else value for name, value in event.items()}


@app.callback()
def configure(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="The settings; default $NTANALYTICS_CONFIG, else ./ntanalytics.yml."
        ),
    ] = None,
) -> None:
    """Remember where the settings are."""
    import structlog

    # Standard output is for results: what is logged must not stand between the lines of --json.
    structlog.configure(
        processors=[_told, *(each for each in structlog.get_config()["processors"] if each is not _told)],
        # looked up at each event: who calls this program from another one may have closed what it was
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    context.obj = config
