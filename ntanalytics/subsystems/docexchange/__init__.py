"""Subsystem ``docexchange``: rules, checks, summary and sentences."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.docexchange.checks import CHECKS
from ntanalytics.subsystems.docexchange.rules import RULES
from ntanalytics.subsystems.docexchange.section import SECTION
from ntanalytics.subsystems.docexchange.text import TEXTS

SUBSYSTEM = Subsystem(
    id="docexchange", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS, depends_on=("identity", "sso")
)
