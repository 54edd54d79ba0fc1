"""Commands about mappings: map check, connect."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.arguments import days_between
from ntanalytics.cli.program import app, mappings
from ntanalytics.errors import UnknownName
from ntanalytics.terminal import progress, show_conformance, show_connected, show_json


@mappings.command(epilog="Example: ntanalytics map check nginx --from 2026-11-20")
def check(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="A folder under queries/.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first local day; default: yesterday.")] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="DAY", help="The last local day, included; default: --from.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Hold what a product's sources give against the contract; nothing is kept.

    Shows why rows are set aside, with samples, repeated keys, ranges, shares of nulls and words never seen before; of
    logs, the lines that no regular expression of the mapping matches, by their shape, and whether it is slow.
    The exit code is 4 when a row does not fit or a key stands twice.
    """
    from ntanalytics.catalog import site_catalog
    from ntanalytics.extraction.conformance import conform
    from ntanalytics.periods import local_window
    from ntanalytics.settings import find_config, load
    from ntanalytics.sources import admit, open_sources

    settings = load(find_config(context.obj))
    yesterday = dt.datetime.now(settings.zone).date() - dt.timedelta(days=1)
    first_day, last_day = days_between(first, last, yesterday)
    sources = [
        source
        for source in open_sources(settings, site_catalog(settings.queries)).values()
        if source.product.name == product
    ]
    if not sources:
        raise UnknownName("product", product, {each.product for each in settings.sources.values()}, where="sources")
    window = local_window(first_day, last_day, settings.zone)
    with progress() as show:
        found = []
        for source in sources:
            for dataset in source.product.datasets:
                show(f"{dataset} ← {source.name}", 0)
                admit(settings, source.name, dt.datetime.now(dt.UTC))
                found.append(conform(source, source.mapping(dataset), *window, settings.zone, with_lines=True))
    if as_json:
        show_json([each.as_data() for each in found])
    else:
        for each in found:
            show_conformance(each)
    if not all(each.conforms for each in found):
        raise typer.Exit(4)


@app.command(
    epilog="Example: ntanalytics connect jeecg mysql+pymysql://reader@10.0.0.7/jeecg --password env:JEECG_PASSWORD"
    " --dataset identity.logins. Edit what it says is missing, and type it again; see docs/connecting.md."
)
def connect(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call the product: a folder under queries/.")],
    targets: Annotated[
        list[str], typer.Argument(metavar="URL_OR_FILE...", help="A database URL, a workbook, or log files.")
    ],
    datasets: Annotated[
        list[str] | None, typer.Option("--dataset", help="Draft this one; may be repeated; default: what is likely.")
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--dir", help="Where the product's folder is; default: `queries` of the settings, else ./queries."
        ),
    ] = None,
    password: Annotated[
        str, typer.Option("--password", metavar="REFERENCE", help="env:NAME, file:PATH or keyring:SERVICE/USER.")
    ] = "",
    first: Annotated[
        str, typer.Option("--from", metavar="DAY", help="Check from this local day; default: the newest of the data.")
    ] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="DAY", help="The last local day, included; default: --from.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Connect a product that nobody foresaw: look at it, draft its mappings, say what is still missing.

    Files that are there are never overwritten: edit the draft and type the command again until all fits. Columns that
    seem to hold secrets, messages or names of people are not read. The exit code is 4 while something is missing.
    """
    from ntanalytics.connect import connect as connected_to
    from ntanalytics.settings import Settings, find_config, load

    config = find_config(context.obj)
    settings = load(config) if context.obj or config.is_file() else Settings(file=config)
    folder = directory or settings.queries or config.parent / "queries"
    if folder.is_absolute() and folder.is_relative_to(Path.cwd()):
        folder = folder.relative_to(Path.cwd())  # as a person would write it
    today = dt.datetime.now(settings.zone).date()
    days = days_between(first, last, today) if first or last else None
    with progress() as show:
        found = connected_to(
            name, targets, folder=folder, datasets=datasets or (), password=password, zone=settings.zone, days=days,
            today=today, show=show,
        )  # fmt: skip
    if as_json:
        show_json(found.as_data())
    else:
        show_connected(found)
    if not found.fits:
        raise typer.Exit(4)
