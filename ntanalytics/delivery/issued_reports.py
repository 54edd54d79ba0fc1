"""Issued reports, read from their manifests alone: a thousand take a fraction of a second."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ntanalytics.delivery.manifest import RENDERINGS, Manifest
from ntanalytics.delivery.report_folder import parse_folder_name
from ntanalytics.errors import BadPeriod
from ntanalytics.periods import Period, parse_period
from ntanalytics.report_files import MANIFEST, parse_manifest
from ntanalytics.reports.renamed import current_state, gaps_of


@dataclass(frozen=True, kw_only=True)
class IssuedReport:
    """Report in the outputs.

    Attributes:
        report: its name.
        title: its Chinese title.
        period: its period.
        parameters: the parameters that differ from their defaults, name → value.
        state: the worst state that it shows; empty if its manifest has none.
        remark: the first remark of its status line, without the mark of the state.
        gaps: the number of gaps in its data.
        version: the number of the publication.
        reason: the reason of a later version, in Chinese; empty for a first one.
        created_at: the moment of the publication (aware).
        renderings: those of ``RENDERINGS`` that it has.
        folder: its folder, relative to the outputs.
    """

    report: str
    title: str
    period: Period
    parameters: Mapping[str, Any]
    state: str
    remark: str
    gaps: int
    version: int
    reason: str = ""
    created_at: dt.datetime
    renderings: tuple[str, ...]
    folder: str


@dataclass(frozen=True)
class UnreadableReport:
    """Folder that is not a readable report, and the reason in Chinese."""

    folder: str
    why: str


#: Folder of a report → the state of its manifest, and the report that this process has read from it.
_read_before: dict[str, tuple[tuple[int, ...], IssuedReport]] = {}


def read_issued_reports(outputs: Path) -> tuple[list[IssuedReport], list[UnreadableReport]]:
    """Return every report in the outputs, and every folder that should be a report and cannot be read.

    Hidden folders (staging, evidence, locks) and symbolic links are skipped. A manifest that has not changed since
    this process has read it is not read again: a run reads those of years while its kernel works.
    """
    issued, unreadable = [], []
    for parent in _folders(outputs):
        for folder in _folders(parent.path):
            report = _read(parent.name, folder.name, folder.path)
            if isinstance(report, IssuedReport):
                issued.append(report)
            else:
                unreadable.append(report)
    return issued, unreadable


def _folders(path: Path | str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            folders = [
                entry for entry in entries if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            ]
    except FileNotFoundError:  # removed meanwhile
        return
    yield from sorted(folders, key=lambda folder: folder.name)


def _read(name: str, folder: str, path: str) -> IssuedReport | UnreadableReport:
    where = f"{name}/{folder}"
    try:
        with open(f"{path}/{MANIFEST}", "rb") as file:  # noqa: PTH123 — paths of a thousand reports take long
            # a network file system may know an old state of a file that is not open
            stat = os.fstat(file.fileno())
            state = stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
            before = _read_before.get(path)
            if before is not None and before[0] == state:
                return before[1]
            report = _issued(parse_manifest(file, stat.st_size), name, folder)
    except FileNotFoundError:
        return UnreadableReport(where, "没有清单 manifest.json")
    except OSError:
        return UnreadableReport(where, "清单不能读取，请检查权限")
    except (BadPeriod, KeyError, TypeError, AttributeError, OverflowError):
        return UnreadableReport(where, "清单缺少应有的内容")
    except (ValueError, RecursionError):
        return UnreadableReport(where, "清单不是完整的 JSON")
    if report is None:
        return UnreadableReport(where, "清单与所在文件夹不符，可能是复制而来")
    _read_before[path] = state, report
    return report


def _issued(manifest: Manifest, name: str, folder: str) -> IssuedReport | None:
    """Return the report of a manifest; None if the manifest is of another folder."""
    text, own_parameters = parse_folder_name(folder)
    if manifest["report"] != name or manifest["period"]["text"] != text:
        return None
    values = manifest["parameters"]
    status = [str(remark) for remark in manifest.get("status", ())]
    created = dt.datetime.fromisoformat(manifest["created_at"])
    return IssuedReport(
        report=name,
        title=str(manifest["title"]),
        period=_period(text),
        parameters={parameter: values[parameter] for parameter in sorted(own_parameters) if parameter in values},
        state=current_state(str(manifest.get("state", ""))),
        remark=status[0].lstrip("■▲○● ") if status else "",
        gaps=len(gaps_of(manifest)),
        version=int(manifest["version"]),
        reason=_reason(manifest),
        created_at=created if created.tzinfo else created.replace(tzinfo=dt.UTC),
        renderings=tuple(rendering for rendering in RENDERINGS if rendering in manifest["artefacts"]),
        folder=f"{name}/{folder}",
    )


@lru_cache(maxsize=4096)
def _period(text: str) -> Period:
    """Return the period of a folder's name, which is never relative; pages of units share theirs."""
    return parse_period(text, dt.date.min + dt.timedelta(days=400))


def _reason(manifest: Manifest) -> str:
    """Return the reason of a later version, in one line; an older manifest gives none."""
    steps = manifest.get("corrects") or ()
    return "".join(str(reason) for reason in steps[-1].get("reasons", ())) if steps else ""
