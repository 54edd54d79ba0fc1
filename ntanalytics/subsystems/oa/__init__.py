"""Subsystem ``oa``: rules, checks, summary and sentences."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.oa.checks import CHECKS
from ntanalytics.subsystems.oa.rules import RULES
from ntanalytics.subsystems.oa.section import SECTION
from ntanalytics.subsystems.oa.text import TEXTS

SUBSYSTEM = Subsystem(id="oa", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS, depends_on=("identity", "sso"))
