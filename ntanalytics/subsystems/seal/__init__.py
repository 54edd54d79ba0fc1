"""Subsystem ``seal``: rules, checks, summary and sentences."""

from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.subsystems.seal.checks import CHECKS
from ntanalytics.subsystems.seal.rules import RULES
from ntanalytics.subsystems.seal.section import SECTION
from ntanalytics.subsystems.seal.text import TEXTS

SUBSYSTEM = Subsystem(
    id="seal", rules=RULES, checks=CHECKS, section=SECTION, texts=TEXTS, depends_on=("identity", "sso")
)
