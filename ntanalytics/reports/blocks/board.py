"""The status board 状态: every check with its value, threshold and state; what is wrong comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding, ranked
from ntanalytics.findings.lifecycle import LifecycleState
from ntanalytics.findings.lifecycle_text import begun_words
from ntanalytics.reports import findings_json
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.data import data_resource, json_value
from ntanalytics.reports.record import Field

#: The columns of a board. A row's ``format`` says how its ``value`` is written, and is not shown itself.
FIELDS = (
    Field("state", "string", "状态", format="state"),
    Field("subsystem", "string", "系统"),
    Field("subject", "string", "对象"),
    Field("check", "string", "检查项"),
    Field("value", "number", "实测"),
    Field("threshold", "string", "阈值或常态"),
    Field("since", "string", "起始"),
    Field("evidence", "string", "依据"),
    Field("advice", "string", "建议措施"),
)


#: What a board has no room for.
_UNSHOWN = ("effect", "owner", "effort", "figures", "origin", "is_asked")


@dataclass(frozen=True)
class Board(Block):
    """A status board.

    Attributes:
        findings: its checks, in order.
        note: said below the title, or empty.
        is_folded: whether what is in order is folded away, so that it does not drown what is not.
        course: the life of the findings; None where nobody follows them.
    """

    kind: ClassVar[str] = "board"

    findings: tuple[Finding, ...] = field(default=(), kw_only=True)
    note: str = field(default="", kw_only=True)
    is_folded: bool = field(default=False, kw_only=True)
    course: LifecycleState | None = field(default=None, kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        body: dict[str, Any] = {"note": self.note}
        if self.is_folded:
            body["open_rows"] = sum(each.state != "ok" for each in self.findings)
        return body

    def data(self) -> dict[str, Any]:
        """See ``Block.data``."""
        rows = [
            {name: json_value(value) for name, value in vars(each).items() if name not in _UNSHOWN}
            | {"subsystem": SUBSYSTEMS.get(each.subsystem, each.subsystem), "since": self._since(each)}
            for each in self.findings
        ]
        return data_resource(FIELDS, rows, ("code", "subject"))

    def findings_json(self) -> dict[str, Any]:
        """See ``Block.findings_json``."""
        return findings_json.findings_json(self.findings, self.course, self.origin or {})

    def _since(self, finding: Finding) -> str | None:
        return begun_words(finding, self.course) if self.course is not None else finding.since


def board(
    findings: Iterable[Finding],
    title: str = "状态一览",
    *,
    id: str = "board",
    note: str = "",
    is_folded: bool = False,
    course: LifecycleState | None = None,
    origin: Mapping[str, Any] | None = None,
) -> Board:
    """The status board of some findings: abnormal first, then to watch, unknown, and what is in order.

    What is in order stands by system and subject, as the engineer walks it; the rest keeps its order. ``is_folded``
    folds what is in order, on the page and on paper; the record and the workbook have it all. With a ``course`` the
    board says beside since when how many days that is, and what is new, worse, better or not confirmed.
    """
    made = tuple(_walked(ranked(findings)))
    return Board(id, title, findings=made, note=note, is_folded=is_folded, course=course, origin=origin)


def _walked(findings: Sequence[Finding]) -> list[Finding]:
    systems, subjects = list(SUBSYSTEMS), list(dict.fromkeys(each.subject for each in findings))

    def place(each: Finding) -> tuple[int, int, int]:
        if each.state != "ok":
            return 0, 0, 0
        system = systems.index(each.subsystem) if each.subsystem in systems else len(systems)
        return 1, system, subjects.index(each.subject)

    return sorted(findings, key=place)
