"""Subsystem ``desk``: rules, checks, summary and sentences."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.desk.checks import CHECKS
from ntanalytics.subsystems.desk.rules import RULES
from ntanalytics.subsystems.desk.section import SECTION
from ntanalytics.subsystems.desk.text import TEXTS

SUBSYSTEM = Subsystem(id="desk", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS)
