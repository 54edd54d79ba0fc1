"""The lines of the subsystems in an inspection: a state that is unknown says of which check."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from ntanalytics.findings.finding import Entity, Finding, Status, subsystem_entity
from ntanalytics.report_content.daily_inspection import systems_board
from ntanalytics.subsystems import RULES


def _row(*findings: Finding) -> dict[str, Any]:
    """Return the line of instant messaging."""
    own, infra = (
        SimpleNamespace(name=name, highlights=text) for name, text in (("即时通讯", "在线人数611人"), ("软", ""))
    )
    evaluation = SimpleNamespace(findings=findings)
    inspection = SimpleNamespace(summaries={"im": own, "infra": infra}, evaluation=evaluation)
    return next(dict(row) for row in systems_board(cast(Any, inspection)).rows if row["subsystem"] == own.name)


def _found(code: str, status: Status = "unknown", entity: Entity | None = None) -> Finding:
    unknown = "incomplete" if status == "unknown" else ""
    own = entity or subsystem_entity(RULES[code].subsystem)
    return Finding(rule=RULES[code], entity=own, status=status, unknown=unknown)  # type: ignore[arg-type]


def test_a_system_that_is_unknown_by_its_availability_alone_says_so() -> None:
    row = _row(_found("im.im_messages", "ok"), _found("infra.availability", entity=subsystem_entity("im")))
    assert (row["state"], row["checks"], row["not_known"]) == ("unknown", 1, 0)
    assert row["points"] == f"在线人数611人；{RULES['infra.availability'].check}未知"


def test_more_unknown_checks_than_a_line_names_are_counted() -> None:
    codes = [code for code, rule in RULES.items() if rule.subsystem == "im"][:5]
    labels = list(dict.fromkeys(RULES[code].check for code in codes))
    row = _row(*map(_found, codes))
    assert row["points"].endswith(f"；{'、'.join(labels[:3])}等{len(labels)}类检查未知")
    assert len(labels) > 3


def test_a_system_of_which_something_is_wrong_counts_what_is_unknown() -> None:
    row = _row(_found("im.im_messages", "warning"), _found("im.lull"))
    assert (row["state"], row["not_known"], row["points"]) == ("warning", 1, "在线人数611人")
