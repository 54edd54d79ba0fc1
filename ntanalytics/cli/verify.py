"""Command ``verify``: proof that a published report is whole and unaltered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics verify outputs/sms_volume/2026-W47")
def verify(
    context: typer.Context, directory: Annotated[Path, typer.Argument(help="Folder of a published report.")]
) -> None:
    """Prove that a published report is intact: its files say what its record says, and nothing is hidden or changed.

    Page, workbook, Word document and OFD are read and compared with the record, then rendered again and compared part
    by part: a hidden column, a colour or a text outside of the tables is found, too. The manifest must have its own
    digest, and the fields of the record.

    At the site, the ledger proves that this manifest was published: a report replaced together with its manifest is
    found. Elsewhere the answer says that no ledger was at hand. The exit code is 9 for a difference.
    """
    from ntanalytics.reports.verification import verify as prove

    verdict = prove(directory)
    proven, remaining = _by_ledger(context.obj, directory)
    for text in (*verdict.proven, *proven):
        say(f"{directory}: {text}")
    for text in (*verdict.open, *remaining):
        say(tr("{directory}: not proven: {text}", directory=directory, text=text))


def _by_ledger(config: Path | None, directory: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the site's ledger proves of a report, and what it could not prove.

    Raises:
        VerificationFailed: the ledger says otherwise.
        SettingsError: a settings file that was named cannot be used.
    """
    from ntanalytics.errors import LakeError
    from ntanalytics.settings import load

    settings_file = _settings_file(config, directory)
    if settings_file is None:
        return (), (tr("no ledger is at hand: go to the site, or name its settings by --config"),)
    from ntanalytics.ledger import Ledger, ledger_exists
    from ntanalytics.runner.ledger_proof import prove_by_ledger

    url = load(settings_file).ledger
    if not ledger_exists(url):
        return (), (tr("no ledger is at hand: the site of {settings_file} has none yet", settings_file=settings_file),)
    try:
        proven, remaining = prove_by_ledger(Ledger(url), directory)
    except LakeError as error:
        return (), (tr("the ledger cannot be read: {error}", error=error),)
    return tuple(
        tr("{text}, says the ledger of {settings_file}", text=text, settings_file=settings_file) for text in proven
    ), remaining


def _settings_file(config: Path | None, directory: Path) -> Path | None:
    """Return the settings file that was named, or is there, or stands beside the outputs; None if there is none."""
    from ntanalytics.settings import find_config

    if config is not None:
        return config
    beside = [parent / "ntanalytics.yml" for parent in directory.resolve().parents[2:3]]
    return next((path for path in (find_config(), *beside) if path.is_file()), None)
