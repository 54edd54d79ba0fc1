"""Reports whose units' pages share figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ntanalytics.report_content.adoption.batch import compute_figures
from ntanalytics.report_content.unit_figures import UnitFigures
from ntanalytics.workspace.report import Report

#: Report → function that computes the figures of all units.
FIGURES: Mapping[str, Callable[[Report], UnitFigures]] = MappingProxyType({"oa_adoption": compute_figures})
