"""Command ``history``: past events of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson, as_day
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import say, show_json
from ntanalytics.errors import UnknownName, VerificationFailed
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.ledger import Ledger
    from ntanalytics.ledger.history import Entry
    from ntanalytics.settings import Settings


@app.command(epilog="Example: ntanalytics history --kind run --report sms_volume --since 2026-11-01")
def history(
    context: typer.Context,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            help="Kind of event: run, scheduled-run, correction, extraction, extract, delivery, notice, settings, "
            "backfill, retention, maintain, remark, backup, restore or upgrade; may be repeated; default: all but "
            "extraction.",
        ),
    ] = None,
    report: Annotated[str, typer.Option(help="Only events of this report.")] = "",
    since: Annotated[str, typer.Option(metavar="DAY", help="Only events since this local day.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Number of events, newest first.")] = 20,
    verify: Annotated[
        bool, typer.Option("--verify", help="List nothing: compare the ledger's chain with its rows and anchors.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List past events with their actors: runs, extractions, deliveries, changed settings and more.

    They are stored in the ledger, whose audit trail is append-only and chained (docs/audit.md). With --verify each row
    that was changed, removed or inserted is named, and the exit code is 9 if there is one.
    """
    from ntanalytics.ledger import Ledger
    from ntanalytics.ledger.history import KINDS
    from ntanalytics.runner.notebooks import report_names
    from ntanalytics.settings import find_config, load

    for kind in kinds or ():
        if kind not in KINDS:
            raise UnknownName("kind", kind, list(KINDS))
    settings = load(find_config(context.obj))
    if verify:
        _verify(Ledger(settings.ledger), settings.outputs, as_json=as_json)
        return
    begin = dt.datetime.combine(as_day(since, "--since"), dt.time(), settings.zone) if since else None
    wanted = kinds or [kind for kind in KINDS if kind != "extraction"]  # a run has a dozen of them
    entries = Ledger(settings.ledger).history(wanted, report=report, since=begin, limit=limit)
    if report and not entries and report not in (names := report_names()):
        raise UnknownName("report", report, names)  # one that was removed has its events
    if as_json:
        show_json([entry.as_data() for entry in entries])
        return
    _show(entries, settings)


def _show(entries: Sequence[Entry], settings: Settings) -> None:
    """Print the entries; what is beside the reports is named from there."""
    here = f"{settings.outputs.resolve().parent}/"
    rows = []
    for entry in entries:
        at, subject = f"{entry.at.astimezone(settings.zone):%Y-%m-%d %H:%M}", f"{entry.subject} {entry.period}".strip()
        subject, summary = subject.removeprefix(here), entry.summary.removeprefix(here)
        rows.append((at, entry.kind, subject, entry.status, entry.actor_label, summary))
    details = (tr("who"), tr("where or why"))
    show_table((tr("when"), tr("kind"), tr("of what"), tr("status"), *details), rows, details=details)


def _verify(ledger: Ledger, outputs: Path, *, as_json: bool) -> None:
    """Print what the chain proves.

    Raises:
        VerificationFailed: the ledger was changed.
    """
    from ntanalytics.runner.ledger_proof import verify_history

    entries, anchors, problems = verify_history(ledger, outputs)
    last = ledger.chain.anchor()
    digest = last.sha256 if last else ""
    if as_json:
        show_json({"entries": entries, "sha256": digest, "anchors": anchors, "problems": problems})
    else:
        say(
            tr(
                "{entries} entries, the last with SHA-256 {digest}; {anchors} anchor(s) in the outputs agree",
                entries=entries,
                digest=digest or tr("(none)"),
                anchors=anchors,
            )
        )
    if problems:
        listed = "\n  ".join(problems)
        raise VerificationFailed(
            tr("the ledger was changed:\n  {listed}", listed=listed), todo=tr("compare with a backup of the ledger")
        )
