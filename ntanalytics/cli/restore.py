"""Command ``restore``: a site from its backup, on any host."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say, show_json
from ntanalytics.errors import BadParameter
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.operations.backup.restoring import RestoreResult


_Home = Annotated[
    Path,
    typer.Argument(
        metavar="HOME",
        help="Folder of the restored site. If it has an ntanalytics.yml already, its paths, its ledger and its "
        "store are used; else that of the backup is written there, with all paths below HOME.",
    ),
]

_Keys = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the keys of `backup --keys`.")]
_WithoutKeys = Annotated[bool, typer.Option("--without-keys", help="The keys are lost: addresses get new pseudonyms.")]
_Snapshot = Annotated[str, typer.Option(metavar="NAME", help="Snapshot; default: the last one.")]
_LostAt = Annotated[
    str, typer.Option(metavar="MOMENT", help="When the site was lost, such as 2026-11-23T10:00; default: now.")
]


@app.command(epilog="Example: ntanalytics restore /mnt/backup/nantong /srv/nantong --keys /media/safe/keys")
def restore(
    address: Annotated[str, typer.Argument(metavar="DIR|s3://BUCKET/PREFIX", help="Folder or store of the backups.")],
    home: _Home,
    keys: _Keys = None,
    without_keys: _WithoutKeys = False,
    snapshot: _Snapshot = "",
    lost_at: _LostAt = "",
    as_json: AsJson = False,
) -> None:
    """Restore a site from its backup, and verify it: digests, rows of each table, versions, the chain of the ledger.

    A ledger of an older version is upgraded. Nothing is overwritten: a folder with other content is refused. After an
    interruption, run it again. Start the scheduler afterwards: the next report has the same figures.

    Nothing is sent twice: reports that were due before the site was lost may have been sent after the backup. They are
    issued and listed by `ntanalytics deliver`, which sends one with --again. So name the time of the loss.
    """
    from ntanalytics.operations.backup.restoring import RestoreRequest
    from ntanalytics.operations.backup.restoring import restore as restore_site

    request = RestoreRequest(
        address=address,
        home=home,
        snapshot=snapshot,
        keys=keys,
        may_lack_key=without_keys,
        lost_at=_moment(lost_at) if lost_at else None,
    )
    with progress():
        result = restore_site(request, dt.datetime.now(dt.UTC))
    if as_json:
        _show_json(result)
    else:
        _show(result)


def _show_json(result: RestoreResult) -> None:
    made = result.snapshot
    paths = {"settings": str(result.settings.file), "kept": list(result.kept)}
    state = {"steps": list(result.steps), "missing_secrets": list(result.missing_secrets)}
    rows = {"ledger_rows": dict(made.ledger_rows), "tables": dict(made.tables)}
    show_json({"snapshot": made.name, **paths, **state, "lost_at": result.lost_at.isoformat(), **rows})


def _show(result: RestoreResult) -> None:
    made = result.snapshot
    say(tr("restored {made} of {host}: {file}", made=made.name, host=made.host, file=result.settings.file))
    say(
        tr(
            "  {count:,} files, each compared with its digest; {count2} tables of the lake, and",
            count=len(made.files),
            count2=len(made.tables),
        )
    )
    say(
        tr(
            "  {values:,} rows of the ledger, as many as before; its chain is intact",
            values=sum(made.ledger_rows.values()),
        )
    )
    for step in result.steps:
        say(tr("  the ledger was upgraded: {step}", step=step))
    for file in result.kept:
        say(tr("  stays as it was: {file}", file=file))
    for reference in result.missing_secrets:
        say(tr("  not here yet, make it before you start the scheduler: {reference}", reference=reference))
    say(
        tr(
            "reports due up to {lost_at:%Y-%m-%d %H:%M} UTC that the backup has not as sent are not sent by itself",
            lost_at=result.lost_at,
        )
    )


def _moment(text: str) -> dt.datetime:
    """Return the moment of a text, in the zone of this machine unless it names another."""
    try:
        return dt.datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise BadParameter(
            tr("--lost-at {text!r} is no moment", text=text), todo=tr("write it as 2026-11-23T10:00")
        ) from error
