"""Restoration of a site from a backup, on any host and with other paths.

Files are written first, each compared with its digest; the ledger follows when the lake and the reports are proven, and
the settings last: a scheduler that is started too early finds no site. Broken off, it is typed again and goes on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ntanalytics.disk_space import disk_error
from ntanalytics.errors import BackupError, LakeError, SecretMissing
from ntanalytics.lake import DeltaLake
from ntanalytics.language import tr
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.copying import is_empty, load_ledger
from ntanalytics.ledger.relocation import relocate
from ntanalytics.ledger.upgrading import plan_upgrade, upgrade_ledger
from ntanalytics.operations.backup import keys as site_keys
from ntanalytics.operations.backup.placing import place_lake, place_outputs, place_site_files, prove_lake
from ntanalytics.operations.backup.repository import Repository
from ntanalytics.operations.backup.site_files import relocated_settings
from ntanalytics.operations.backup.snapshot import Snapshot
from ntanalytics.settings import FILE_NAME, Settings, load, read_secret

#: Settings until the site is complete.
_DRAFT = ".ntanalytics.yml.restoring"


@dataclass(frozen=True, kw_only=True)
class RestoreRequest:
    """Wish for a restoration.

    Attributes:
        address: folder of the backups, or ``s3://BUCKET/PREFIX``.
        home: folder of the restored site; if it has settings, their paths are used.
        snapshot: name of the snapshot; empty: the last one.
        keys: folder of the keys; None: without.
        may_lack_key: whether the site may go on with another key of pseudonyms.
        lost_at: moment (aware) at which the site was lost; None: now.
    """

    address: str
    home: Path
    snapshot: str = ""
    keys: Path | None = None
    may_lack_key: bool = False
    lost_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RestoreResult:
    """Restoration that was done and proven.

    Attributes:
        snapshot: the snapshot.
        settings: the settings of the restored site.
        steps: steps of the ledger's upgrade to this version of the suite.
        broken_runs: number of runs that the lost site was at.
        kept: files of the site that were there, and stay as they are.
        missing_secrets: references to secrets that cannot be read here.
        lost_at: moment at which the site was lost.
    """

    snapshot: Snapshot
    settings: Settings
    steps: tuple[str, ...]
    broken_runs: int
    kept: tuple[str, ...]
    missing_secrets: tuple[str, ...]
    lost_at: dt.datetime


def restore(request: RestoreRequest, now: dt.datetime) -> RestoreResult:
    """Restore a site, and prove it by the figures of the snapshot.

    Args:
        request: the wish.
        now: the present moment (aware).

    Raises:
        BackupError: there is no such snapshot, a content is damaged, a key is missing, something else is in the place
            of the site, or the restored site differs from the backup.
        LakeError: the lake or the ledger cannot be written, or there is a ledger already.
        DiskError: a file cannot be written.
    """
    repository = Repository(request.address)
    snapshot = repository.load(_name_of(repository, request.snapshot))
    home, lost_at = request.home.resolve(), request.lost_at or now
    key = _key(request, snapshot)
    steps: tuple[str, ...] = ()
    broken, kept = 0, list[str]()
    try:
        file = _settings_file(repository, snapshot, home, request.keys)
        settings = load(file)
        if not _is_loaded(snapshot, settings):
            lake = DeltaLake.of(settings)
            place_outputs(repository, snapshot, settings.outputs)
            place_lake(repository, snapshot, lake)
            prove_lake(snapshot, lake)
            kept = place_site_files(repository, snapshot, settings)
            if key is not None:
                site_keys.restore_pseudonym_key(lake, key)
            steps, broken = _restore_ledger(repository, snapshot, settings, lost_at)
        _prove_chain(settings)
        if file.name == _DRAFT:
            file.replace(home / FILE_NAME)
        settings = load(home / FILE_NAME)
    except OSError as error:
        raise disk_error(error, home) from error
    return RestoreResult(
        snapshot=snapshot,
        settings=settings,
        steps=steps,
        broken_runs=broken,
        kept=tuple(kept),
        missing_secrets=_missing_secrets(settings),
        lost_at=lost_at,
    )


def _is_loaded(snapshot: Snapshot, settings: Settings) -> bool:
    """Return True if a restoration of this snapshot was broken off after its ledger was in place.

    Raises:
        BackupError: there is another ledger.
    """
    if is_empty(settings.ledger):
        return False
    if settings.file.name == _DRAFT:
        restored = Ledger(settings.ledger).audit.events(["restore"], limit=1)
        if restored and restored[0].details.get("snapshot") == snapshot.name:
            return True
    raise BackupError(
        tr("there is a ledger already: nothing was changed"),
        where=settings.ledger,
        todo=tr("restore into a new folder, or name an empty database under `ledger:`"),
    )


def _name_of(repository: Repository, wanted: str) -> str:
    names = repository.snapshots()
    if not names:
        raise BackupError(
            tr("there is no snapshot"), where=repository.address, todo=tr("is this the folder of the backups?")
        )
    if wanted and wanted not in names:
        raise BackupError(
            tr("there is no snapshot {wanted}", wanted=wanted),
            where=repository.address,
            todo=tr("the last: {names}", names=names[-1]),
        )
    return wanted or names[-1]


def _key(request: RestoreRequest, snapshot: Snapshot) -> bytes | None:
    """Return the key of the pseudonyms; None where the lost site had none, or goes on with another."""
    digest = snapshot.keys.get(site_keys.PSEUDONYMS)
    if digest is None or (request.keys is None and request.may_lack_key):
        return None
    if request.keys is None:
        raise BackupError(
            tr("the site has a key of pseudonyms, which is not in the backup"),
            where=request.address,
            todo=tr(
                "name the folder of the keys by --keys DIR. If they are lost, --without-keys: "
                "addresses get other pseudonyms then, and who was seen before and after is counted "
                "twice"
            ),
        )
    return site_keys.saved_pseudonym_key(request.keys, digest)


def _settings_file(repository: Repository, snapshot: Snapshot, home: Path, keys: Path | None) -> Path:
    """Return the file of the settings: the operator's if there is one, else a draft of the lost site's."""
    if (home / FILE_NAME).exists():
        return home / FILE_NAME
    draft = home / _DRAFT
    saved = snapshot.of_area("site").get(snapshot.site_files.get("settings", ""))
    if saved is None:
        raise BackupError(
            tr("the backup has no settings"), where=snapshot.name, todo=tr("write {home}", home=home / FILE_NAME)
        )
    repository.fetch(saved.sha256, draft)
    secrets = site_keys.restore_secrets(keys, home) if keys else {}
    text = relocated_settings(draft.read_text(encoding="utf-8"), secrets)
    draft.write_text(text, encoding="utf-8")
    return draft


def _restore_ledger(
    repository: Repository, snapshot: Snapshot, settings: Settings, lost_at: dt.datetime
) -> tuple[tuple[str, ...], int]:
    """Prove the ledger of the backup, bring it to this version, prepare it for this host, and put it in place."""
    file = snapshot.of_area("ledger")["ledger.sqlite"]
    with TemporaryDirectory(prefix="ntanalytics-restore-") as folder:
        copy = Path(folder) / "ledger.sqlite"
        repository.fetch(file.sha256, copy)
        url = f"sqlite:///{copy}"
        _require_equal(tr("rows of the ledger"), dict(snapshot.ledger_rows), dict(plan_upgrade(url).rows))
        plan, _rows = upgrade_ledger(url)
        ledger = Ledger(url)
        entries, problems = ledger.chain.verify()
        if problems:
            raise BackupError(
                tr("the chain of the ledger is broken: {problems}", problems="; ".join(problems)), where=snapshot.name
            )
        if not plan.steps:
            _require_equal(tr("entries of the chain"), snapshot.ledger_entries, entries)
        broken = relocate(url, Path(snapshot.outputs), settings.outputs)
        window = {"backup_at": snapshot.created_at, "lost_at": lost_at.isoformat(timespec="seconds")}
        ledger.audit.record("restore", str(settings.file.parent), {"snapshot": snapshot.name, **window})
        load_ledger(copy, settings.ledger)
        after = plan_upgrade(settings.ledger).rows
        _require_equal(tr("rows of the restored ledger"), dict(plan_upgrade(url).rows), dict(after))
    return plan.steps, broken


def _prove_chain(settings: Settings) -> None:
    _, problems = Ledger(settings.ledger).chain.verify()
    if problems:
        raise LakeError(
            tr("the chain of the restored ledger is broken: this database keeps times less exactly than the lost one"),
            where=problems[0],
            todo=tr("restore into SQLite or PostgreSQL"),
        )


def _require_equal(what: str, before: object, after: object) -> None:
    if before != after:
        raise BackupError(
            tr("{what} differ: {before} in the backup, {after} here", what=what, before=before, after=after),
            todo=tr("take an earlier snapshot"),
        )


def _missing_secrets(settings: Settings) -> tuple[str, ...]:
    missing = []
    for reference in sorted(settings.references | settings.lake_references):
        try:
            read_secret(reference, where="")
        except SecretMissing:
            missing.append(reference)
    return tuple(missing)
