"""The public API for notebooks and analysts: the lake, a report's data, a report's head.

A report notebook opens a period and reads datasets for it::

    from ntanalytics.workspace import open_report

    report = open_report("sms_volume", "2026-W47")
    sms = report.dataset("sms.messages", history=28)
    sms.table      # Ibis: rows of the week
    sms.before     # Ibis: rows of the week before
    report.units().resolve(sms.table)   # the units under their names in the identity system

An analyst opens the lake::

    from ntanalytics.workspace import open_workspace

    lake = open_workspace()
    lake.table("sms.messages", "2026-11-01", "2026-11-22").group_by("carrier").count().to_pandas()
"""

from __future__ import annotations

from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.event_view import EventView
from ntanalytics.workspace.namespaces import Namespace
from ntanalytics.workspace.report import Report, open_report
from ntanalytics.workspace.site import Workspace, open_workspace
from ntanalytics.workspace.snapshot_view import SnapshotView
from ntanalytics.workspace.units import Units

__all__ = [
    "DatasetView",
    "EventView",
    "Namespace",
    "Report",
    "SnapshotView",
    "Units",
    "Workspace",
    "open_report",
    "open_workspace",
]
