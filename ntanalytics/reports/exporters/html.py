"""The page: one HTML file that loads nothing and is readable before any script runs.

Plotly's script is inside, compressed; the browser unpacks it after the page is painted. The page's own policy (CSP)
allows exactly two scripts, by their hashes, and no request.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import string
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from ntanalytics.file_cache import FileCache
from ntanalytics.periods.day_text import issue_number
from ntanalytics.reports import fragments, labels
from ntanalytics.reports.markdown import headings, to_html
from ntanalytics.reports.record import Heading, Record, RecordedBlock
from ntanalytics.reports.status_line import status_line, worst_status

#: Letters of base 85; a comma, which it lacks, stands for ``<``, so that nothing in a text can end or open an element.
_LETTERS = np.frombuffer(
    f"{string.digits}{string.ascii_uppercase}{string.ascii_lowercase}!#$%&()*+-;,=>?@^_`{{|}}~".encode(), "u1"
)
_PLACES = 85 ** np.arange(4, -1, -1, dtype="u4")

#: Name of a file with the packed script: to pack it takes longer than to draw a page.
KEPT = "packed-plotly.jsonl"

_OWN_TEXTS = FileCache(None)
_LEVEL = 6  #: the best level is 3 kB smaller, and slower


def page_text(record: Record) -> str:
    """Return the page of a record; the same record gives the same text."""
    script = (fragments.THEME / "report.js").read_text(encoding="utf-8")
    has_charts = any(block.has_plot for block in record.blocks)
    scripts = [script, plotly_script()] if has_charts else [script]
    policy = (
        f"default-src 'none'; script-src {' '.join(map(_csp_hash, scripts))}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    remarks = status_line(record)
    return fragments.render_page(
        record,
        policy=policy,
        style=Markup(fragments.stylesheet()),  # noqa: S704 — our own file
        script=Markup(script),  # noqa: S704 — our own file
        plotly=packed_plotly() if has_charts else None,
        remarks=remarks,
        worst=worst_status(remarks),
        number=issue_number(record.head.body["period"]["text"]),
        as_of=labels.as_of_line(record.head.body, record.zone),
        contents=contents(record),
        parts=[_part(item, _is_bare(record.items, place)) for place, item in enumerate(record.items)],
        sources=labels.source_section(record.head.body, record.zone),
    )


def contents(record: Record) -> list[tuple[str, str]]:
    """Return the table of contents: (anchor, text) of each section, or of each titled block without sections."""
    sections = [
        (f"s-{number}", text)
        for number, item in enumerate(record.items)
        if isinstance(item, Heading)
        for text in headings(item.markdown)[:1]
    ]
    return sections or [(f"b-{block.id}", block.title) for block in record.blocks if block.title]


def plotly_file() -> Path:
    """Return the file of Plotly's script, as the Python package ships it."""
    return Path(str(files("plotly").joinpath("package_data/plotly.min.js")))


@cache
def plotly_script() -> str:
    """Return Plotly's script."""
    return plotly_file().read_text(encoding="utf-8")


def packed_plotly(kept: FileCache | None = None) -> tuple[int, Markup]:
    """Return Plotly's script, compressed and in base 85 (a fifteenth smaller than base 64), for the page to unpack.

    Args:
        kept: texts of earlier processes, among which it is looked for before it is packed, and which have it from then
            on; None: those of this process.

    Returns:
        The number of compressed bytes, and the text.
    """
    key = _packing()
    for texts in (_OWN_TEXTS, kept or _OWN_TEXTS):
        size, _, letters = (texts.get(key) or "").partition(" ")
        if size.isdecimal() and len(letters) == -(-int(size) // 4) * 5 and "<" not in letters:
            break
    else:
        packed = gzip.compress(plotly_script().encode(), _LEVEL, mtime=0)
        size, letters = str(len(packed)), in_base_85(packed)
        (kept or _OWN_TEXTS).put({key: f"{size} {letters}"})
    _OWN_TEXTS.put({key: f"{size} {letters}"})
    return int(size), Markup(letters)  # noqa: S704 — without "<"; a browser refuses another script by its hash


@cache
def _packing() -> str:
    """Return the digest of the script and of how it is packed."""
    return hashlib.sha256(f"{_LEVEL} {zlib.ZLIB_RUNTIME_VERSION}\n{plotly_script()}".encode()).hexdigest()


def in_base_85(content: bytes) -> str:
    """Return what ``base64.b85encode`` returns of padded content, with commas for ``<``, many times as fast."""
    words = np.frombuffer(content + bytes(-len(content) % 4), ">u4").astype("u4")
    letters: bytes = _LETTERS[words[:, np.newaxis] // _PLACES % 85].tobytes()
    return letters.decode()


@cache
def _csp_hash(script: str) -> str:
    """Return the hash by which a policy names a script: the two are the same in every page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _part(item: RecordedBlock | Heading, is_bare: bool) -> Mapping[str, Any]:
    if isinstance(item, Heading):
        return {"html": to_html(item.markdown), "block": None, "is_bare": is_bare}
    return {"html": "", "block": item, "is_bare": False}


def _is_bare(items: Sequence[RecordedBlock | Heading], place: int) -> bool:
    """Return whether all blocks of the section that begins here have no data: it takes one line a block."""
    section = list(takewhile(lambda item: isinstance(item, RecordedBlock), items[place + 1 :]))
    return bool(section) and all(
        isinstance(item, RecordedBlock)
        and (fragments.is_without_source(item) or (item.kind == "chart" and not item.has_plot))
        for item in section
    )
