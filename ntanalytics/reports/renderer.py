"""Identity of the program that renders: two programs with the same identity make the same files of a record.

A published report is verified for years, and a later version of the suite draws a page in another way. The manifest
keeps the identity, so that a file is only compared with a new rendering where both must be equal.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path

import ntanalytics
from ntanalytics.file_cache import digest_of_code

#: Components whose code and theme a rendering depends on.
_COMPONENTS = ("reports", "findings", "metrics")
_ENDINGS = frozenset((".py", ".j2", ".css", ".js"))

#: Libraries that write the files.
_LIBRARIES = ("fonttools", "jinja2", "markupsafe", "openpyxl", "plotly", "python-docx", "segno")


@cache
def renderer_id() -> str:
    """Return the version of the suite with a digest of the code, the theme and the libraries that render."""
    package = Path(ntanalytics.__file__).parent
    files = (
        path
        for component in _COMPONENTS
        for path in sorted((package / component).rglob("*"))
        if path.suffix in _ENDINGS
    )
    digest = digest_of_code(files, *(f"{name} {version(name)}" for name in _LIBRARIES))
    return f"{ntanalytics.__version__}+{digest[:16]}"
