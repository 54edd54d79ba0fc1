"""The public face of the suite for notebooks and analysts: the lake, a report's data, its head.

A report notebook opens its period and takes datasets from it::

    from ntanalytics.workspace import open_report

    report = open_report("sms_volume", "2026-W47")
    sms = report.dataset("sms.messages", history=28)
    sms.table      # Ibis: the rows of the week
    sms.before     # Ibis: the rows of the week before
    report.units().resolve(sms.table)   # its units by the identity system's names

An analyst opens the lake::

    from ntanalytics.workspace import open_workspace

    lake = open_workspace()
    lake.table("sms.messages", "2026-11-01", "2026-11-22").group_by("carrier").count().to_pandas()
"""

from __future__ import annotations

from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report, open_report
from ntanalytics.workspace.site import Workspace, open_workspace
from ntanalytics.workspace.units import Units

__all__ = ["DatasetView", "Report", "Units", "Workspace", "open_report", "open_workspace"]
