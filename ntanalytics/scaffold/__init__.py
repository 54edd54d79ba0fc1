"""Scaffolds: a new report's files, which run and pass the house rules before a word of them is changed."""

from __future__ import annotations

from ntanalytics.scaffold.report import write_report

__all__ = ["write_report"]
