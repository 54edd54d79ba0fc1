"""What was issued, read from the manifests alone: a thousand reports are looked through in a fraction of a second."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntanalytics.errors import BadPeriod
from ntanalytics.periods import Period, parse_period
from ntanalytics.reports.renamed import current_state, gaps_of

MANIFEST = "manifest.json"

#: The renderings that a reader opens, and what they are called, in the order in which they are offered.
RENDERINGS = {"report.html": "网页", "report.xlsx": "Excel", "report.pdf": "PDF", "report.docx": "Word"}

#: A manifest has some kilobytes; what is larger was not written by us.
_LARGEST = 4 * 2**20


@dataclass(frozen=True)
class IssuedReport:
    """A report that stands in the outputs.

    Attributes:
        report: its name.
        title: its Chinese title.
        period: its period.
        parameters: name → value of each parameter that is not its default.
        state: the worst state that it names; empty when its manifest does not say.
        remark: the first thing that its status line says, without the mark of the state.
        holes: how many things are missing in it.
        version: which publication it is.
        created_at: when it was published.
        renderings: which of ``RENDERINGS`` it has.
        folder: where it stands, relative to the outputs.
    """

    report: str
    title: str
    period: Period
    parameters: Mapping[str, Any]
    state: str
    remark: str
    gaps: int
    version: int
    created_at: dt.datetime
    renderings: tuple[str, ...]
    folder: str


@dataclass(frozen=True)
class UnreadableReport:
    """A folder that is no report that can be read, and why, in Chinese."""

    folder: str
    why: str


def read_issued_reports(outputs: Path) -> tuple[list[IssuedReport], list[UnreadableReport]]:
    """Every report in the outputs, and every folder that should be one and cannot be read.

    Hidden folders (staging, evidence, locks) and symbolic links are passed over.
    """
    issued, unreadable = [], []
    for report in _folders(outputs):
        for folder in _folders(report.path):
            found = _read(report.name, folder.name, Path(folder.path) / MANIFEST)
            if isinstance(found, IssuedReport):
                issued.append(found)
            else:
                unreadable.append(found)
    return issued, unreadable


def _folders(path: Path | str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            found = [each for each in entries if not each.name.startswith(".") and each.is_dir(follow_symlinks=False)]
    except FileNotFoundError:  # removed meanwhile
        return
    yield from sorted(found, key=lambda each: each.name)


def _read(report: str, folder: str, path: Path) -> IssuedReport | UnreadableReport:
    where = f"{report}/{folder}"
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_LARGEST))
        made = _issued(content, report, folder)
    except FileNotFoundError:
        return UnreadableReport(where, "没有清单 manifest.json")
    except OSError:
        return UnreadableReport(where, "清单不能读取，请检查权限")
    except (ValueError, RecursionError):
        return UnreadableReport(where, "清单不是完整的 JSON")
    except (KeyError, TypeError, AttributeError, BadPeriod, OverflowError):
        return UnreadableReport(where, "清单缺少应有的内容")
    if made is None:
        return UnreadableReport(where, "清单与所在文件夹不符，可能是复制而来")
    return made


def _issued(content: Any, report: str, folder: str) -> IssuedReport | None:
    """The report that a manifest tells of; None when it tells of another folder."""
    text, *named = folder.split(",")
    if content["report"] != report or content["period"]["text"] != text:
        return None
    names = [each.partition("=")[0] for each in named]
    values = content["parameters"]
    status = [str(each) for each in content.get("status", ())]
    created = dt.datetime.fromisoformat(content["created_at"])
    return IssuedReport(
        report,
        str(content["title"]),
        parse_period(text, dt.date.min + dt.timedelta(days=400)),  # no relative words stand in a manifest
        {name: values[name] for name in names if name in values},
        current_state(str(content.get("state", ""))),
        status[0].lstrip("■▲○● ") if status else "",
        len(gaps_of(content)),
        int(content["version"]),
        created if created.tzinfo else created.replace(tzinfo=dt.UTC),
        tuple(name for name in RENDERINGS if name in content["artefacts"]),
        f"{report}/{folder}",
    )
