"""Kernels forked from a warm process: libraries are imported once, and no run can change the next one.

``papermill --engine ntanalytics-forked`` runs any Python notebook this way (docs/engine.md).
"""

from __future__ import annotations
