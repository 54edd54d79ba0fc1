"""The kind of a period decides which checks run and what a report is composed of, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.rules.measure import by_module, period_kinds
from tests.rules.package import NAME, Trees

#: Modules that still ask for it, and how often.
STILL: dict[str, int] = {"delivery.index": 2, "delivery.missing": 1, "reports.blocks.head": 1, "runner.notebooks": 2}


def test_only_checks_and_report_content_ask_for_the_kind_of_a_period(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL",
        by_module(period_kinds(trees)),
        "A branch on period.kind gives the day and the week a figure each, and they drift apart. Declare the periods "
        "with the check (every=...), or leave the choice to report_content/.",
    )


def test_a_branch_on_the_kind_is_seen() -> None:
    tree = ast.parse(
        'if report.period.kind == "day" or period.kind or this_period.kind or periods[0].kind or dataset.kind: pass'
    )
    assert len(period_kinds({f"{NAME}.metrics.sms.volume": tree})) == 4
    assert not period_kinds({f"{NAME}.checks.engine": tree, f"{NAME}.report_content.weekly": tree})
