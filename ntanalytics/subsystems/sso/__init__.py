"""Subsystem ``sso``: rules, checks, summary and sentences."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.sso.checks import CHECKS
from ntanalytics.subsystems.sso.rules import RULES
from ntanalytics.subsystems.sso.section import SECTION
from ntanalytics.subsystems.sso.text import TEXTS

SUBSYSTEM = Subsystem(id="sso", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS, depends_on=("identity",))
