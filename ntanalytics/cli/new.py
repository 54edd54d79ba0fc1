"""Commands ``new …``: skeletons of new parts in a checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.scaffold import Scaffold

new = typer.Typer(
    help="Write the skeleton of a new part in a checkout.",
    epilog="Example: ntanalytics new subsystem permits --title 行政审批",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(new, name="new")


@new.callback()
def begin() -> None:
    """Write the skeleton of a new part in a checkout."""


@new.command(epilog="Example: ntanalytics new report module_use --dataset oa.activities")
def report(
    name: Annotated[str, typer.Argument(help="Name of the report: small letters, digits and underscores.")],
    dataset: Annotated[str, typer.Option(help="Dataset that the first version counts.")] = "sms.messages",
    title: Annotated[str, typer.Option(help="Chinese title; default: the title of the dataset.")] = "",
) -> None:
    """Write a report's notebook, its metrics module and the tests of both; they run and pass the house rules.

    CONTRIBUTING.md, "Add a report", describes the next steps.
    """
    from ntanalytics.scaffold import write_report

    for path in write_report(name, dataset, title):
        say(tr("wrote {path}", path=path))


@new.command(epilog="Example: ntanalytics new subsystem permits --title 行政审批")
def subsystem(
    name: Annotated[str, typer.Argument(help="Id of the subsystem: small letters.")],
    title: Annotated[str, typer.Option(help="Chinese name, as the reports show it.")],
) -> None:
    """Write a subsystem that runs: one dataset, its metrics, one rule with its check, a summary, a product and tests.

    It stands in every report at once, as unknown until a site has a source for it.

    Its dataset holds events with an outcome: an example. Replace columns, figures,
    limits and SQL step by step (CONTRIBUTING.md, "Add a subsystem"). No file is
    overwritten; three lists of subsystems get a line.
    """
    from ntanalytics.scaffold import write_subsystem

    _tell(write_subsystem(name, title))
    say(tr("next: 1. columns in ntanalytics/contract/{name}.py, SQL in queries/{name}_database/", name=name))
    say(
        tr(
            "      2. figures in ntanalytics/metrics/{name}/, limits and reason in "
            "ntanalytics/subsystems/{name}/rules.py",
            name=name,
        )
    )
    say(tr("      3. more rules: ntanalytics new rule {name}.<name> --measure {name}_failures", name=name))
    say(tr("      4. make fix docs golden"))


@new.command(epilog="Example: ntanalytics new rule seal.failures --measure signing_failures --warning 20 --critical 50")
def rule(
    code: Annotated[str, typer.Argument(help="Code: <subsystem>.<name>.")],
    measure: Annotated[str, typer.Option(help="Measure that is judged; a metric of the subsystem makes it.")],
    warning: Annotated[float | None, typer.Option(help="Limit of the status warning; default: a first guess.")] = None,
    critical: Annotated[float | None, typer.Option(help="Limit of the status critical; as above.")] = None,
    good: Annotated[str, typer.Option(help="up: more is better; down: less is. Default: the measure's.")] = "",
) -> None:
    """Add a rule with its limits, a check that judges it in the reports, and a test.

    The metric that makes the measure of one dataset is found by itself. A value on
    a limit is still in order. A count is judged by day, a rate in every period. The
    reason is a placeholder: write your own (CONTRIBUTING.md, "Add a rule").
    """
    from ntanalytics.scaffold import LimitOptions, write_rule

    _tell(write_rule(code, measure, LimitOptions(warning, critical, good)))
    subsystem_id, _, name = code.partition(".")
    say(
        tr(
            "next: 1. limits, advice and reason in ntanalytics/subsystems/{subsystem_id}/rules.py, and a cause",
            subsystem_id=subsystem_id,
        )
    )
    say(
        tr(
            "      2. rows that break it in tests/subsystems/{subsystem_id}/test_{name}.py",
            subsystem_id=subsystem_id,
            name=name,
        )
    )
    say(tr("      3. make fix docs golden"))


def _tell(scaffold: Scaffold) -> None:
    """Print the files that were written and changed."""
    for path in scaffold.written:
        say(tr("wrote {path}", path=path))
    for path in scaffold.changed:
        say(tr("added to {path}", path=path))
