"""The demo estate: sources in the schemas of real products, filled with a believable city."""

from __future__ import annotations

from ntanalytics.demo.desk_estate import DeskEstate, write_desk_estate
from ntanalytics.demo.estate import Destinations, Estate, plan_reports, write_estate, write_untouched_estate
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.states import compared_days, take_snapshots

__all__ = [
    "DeskEstate",
    "Destinations",
    "Estate",
    "Incident",
    "compared_days",
    "plan_reports",
    "take_snapshots",
    "write_desk_estate",
    "write_estate",
    "write_untouched_estate",
]
