"""Keys of a site, which a backup does not hold: the key of the pseudonyms, and secrets in files.

They are written into a folder of their own when a person asks for it: whoever has a backup and its key can test guesses
of addresses (SECURITY.md).
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from ntanalytics.errors import BackupError
from ntanalytics.extraction.pseudonym import KEY_NAME
from ntanalytics.lake import DeltaLake
from ntanalytics.language import tr
from ntanalytics.settings import Settings

#: Name of the key of the pseudonyms in a folder of keys.
PSEUDONYMS = "pseudonym.key"
_SECRETS, _REFERENCES = "secrets", "references.json"


def pseudonym_key(lake: DeltaLake) -> bytes | None:
    """Return the key of the pseudonyms; None before the first extraction.

    Raises:
        BackupError: it cannot be read.
    """
    try:
        return lake.bucket.read(KEY_NAME) if lake.bucket else (lake.folder / KEY_NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BackupError(
            tr("the key of the pseudonyms cannot be read: {error}", error=error), where=lake.address
        ) from error


def save_keys(settings: Settings, lake: DeltaLake, folder: Path) -> list[str]:
    """Write the keys of a site into a folder, readable by its owner only; return their names.

    Raises:
        BackupError: a key cannot be read or written.
    """
    references = sorted(text for text in settings.references | settings.lake_references if text.startswith("file:"))
    names: dict[str, str] = {}
    saved = []
    try:
        (folder / _SECRETS).mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if (key := pseudonym_key(lake)) is not None:
            _write(folder / PSEUDONYMS, key)
            saved.append(PSEUDONYMS)
        for number, reference in enumerate(references, 1):
            file = Path(reference.removeprefix("file:")).expanduser()
            names[reference] = f"{number}-{file.name}"
            _write(folder / _SECRETS / names[reference], file.read_bytes())
            saved.append(reference)
        _write(folder / _REFERENCES, json.dumps(names, ensure_ascii=False, indent=2).encode())
    except OSError as error:
        raise BackupError(tr("the keys cannot be saved: {error}", error=error), where=str(folder)) from error
    return saved


def saved_pseudonym_key(folder: Path, digest: str) -> bytes:
    """Return the key of the pseudonyms from a folder of keys.

    Raises:
        BackupError: it cannot be read, or is of another site than the backup.
    """
    try:
        key = (folder / PSEUDONYMS).read_bytes()
    except OSError as error:
        raise BackupError(
            tr("cannot read the key of the pseudonyms: {error}", error=error), where=str(folder)
        ) from error
    if hashlib.sha256(key).hexdigest() != digest:
        raise BackupError(tr("the key of the pseudonyms is not that of the backup"), where=str(folder / PSEUDONYMS))
    return key


def restore_pseudonym_key(lake: DeltaLake, key: bytes) -> None:
    """Put the key of the pseudonyms beside a restored lake.

    Raises:
        OSError: it cannot be written.
    """
    lake.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    _write(lake.folder / KEY_NAME, key)
    if lake.bucket:
        lake.bucket.put(lake.folder / KEY_NAME, KEY_NAME)


def restore_secrets(folder: Path, home: Path) -> dict[str, str]:
    """Copy the secrets of a folder of keys below the folder of a site; return former → present reference.

    Raises:
        BackupError: a secret cannot be read or written.
    """
    try:
        names: dict[str, str] = json.loads((folder / _REFERENCES).read_bytes())
        present = {}
        for reference, name in names.items():
            target = home / _SECRETS / Path(name).name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(target, (folder / _SECRETS / Path(name).name).read_bytes())
            present[reference] = f"file:{target}"
    except (OSError, ValueError, AttributeError) as error:
        raise BackupError(tr("the keys cannot be read: {error}", error=error), where=str(folder)) from error
    return present


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
