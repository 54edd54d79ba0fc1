"""Every report has data for what it reads, and every code that one table of the suite names exists in another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

import pytest

from ntanalytics import contract
from ntanalytics.findings.correlation_rules import CORRELATION_RULES
from ntanalytics.periods import PeriodKind
from ntanalytics.recommendations.causes import CAUSES_BY_CODE
from ntanalytics.report_content import weekly_text
from ntanalytics.report_content.contents import CONTENTS, content_of, needs_of, spans_of
from ntanalytics.runner.notebooks import load_report
from ntanalytics.subsystems import RULES, SUBSYSTEMS

OF_A_PERIOD = [(name, kind) for name in CONTENTS for kind in load_report(name).periods]


@pytest.mark.parametrize(("name", "kind"), OF_A_PERIOD)
def test_the_needs_of_a_report_hold_its_checks_its_sections_and_itself(name: str, kind: PeriodKind) -> None:
    content, needs = content_of(name), needs_of(name, kind)
    if not content.is_judged:
        assert needs == dict(content.reads)
        return
    spans = set(spans_of(content, kind))
    chosen = [item for item in SUBSYSTEMS if not content.subsystems or item.id in content.subsystems]
    readers = [check.reads for item in chosen for check in item.checks if set(check.every) & spans]
    readers += [item.section.reads for item in chosen if item.section is not None]
    for reads in [*readers, content.reads]:
        assert all(days <= needs[dataset] for dataset, days in reads.items())
    assert all(contract.dataset(dataset).name == dataset for dataset in needs)
    required = {dataset for item in chosen if item.section is not None for dataset in item.section.requires}
    assert required <= set(needs)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_report_needs_what_its_notebook_reads(name: str) -> None:
    report = load_report(name)
    assert report.needs
    cells = json.loads(report.path.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert set(re.findall(r'\.dataset\("([a-z_.]+)"', source)) <= set(report.needs)


@pytest.mark.parametrize("name", [name for name, content in CONTENTS.items() if content.is_judged])
def test_the_checks_of_several_subsystems_are_divided(name: str) -> None:
    assert content_of(name).is_divided or len(content_of(name).subsystems) == 1


def _without_a_rule(patterns: Iterable[str]) -> set[str]:
    """Return the patterns that no rule of the suite has."""
    return {pattern for pattern in patterns if not any(fnmatchcase(code, pattern) for code in RULES)}


def test_every_code_that_another_table_names_is_a_rule() -> None:
    suppressing = {
        code for item in SUBSYSTEMS for check in item.checks for other in check.suppressed_by for code in other.codes
    }
    assert _without_a_rule(suppressing) == set()
    assert _without_a_rule(weekly_text._DECISIONS) == set()
    assert _without_a_rule(code for rule in CORRELATION_RULES for code in (*rule.roots, *rule.followers)) == set()
    assert {rule.cause for rule in RULES.values()} - {""} <= set(CAUSES_BY_CODE)
