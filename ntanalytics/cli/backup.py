"""Command ``backup``: a copy of the whole site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import complain, progress, say, show_json
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.operations.backup.backing_up import BackupResult


_Address = Annotated[
    str,
    typer.Argument(
        metavar="DIR|s3://BUCKET/PREFIX",
        help="Folder or object store of the backups. The key of a store is in AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, the address of an own store in AWS_ENDPOINT_URL.",
    ),
]
_Keys = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Also save the key of the pseudonyms and the secrets in files, into this folder; keep it elsewhere.",
    ),
]


@app.command(epilog="Example: ntanalytics backup /mnt/backup/nantong --keys /media/safe/keys")
def backup(
    context: typer.Context,
    address: _Address,
    keys: _Keys = None,
    verify: Annotated[bool, typer.Option("--verify", help="Read all files of the backup again.")] = False,
    keep_days: Annotated[
        int | None,
        typer.Option(
            "--keep-days",
            min=1,
            metavar="DAYS",
            help="Remove snapshots that are older; the last of each month and the latest 14 stay.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Back up ledger, lake, reports, settings and mappings, while reports run; call it every night.

    Each file is written once, however many backups hold it, and read back. After an interruption, run it again.
    The ledger may be in SQLite, PostgreSQL or MariaDB. `ntanalytics restore` restores the site on another host
    (docs/backup.md).

    Keys are not in the backup: save them once by --keys, in a safe. Secrets in variables or a keyring are not saved.
    """
    from ntanalytics.errors import BackupError
    from ntanalytics.operations.backup.backing_up import back_up
    from ntanalytics.runner import RunContext
    from ntanalytics.settings import find_config, load

    with progress() as show:
        run_context = RunContext(settings=load(find_config(context.obj)), progress=show)
        result = back_up(run_context, address, keys=keys, verify=verify, keep_days=keep_days)
    if as_json:
        _show_json(result)
    else:
        _show(result, keys)
    for problem in result.problems:
        complain(problem)
    if result.problems:
        raise typer.Exit(BackupError.exit_code)


def _show_json(result: BackupResult) -> None:
    snapshot = result.snapshot
    counts = {"files": len(snapshot.files), "bytes": snapshot.size_bytes}
    new: dict[str, object] = {"new_files": result.new_files, "new_bytes": result.new_bytes}
    new["removed"] = list(result.pruned.snapshots)
    ends = {"keys": list(result.keys), "lost": dict(snapshot.lost), "problems": list(result.problems)}
    show_json({"snapshot": snapshot.name, "at": snapshot.created_at, **counts, **new, **ends})


def _show(result: BackupResult, keys: Path | None) -> None:
    snapshot = result.snapshot
    say(
        tr(
            "{snapshot}: {count:,} files, {size_bytes:,.1f} MB",
            snapshot=snapshot.name,
            count=len(snapshot.files),
            size_bytes=snapshot.size_bytes / 1e6,
        )
    )
    say(
        tr(
            "  new: {new_files:,} files, {new_bytes:,.1f} MB, each read back",
            new_files=result.new_files,
            new_bytes=result.new_bytes / 1e6,
        )
    )
    pruned = result.pruned
    if pruned.snapshots or pruned.contents:
        say(
            tr(
                "  removed: {snapshots} snapshot(s); {contents:,} files, {freed:,.1f} MB",
                snapshots=len(pruned.snapshots),
                contents=pruned.contents,
                freed=pruned.freed_bytes / 1e6,
            )
        )
    for table, versions in snapshot.lost.items():
        say(
            tr(
                "  {table}: {count} version(s) that reports were made from were gone before: {versions}",
                table=table,
                count=len(versions),
                versions=versions,
            )
        )
    if result.keys:
        say(tr("  keys, in {keys}: {keys2}", keys=keys, keys2=", ".join(result.keys)))
    elif result.has_key:
        say(tr("  the key of the pseudonyms is not in it: has it been saved by --keys, and is it in a safe?"))
