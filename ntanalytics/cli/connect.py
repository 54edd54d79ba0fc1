"""Command ``connect``: draft of mappings for a new product."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from ntanalytics.cli.arguments import AsJson, LastDay, days_between
from ntanalytics.cli.program import app
from ntanalytics.cli.results import show_connection
from ntanalytics.cli.terminal import progress, show_json

_Targets = Annotated[list[str], typer.Argument(metavar="URL_OR_FILE...", help="Database URL, workbook, or log files.")]
_Datasets = Annotated[
    list[str] | None, typer.Option("--dataset", help="Dataset to draft; may be repeated; default: the likely ones.")
]
_Tables = Annotated[
    list[str] | None,
    typer.Option(
        "--table", help="Table or sheet to draft from; may be repeated; default: the likeliest with rows, and new ones."
    ),
]
_Folder = Annotated[
    Path | None,
    typer.Option(
        "--dir", help="Parent folder of the product's folder; default: `queries` of the settings, else ./queries."
    ),
]
_Password = Annotated[
    str,
    typer.Option(
        "--password",
        metavar="REFERENCE",
        help="Reference to the password: env:NAME, file:PATH or keyring:SERVICE/USER.",
    ),
]
_FirstDay = Annotated[
    str,
    typer.Option("--from", metavar="DAY", help="First local day of the check; default: the newest day of the data."),
]


@app.command(
    epilog="Example: ntanalytics connect jeecg mysql+pymysql://reader@10.0.0.7/jeecg --password env:JEECG_PASSWORD"
    " --dataset identity.logins. Edit the missing parts and repeat the command; see docs/connecting.md."
)
def connect(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the product, a folder under queries/.")],
    targets: _Targets,
    datasets: _Datasets = None,
    tables: _Tables = None,
    directory: _Folder = None,
    password: _Password = "",
    first: _FirstDay = "",
    last: LastDay = "",
    as_json: AsJson = False,
) -> None:
    """Connect a new product: inspect it, draft its mappings, and list the missing parts.

    Existing files are never overwritten: edit the draft and repeat the command until everything fits. Columns that seem
    to hold secrets, messages or names of people are not read. The exit code is 4 while something is missing.
    """
    from ntanalytics.connect import ConnectionRequest
    from ntanalytics.connect import connect as connect_product

    folder, zone = _site(context, directory)
    today = dt.datetime.now(zone).date()
    request = ConnectionRequest(
        name=name,
        targets=targets,
        folder=folder,
        datasets=datasets or (),
        tables=tables or (),
        password=password,
        zone=zone,
        days=days_between(first, last, today) if first or last else None,
        today=today,
    )
    with progress() as show:
        report = connect_product(request, show)
    if as_json:
        show_json(report.as_data())
    else:
        show_connection(report)
    if not report.fits:
        raise typer.Exit(4)


def _site(context: typer.Context, directory: Path | None) -> tuple[Path, ZoneInfo]:
    """Return the folder of the products and the zone of the site."""
    from ntanalytics.settings import Settings, find_config, load

    config = find_config(context.obj)
    settings = load(config) if context.obj or config.is_file() else Settings(file=config)
    folder = directory or settings.queries or config.parent / "queries"
    if folder.is_absolute() and folder.is_relative_to(Path.cwd()):
        folder = folder.relative_to(Path.cwd())  # shorter to read
    return folder, settings.zone
