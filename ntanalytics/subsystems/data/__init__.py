"""Subsystem ``data``: whether the data came, complete and in the usual amount."""

from __future__ import annotations

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.data.checks import CHECKS
from ntanalytics.subsystems.data.rules import RULES
from ntanalytics.subsystems.data.text import TEXTS

SUBSYSTEM = Subsystem(id="data", rules=RULES, checks=CHECKS, section=None, texts=TEXTS)
