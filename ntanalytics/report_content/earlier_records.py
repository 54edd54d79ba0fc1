"""Records of earlier reports of the same kind, as they were published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

from ntanalytics.errors import NtaError
from ntanalytics.report_files import RECORD
from ntanalytics.reports.record import Record, load_record
from ntanalytics.workspace.report import Report

T = TypeVar("T")

#: What an unreadable record raises: its file, or what is taken from it.
_UNREADABLE = (NtaError, OSError, KeyError, TypeError, ValueError)


def earlier_records(
    report: Report, read: Callable[[Record], T], *, before: date, periods: str = "*"
) -> list[tuple[date, T]] | None:
    """Return what the same report said of earlier periods of the same kind, with their last days, oldest first.

    Args:
        report: the report.
        read: function that takes from a record what is asked; one of a record without it raises KeyError.
        before: the day before which these periods end.
        periods: pattern of the names of these periods.

    Returns:
        Nothing in the list if none was issued; None if one of them cannot be read: then nobody knows what was said.
    """
    contents: list[tuple[date, T]] = []
    try:
        for path in sorted(_folder(report).glob(f"{periods}/{RECORD}")):
            record = load_record(path)
            period = record.head.body["period"]
            last = date.fromisoformat(period["last"])
            # a folder of another name was made with parameters, such as --as-of
            is_of_kind = path.parent.name == period["text"] and period["kind"] == report.period.kind
            if is_of_kind and last < before:
                contents.append((last, read(record)))
    except _UNREADABLE:
        return None
    return sorted(contents, key=itemgetter(0))


def published_version(report: Report, read: Callable[[Record], T]) -> T | None:
    """Return what the published version of this very report says; None without a readable one."""
    path = _folder(report) / report.period.text / RECORD
    try:
        return read(load_record(path)) if path.is_file() else None
    except _UNREADABLE:
        return None


def _folder(report: Report) -> Path:
    return report.workspace.settings.outputs / report.name
