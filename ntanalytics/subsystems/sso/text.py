"""Sentences of single sign-on by rule code; the general ones serve all of its rules."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.findings.text import Texts

TEXTS: Texts = MappingProxyType({})
