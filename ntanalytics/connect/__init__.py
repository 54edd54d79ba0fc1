"""Connection of an unknown product: profile it, draft its mappings, list what is still missing.

Columns that may be sensitive (``sensitive_columns.py``) are never read.
"""

from __future__ import annotations

from ntanalytics.connect.session import ConnectionReport, ConnectionRequest, connect

__all__ = ["ConnectionReport", "ConnectionRequest", "connect"]
