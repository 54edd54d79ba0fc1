"""Kernels forked from a warm process: its libraries are imported once, and no run can change what the next one finds.

``papermill --engine ntanalytics-forked`` runs any Python notebook so (docs/engine.md).
"""

from __future__ import annotations
