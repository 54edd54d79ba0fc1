"""Seals and signings from the two views of the seal system."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from tests.truth.figures import Figures, change_rate, median, put, rate, seconds
from tests.truth.sources import Sources
from tests.truth.span import Span, epoch, moment

STATES = {
    "已申请": "requested", "制作中": "making", "已制作": "made", "已测试": "tested", "使用中": "in_use",
    "已停用": "suspended", "已注销": "revoked",
}  # fmt: skip

DAY_S = 86400

_BY_NIGHT = """
SELECT COUNT(*) FROM seal_signing WHERE operation = '签章' AND is_success AND seal_id IS NOT NULL
    AND signed_at >= ? AND signed_at < ? AND (SUBSTR(signed_at, 12, 2) >= '22' OR SUBSTR(signed_at, 12, 2) < '06')
GROUP BY seal_id
"""

#: Days after which a seal that waits for its test is told, and after which it is overdue (docs/rules.md,
#: seal.testing_days).
LATE_DAYS, OVERDUE_DAYS = 21, 90

Times = tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None]


class Seals:
    """Seals and signings of a city."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.by_state: dict[str, list[Times]] = defaultdict(list)
        for state, *times in sources.rows("seals", "SELECT state, requested_at, made_at, tested_at FROM seal_register"):
            requested, made, tested = (moment(written) for written in times)
            self.by_state[STATES[str(state)]].append((requested, made, tested))

    def signings(self, span: Span) -> Counter[str]:
        """Return the operations of a span, and the failures with ``-failed`` behind."""
        sql = (
            "SELECT operation, is_success, COUNT(*) FROM seal_signing WHERE signed_at >= ? AND signed_at < ?"
            " GROUP BY operation, is_success"
        )
        counts: Counter[str] = Counter()
        for operation, is_success, times in self.sources.rows("seals", sql, span.between):
            counts[operation] += times
            counts[f"{operation}-failed"] += 0 if is_success else times
        return counts

    def states(self) -> Figures:
        """Return the seals by state with the duration of their steps."""
        figures: Figures = {}
        words = {state: written for written, state in STATES.items()}
        for state, seals in self.by_state.items():
            requests = [requested for requested, _, _ in seals if requested]
            values: dict[str, float | None] = {
                "seals": len(seals),
                "making_days_p50": median(seconds(m, r) / DAY_S for r, m, _ in seals if r and m),
                "testing_days_p50": median(seconds(t, m) / DAY_S for _, m, t in seals if m and t),
                "oldest_request_at": epoch(min(requests)) if requests else None,
            }
            put(figures, "seals", words[state], values)
        return figures

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks."""
        figures: Figures = {}
        counts = self.signings(span)
        values = {"value": rate(counts["签章-failed"], counts["签章"]), "count": counts["签章"]}
        put(figures, block, "seal.signing_failure_rate:subsystem/seal", values)
        made = [at for _, at, tested in self.by_state["made"] if at and not tested and at <= span.until]
        if made:
            waited = [seconds(span.until, at) // DAY_S for at in made]
            values = {
                "value": max(waited),
                "late": sum(days > LATE_DAYS for days in waited),
                "overdue": sum(days > OVERDUE_DAYS for days in waited),
            }
            put(figures, block, "seal.testing_days:seals/untested", values)
        waiting = self.by_state["requested"] + self.by_state["making"]
        asked = [seconds(span.until, at) // DAY_S for at, m, _ in waiting if at and not m and at <= span.until]
        figures[block, "seal.making_days:seals/unmade", "value"] = max(asked, default=0)
        if span.first == span.last:
            operations = sum(count for name, count in counts.items() if not name.endswith("-failed"))
            figures[block, "seal.surveillance:subject/seal.signings", "value"] = operations
            by_night = [times for (times,) in self.sources.rows("seals", _BY_NIGHT, span.between)]
            figures[block, "seal.night_signings:subsystem/seal", "value"] = max(by_night, default=0)
        return figures

    def weekly(self, span: Span) -> Figures:
        """Return the figures of the weekly report."""
        figures = self.states() | self.findings(span)
        change = change_rate(self.signings(span)["签章"], self.signings(span.before())["签章"])
        figures["systems", "电子印章", "change-words"] = change
        for place, day in enumerate(reversed(span.back(35).days)):
            figures["systems", "电子印章", f"drawn-{place}"] = self.signings(Span(day, day))["签章"]
        return figures
