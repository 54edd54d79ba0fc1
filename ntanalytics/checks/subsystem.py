"""Subsystem: the record by which a slice enters every report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ntanalytics.checks.check import Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.text import RuleText


@dataclass(frozen=True, kw_only=True)
class Section:
    """The summary of a subsystem in any report.

    Attributes:
        summarize: makes the summary, which the findings do not change; called only where each dataset of ``requires``
            has a source.
        lead: the measure that stands for the subsystem.
        reads: dataset → days of history that ``summarize`` reads.
        requires: datasets without which there is no summary.
        highlights: returns the highlights of a summary that has its findings; None where ``summarize`` tells them.
    """

    summarize: Callable[[CheckContext], SubsystemSummary]
    lead: str
    reads: Mapping[str, int]
    requires: tuple[str, ...]
    highlights: Callable[[SubsystemSummary], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Subsystem:
    """Everything that the reports know of a subsystem.

    Attributes:
        id: its id (docs/domain.md, The platform).
        rules: its rules, in the order of a report.
        checks: how each rule is evaluated.
        section: its summary; None for ``data``, which has findings alone.
        texts: its sentences by rule code.
        depends_on: subsystems without which it cannot be reached or used.
    """

    id: str
    rules: tuple[Rule, ...]
    checks: tuple[Check, ...]
    section: Section | None
    texts: Mapping[str, RuleText] = field(default_factory=lambda: MappingProxyType({}))
    depends_on: tuple[str, ...] = ()
