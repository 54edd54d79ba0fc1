"""Command ``retention``: removal of items that are too old."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import say, show_json
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.operations.retention import RetentionItem


@app.command(epilog="Example: ntanalytics retention --apply")
def retention(
    context: typer.Context,
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove the items; without this they are only listed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List items that are older than `retention:` of ntanalytics.yml allows, with the reason; remove them with --apply.

    A signed report stays, and so do the data that it was made from (docs/retention.md). `ntanalytics maintain` then
    frees the files of the lake that no report needs.
    """
    from ntanalytics.operations.retention import apply as remove
    from ntanalytics.operations.retention import plan
    from ntanalytics.runner import RunContext
    from ntanalytics.settings import find_config, load

    run_context = RunContext(settings=load(find_config(context.obj)))
    items = plan(run_context)
    if apply:
        remove(run_context, items)
    going = [item for item in items if item.goes]
    if as_json:
        listed = [{**vars(item), "before": item.before.isoformat() if item.before else None} for item in items]
        show_json({"is_applied": apply, "items": listed})
        return
    _show(items, going, is_applied=apply)


def _show(items: Sequence[RetentionItem], going: Sequence[RetentionItem], *, is_applied: bool) -> None:
    """Print every item that is older than the policy, and what goes of them."""
    if items:
        show_table(
            ("", tr("what"), tr("name"), tr("count"), tr("MB"), tr("why")),
            (
                (
                    tr("goes") if item.goes else tr("stays"),
                    item.what,
                    item.name,
                    f"{item.count:,}",
                    "" if item.size_bytes is None else f"{item.size_bytes / 1e6:,.1f}",
                    item.why,
                )
                for item in items
            ),
        )
    size = sum(item.size_bytes or 0 for item in going) / 1e6
    done = tr("removed") if is_applied else tr("would go; --apply does it")
    say(
        tr(
            "{count} of {count2} that are older than the policy, {size:,.1f} MB: {done}",
            count=len(going),
            count2=len(items),
            size=size,
            done=done,
        )
    )
