"""Status board 状态: every check with its value, limits and status; violations come first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ntanalytics.contract.enumerations import SUBSYSTEMS, subsystem_label
from ntanalytics.findings.finding import checks_by_system
from ntanalytics.findings.lifecycle import LifecycleState
from ntanalytics.findings.lifecycle_text import onset_words
from ntanalytics.findings.text import WordedFinding
from ntanalytics.findings.threshold import ORDER, UNJUDGED
from ntanalytics.metrics.number_format import close_up
from ntanalytics.reports import findings_json
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.data import data_resource, json_value, recorded_row
from ntanalytics.reports.record import DETAIL, STRIP, Field
from ntanalytics.reports.truncation import OPEN_ROWS

#: The columns of a board. A row's ``format`` says how its ``value`` is written, its ``checks`` for how many checks
#: it stands where it is not one; neither is shown itself.
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

#: Column of what the last seven days said.
_STRIP = Field(STRIP, "string", "近7日")


@dataclass(frozen=True, kw_only=True)
class Board(Block):
    """A status board.

    Attributes:
        findings: its checks, in order.
        note: text below the title, or empty.
        is_folded: whether what is ok is folded away, and of many unknown checks the most.
        lifecycles: the lifecycles of the findings; None where nobody follows them.
        strips: identity of a finding → what the last days said of it; None without such a column.
        details: identity of a finding → the block that shows what stands behind it; others lead nowhere.
    """

    kind: ClassVar[str] = "board"

    findings: tuple[WordedFinding, ...] = ()
    note: str = ""
    is_folded: bool = False
    lifecycles: LifecycleState | None = None
    strips: Mapping[str, str] | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    def with_details(self, details: Mapping[str, str]) -> Board:
        """Return the board with links: identity of a finding → the block that shows what stands behind it."""
        return replace(self, details=details)

    def with_strips(self, strips: Mapping[str, str]) -> Board:
        """Return the board with a column of what the last days said: identity of a finding → its marks."""
        return replace(self, strips=strips)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        body: dict[str, Any] = {"note": self.note}
        if self.is_folded:
            count = Counter(item.finding.status for item in self.findings)
            body["open_rows"] = count["critical"] + count["warning"] + min(count["unknown"], OPEN_ROWS)
        unknown = [item.finding for item in self.findings if item.finding.status == "unknown"]
        if unknown:
            body["unknown_checks"] = [list(pair) for pair in checks_by_system(unknown).items()]
        return body

    def data(self) -> dict[str, Any]:
        """See ``Block.data``."""
        fields = FIELDS if self.strips is None else (*FIELDS, _STRIP)
        return data_resource(fields, [self._row(item) for item in self.findings], ("code", "entity"))

    def findings_json(self) -> dict[str, Any]:
        """See ``Block.findings_json``."""
        return findings_json.findings_json(self.findings, self.lifecycles, self.origin or {})

    def _row(self, item: WordedFinding) -> Mapping[str, Any]:
        finding, wording = item.finding, item.wording
        since = wording.since if self.lifecycles is None else onset_words(finding, self.lifecycles)
        values = {
            "code": finding.code,
            "entity": finding.entity.identity,
            "state": finding.status if finding.is_applicable else UNJUDGED,
            "subsystem": subsystem_label(finding.subsystem),
            "subject": wording.entity,
            "check": wording.check,
            "value": json_value(finding.value),
            "format": finding.format,
            "threshold": close_up(wording.limits),
            "since": close_up(since) or None,
            "evidence": close_up(wording.evidence),
            "advice": close_up(wording.advice),
        }
        if finding.checks > 1:
            values["checks"] = finding.checks
        if detail := self.details.get(finding.identity):
            values[DETAIL] = detail
        if self.strips is not None:
            values[STRIP] = self.strips.get(finding.identity)
        return recorded_row(
            {name: (value, finding.certainty if name == "value" else "exact") for name, value in values.items()}
        )


def board(
    findings: Iterable[WordedFinding],
    title: str = "状态一览",
    *,
    id: str = "board",
    note: str = "",
    is_folded: bool = False,
    lifecycles: LifecycleState | None = None,
    origin: Mapping[str, Any] | None = None,
) -> Board:
    """Return the status board of some findings: critical first, then warning, unknown, ok, and what was not judged.

    What is ok stands by system and entity, as the engineer walks it; the rest keeps its order. ``is_folded`` folds
    what is ok, and unknown checks beyond thirty, on the page and on paper; the record and the workbook have it all.
    With ``lifecycles`` the board tells beside the first day how many days that is, and what is new, worse, better or
    unconfirmed.
    """
    ranked = sorted(findings, key=lambda item: ORDER.index(item.finding.status))
    return Board(
        id, title, findings=tuple(_walked(ranked)), note=note, is_folded=is_folded, lifecycles=lifecycles, origin=origin
    )


def _walked(findings: Sequence[WordedFinding]) -> list[WordedFinding]:
    systems = list(SUBSYSTEMS)
    entities = list(dict.fromkeys(item.finding.entity for item in findings))

    def place(item: WordedFinding) -> tuple[int, int, int]:
        finding = item.finding
        if finding.status != "ok":
            return 0, 0, 0
        system = systems.index(finding.subsystem) if finding.subsystem in systems else len(systems)
        return 1 if finding.is_applicable else 2, system, entities.index(finding.entity)

    return sorted(findings, key=place)
