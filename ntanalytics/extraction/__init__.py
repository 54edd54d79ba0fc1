"""Extraction: a window of a mapping → Arrow batches → contract check → days replaced in the lake."""

from __future__ import annotations

from ntanalytics.extraction.extract import Extractor, Progress

__all__ = ["Extractor", "Progress"]
