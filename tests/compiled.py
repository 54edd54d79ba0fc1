"""SQL that tests have compiled, kept from one run to the next: what the tests ask is the same every time.

A text depends on its expression and on the versions of the libraries (:mod:`ntanalytics.lake.backends.compiled_sql`);
what is kept is that of the compiling modules as they are. That a kept text is that of a fresh compilation is asserted
by the tests of these modules, and for the questions of an inspection by ``lake/backends/test_spark.py``.
"""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

from filelock import FileLock

from ntanalytics.lake import backends
from ntanalytics.lake.backends.compiled_sql import FILE

_HOME = Path(__file__).parents[1] / ".pytest_cache" / "compiled"

#: A file is begun anew beyond this size: each process that opens a lake reads it.
_MOST_BYTES = 8 << 20


@cache
def _home() -> Path:
    """Return the folder for the compiling modules as they are; those of others are removed."""
    [place] = backends.__path__
    content = b"".join(path.read_bytes() for path in sorted(Path(place).glob("*.py")))
    home = _HOME / hashlib.sha256(content).hexdigest()[:16]
    if not home.exists():
        shutil.rmtree(_HOME, ignore_errors=True)
    return home


def folder(name: str) -> Path:
    """Return the folder of a kept file, which is begun anew if it is too large."""
    place = _home() / name
    place.mkdir(parents=True, exist_ok=True)
    file = place / FILE
    if file.exists() and file.stat().st_size > _MOST_BYTES:
        file.unlink(missing_ok=True)
    return place


def add(origin: Path, target: Path) -> None:
    """Add the texts of one folder's file to that of another."""
    given, file = origin / FILE, target / FILE
    if not given.exists():
        return
    target.mkdir(parents=True, exist_ok=True)
    with FileLock(target / f"{FILE}.lock"):
        known = set(file.read_bytes().splitlines()) if file.exists() else set()
        new = [line for line in given.read_bytes().splitlines() if line not in known]
        with file.open("ab") as opened:
            opened.write(b"".join(line + b"\n" for line in new))
        file.chmod(0o640)
