"""Checks of this machine for ``ntanalytics doctor``: space, fonts, and the browser that prints."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

from ntanalytics.disk_space import MIN_FREE_BYTES
from ntanalytics.errors import FontMissing, PublishError
from ntanalytics.language import tr
from ntanalytics.operations.diagnosis import Diagnosis, State
from ntanalytics.reports.exporters.ofd.fonts import Face, typeface
from ntanalytics.reports.exporters.pdf import VARIABLE, find_browser
from ntanalytics.settings import Settings

#: Free space below which a warning is shown: a month of a large city's lake.
_AMPLE_BYTES = 2 * 2**30

#: Most font families in one line.
_LISTED = 4


def check_machine(settings: Settings) -> Iterator[Diagnosis]:
    """Check the space of lake and outputs, and what the renderings need of this machine."""
    yield from _disk(settings)
    yield _fonts()
    yield _ofd_fonts()
    yield _browser()


def _disk(settings: Settings) -> Iterator[Diagnosis]:
    for name, folder in (("lake", settings.lake), ("outputs", settings.outputs)):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(existing).free
        text = tr("{free:.1f} GiB are free at {existing}", free=free / 2**30, existing=existing)
        if free < MIN_FREE_BYTES:
            yield Diagnosis("disk", name, State.CRITICAL, text, PublishError.exit_code)
        else:
            yield Diagnosis("disk", name, State.OK if free >= _AMPLE_BYTES else State.WARNING, text)


def _fonts() -> Diagnosis:
    """Check that a print on this machine can show Chinese."""
    program = shutil.which("fc-list")
    if program is None:
        return Diagnosis("fonts", "Chinese", State.WARNING, tr("fc-list is not installed: not known (fontconfig)"))
    done = subprocess.run([program, ":lang=zh", "family"], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    families = sorted({line.partition(",")[0] for line in done.stdout.splitlines() if line.strip()})
    if not families:
        text = tr("none: what is printed here shows boxes for Chinese; install e.g. fonts-noto-cjk")
        return Diagnosis("fonts", "Chinese", State.WARNING, text)
    return Diagnosis("fonts", "Chinese", State.OK, ", ".join(families[:_LISTED]))


def _ofd_fonts() -> Diagnosis:
    """Check that the fonts which an OFD file embeds are installed."""
    try:
        names = [typeface(face).name for face in Face]
    except FontMissing as error:
        return Diagnosis("fonts", "OFD", State.WARNING, tr("reports come out without report.ofd: {error}", error=error))
    return Diagnosis("fonts", "OFD", State.OK, ", ".join(names))


def _browser() -> Diagnosis:
    """Check that there is a browser that prints."""
    program = find_browser()
    if program is None:
        text = tr(
            "none: reports come out without report.pdf; install chromium, or name one in ${variable}", variable=VARIABLE
        )
        return Diagnosis("printing", "Chromium", State.WARNING, text)
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    if done.returncode:
        text = tr("{program} cannot be started: reports come out without report.pdf", program=program)
        return Diagnosis("printing", "Chromium", State.WARNING, text)
    return Diagnosis("printing", "Chromium", State.OK, f"{program}: {done.stdout.strip()}")
