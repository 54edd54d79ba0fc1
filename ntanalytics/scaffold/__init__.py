"""Scaffolds: the files of something new, which run and pass the house rules before any change.

There is one module for each thing (``report.py``), with its templates in ``templates/<thing>/``.
"""

from __future__ import annotations

from ntanalytics.scaffold.checkout import Scaffold
from ntanalytics.scaffold.report import write_report
from ntanalytics.scaffold.rule import LimitOptions, write_rule
from ntanalytics.scaffold.subsystem import write_subsystem

__all__ = ["LimitOptions", "Scaffold", "write_report", "write_rule", "write_subsystem"]
