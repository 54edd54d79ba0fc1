"""Scaffolds: the files of something new, which run and pass the house rules before any change.

There is one module for each thing (``report.py``), with its templates in ``templates/<thing>/``.
"""

from __future__ import annotations

from ntanalytics.scaffold.report import write_report

__all__ = ["write_report"]
