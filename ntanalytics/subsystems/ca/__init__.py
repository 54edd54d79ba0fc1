"""Subsystem ``ca``: rules, checks, summary and sentences."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.ca.checks import CHECKS
from ntanalytics.subsystems.ca.rules import RULES
from ntanalytics.subsystems.ca.section import SECTION
from ntanalytics.subsystems.ca.text import TEXTS

SUBSYSTEM = Subsystem(id="ca", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS, depends_on=("identity",))
