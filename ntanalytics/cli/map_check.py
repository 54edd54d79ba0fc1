"""Command ``map check``: check of the mappings of a product."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson, LastDay, days_between
from ntanalytics.cli.program import mappings
from ntanalytics.cli.results import show_conformance
from ntanalytics.cli.terminal import progress, show_json
from ntanalytics.errors import UnknownName


@mappings.command(epilog="Example: ntanalytics map check nginx --from 2026-11-20")
def check(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="Name of the product, a folder under queries/.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First local day; default: yesterday.")] = "",
    last: LastDay = "",
    as_json: AsJson = False,
) -> None:
    """Check the data of a product's sources against the contract; nothing is stored.

    Shows the reasons of rejected rows with samples, repeated keys, ranges, shares of nulls and unknown values; for logs
    the lines that no regular expression of the mapping matches, by their shape, and slow expressions. The exit code is
    4 if a row does not fit or a key is repeated.
    """
    from ntanalytics.catalog import current_product_name, site_catalog
    from ntanalytics.extraction.conformance import conform
    from ntanalytics.periods import local_window
    from ntanalytics.settings import find_config, load
    from ntanalytics.sources import check_read_hours, open_sources

    settings = load(find_config(context.obj))
    yesterday = dt.datetime.now(settings.zone).date() - dt.timedelta(days=1)
    first_day, last_day = days_between(first, last, yesterday)
    sources = [
        source
        for source in open_sources(settings, site_catalog(settings.queries)).values()
        if source.product.name == current_product_name(product)
    ]
    if not sources:
        raise UnknownName("product", product, {source.product for source in settings.sources.values()}, where="sources")
    window = local_window(first_day, last_day, settings.zone)
    with progress() as show:
        reports = []
        for source in sources:
            for dataset in source.product.datasets:
                show(f"{dataset} ← {source.name}", 0)
                now, mapping = dt.datetime.now(dt.UTC), source.mapping(dataset)
                check_read_hours(settings, source.name, now)
                reports.append(conform(source, mapping, *window, settings.zone, with_lines=True, taken_at=now))
    if as_json:
        show_json([report.as_data() for report in reports])
    else:
        for report in reports:
            show_conformance(report)
    if not all(report.conforms for report in reports):
        raise typer.Exit(4)
