"""Subsystem ``sms``: rules, checks, summary and sentences of the SMS platform."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.sms.checks import CHECKS
from ntanalytics.subsystems.sms.rules import RULES
from ntanalytics.subsystems.sms.section import SECTION
from ntanalytics.subsystems.sms.text import TEXTS

SUBSYSTEM = Subsystem(id="sms", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS, depends_on=("identity",))
