"""Bytes of the OFD file of a record."""

from __future__ import annotations

from ntanalytics.reports.exporters.ofd.contents import set_contents
from ntanalytics.reports.exporters.ofd.package import ofd_archive
from ntanalytics.reports.record import Record


def ofd_bytes(record: Record) -> bytes:
    """Return the OFD file of a record; the same record and fonts give the same bytes.

    Raises:
        FontMissing: a font is not installed on this machine.
    """
    return ofd_archive(record, *set_contents(record))
