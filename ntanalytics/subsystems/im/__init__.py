"""Subsystem ``im``: rules, checks, summary and sentences of instant messaging."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.im.checks import CHECKS
from ntanalytics.subsystems.im.rules import RULES
from ntanalytics.subsystems.im.section import SECTION
from ntanalytics.subsystems.im.text import TEXTS

SUBSYSTEM = Subsystem(id="im", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS, depends_on=("identity",))
