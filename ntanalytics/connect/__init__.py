"""Connecting a product that nobody foresaw: look at it, draft its mappings, say what is still missing.

A room of its own, beside ``runner``: it needs the contract, the catalog, the sources and the check of
``extraction``, and nothing of reports. What it judges secret (``secrecy.py``) is never read.
"""

from __future__ import annotations

from ntanalytics.connect.session import ConnectionReport, connect

__all__ = ["ConnectionReport", "connect"]
