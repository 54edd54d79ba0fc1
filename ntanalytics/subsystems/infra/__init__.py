"""Subsystem ``infra``: hosts, services and backups."""

from __future__ import annotations

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.infra.checks import CHECKS
from ntanalytics.subsystems.infra.rules import RULES
from ntanalytics.subsystems.infra.section import SECTION
from ntanalytics.subsystems.infra.text import TEXTS

SUBSYSTEM = Subsystem(id="infra", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS, depends_on=("identity",))
