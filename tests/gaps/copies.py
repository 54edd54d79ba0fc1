"""Copies of a site of which one dataset can be damaged, one after another: most of a lake stays as it is."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.gaps.site import GapSite

#: Numbers of the copies: a process keeps what it knows of a lake by the folder.
_numbers = itertools.count()


@contextmanager
def damageable(site: GapSite, dataset: str) -> Iterator[GapSite]:
    """Lend a copy of a site whose files are shared, in which one dataset and all that is no lake can be changed."""
    base = _base(site.folder)
    folder = base.parent / f"site-{next(_numbers)}"
    shutil.copytree(site.folder, folder, ignore=shutil.ignore_patterns("sources", "lake", "outputs"))
    (folder / "sources").symlink_to((site.folder / "sources").resolve())
    lake, aside = folder / "lake", base.parent / "aside"
    aside.mkdir()
    base.rename(lake)
    names = [name for name in (dataset, f"{dataset}.rejects") if (lake / name).exists()]
    for name in names:
        (lake / name).rename(aside / name)
        shutil.copytree(aside / name, lake / name, copy_function=os.link)
    try:
        yield GapSite(folder)
    finally:
        for name in (dataset, f"{dataset}.rejects"):
            shutil.rmtree(lake / name, ignore_errors=True)
        for name in names:
            (aside / name).rename(lake / name)
        lake.rename(base)
        aside.rmdir()
        shutil.rmtree(folder)


@cache
def _base(folder: Path) -> Path:
    """Return a copy of a site's lake for this process, in a folder of its own."""
    place = Path(tempfile.mkdtemp(prefix="copies-", dir=folder.parent))
    shutil.copytree(folder / "lake", place / "lake", copy_function=os.link)
    return place / "lake"
