"""Folder of a product that is being connected: its name, and the files that a draft writes into it."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from ntanalytics.catalog import Catalog
from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.settings import project_dir

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def product_home(folder: Path, name: str) -> Path:
    """Return the product's folder, if the product may have it.

    Args:
        folder: folder of the products.
        name: name of the product.

    Raises:
        UsageError: the name is invalid or that of a built-in product, or the folder exists and is no draft.
    """
    if not _NAME.fullmatch(name):
        what = tr("{name!r} cannot be a product's name", name=name)
        raise UsageError(what, todo=tr("use lower-case letters, digits, - and _, such as jeecg"))
    home = folder / name
    if name in Catalog([project_dir("queries")]) and not home.exists():
        raise UsageError(
            tr("there is a built-in product {name}", name=name), todo=tr("use it as it is, or choose another name")
        )
    if home.exists() and not (home / "source.yml").is_file() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(
            tr("it is there, and no draft: it has no source.yml"), where=str(home), todo=tr("choose another name")
        )
    return home


def write_missing(home: Path, files: dict[str, str], *, is_new: bool) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write the files that are missing; a file that the user may have edited stays as it is.

    Args:
        home: the product's folder.
        files: name → text.
        is_new: True if the folder had no draft before.

    Returns:
        The files that were written, and those that were kept.

    Raises:
        UsageError: a file cannot be written.
    """
    written, kept = [], []
    try:
        home.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = home / name
            if path.exists():
                kept.append(path)
            else:
                path.write_text(text, encoding="utf-8")
                written.append(path)
    except OSError as error:
        raise UsageError(tr("cannot write: {strerror}", strerror=error.strerror), where=str(home)) from error
    return tuple(written), tuple(kept) if is_new else files_of(home, exclude=written)


def files_of(home: Path, exclude: Collection[Path] = ()) -> tuple[Path, ...]:
    """Return the files of a folder, sorted, without some of them; none if there is no such folder."""
    return tuple(path for path in sorted(home.iterdir()) if path not in exclude) if home.is_dir() else ()
