"""Subsystem ``identity``: rules, checks, summary and sentences."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.identity.checks import CHECKS
from ntanalytics.subsystems.identity.rules import RULES
from ntanalytics.subsystems.identity.section import SECTION
from ntanalytics.subsystems.identity.text import TEXTS

SUBSYSTEM = Subsystem(id="identity", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS)
