"""Name and place of a site's settings file, found before the libraries that read it are imported."""

from __future__ import annotations

import os
from pathlib import Path

FILE_NAME = "ntanalytics.yml"
ENVIRONMENT = "NTANALYTICS_CONFIG"


def find_config(explicit: Path | None = None) -> Path:
    """Return the settings file: ``explicit``, else $NTANALYTICS_CONFIG, else ./ntanalytics.yml."""
    if explicit is not None:
        return explicit
    return Path(os.environ.get(ENVIRONMENT) or FILE_NAME)
