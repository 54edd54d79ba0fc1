"""Tests of the package."""

from __future__ import annotations

from ntanalytics.kernels.skip_grammar_import import skip_grammar_import

# before anything imports nbformat
skip_grammar_import()
