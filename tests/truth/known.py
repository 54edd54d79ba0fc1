"""Figures that the reports still show otherwise than the definitions, and those without a second computation.

The lists must shrink: an entry that nothing matches any more fails the test that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.truth.comparison import Key


@dataclass(frozen=True)
class Known:
    """Difference that is known.

    Attributes:
        pattern: block, row and column of the figures, with wildcards.
        where: report, or report and seed, in which it is there.
    """

    where: tuple[str, ...]
    pattern: Key
    reason: str


KNOWN: tuple[Known, ...] = ()

#: Why a second computation is missing.
_USUAL = "what is usual by a detector, which is no defined figure"
_JUDGED = "a day of few messages, which is judged by chance"
_SCORE = "order and score of recommendations, by the weights of the rules"
_NAMES = "names that are no units of the directory"
_MODEL = "forecast by a model, with an interval"

LEFT_OUT: dict[Key, str] = {
    ("board", "*", "comparison-*"): _USUAL,
    ("board", "*", "expected"): _USUAL,
    ("board", "*", "departure"): _USUAL,
    ("board", "*", "low"): _USUAL,
    ("board", "*", "high"): _USUAL,
    ("board", "*", "usual"): _USUAL,
    ("board", "*silen*", "value"): _USUAL,
    ("board", "*silen*", "events_after"): "events after a silence, whose hours a detector delimits",
    ("board", "*_rise:*", "*"): _USUAL,
    ("board", "infra.novel_hours:*", "*"): _USUAL,
    ("board", "*_failures:*", "*"): _USUAL,
    ("board", "*refused_logins:*", "*"): _USUAL,
    ("board", "*_burst:*", "*"): _USUAL,
    ("board", "infra.slow_*", "value"): _USUAL,
    ("board", "*.lull:*", "*"): _USUAL,
    ("board", "*_lull:*", "*"): _USUAL,
    ("board", "*unlike:*", "*"): _USUAL,
    ("*", "sso.unprobed_apps:*", "value"): "names of targets and applications",
    ("open-items", "*", "*"): "words of the findings that the board compares",
    ("board", "*.account_beyond:*", "*"): _USUAL,
    ("board", "*.surveillance:*", "*"): _USUAL,
    ("board", "sms.delivery_rate:*", "*"): _JUDGED,
    ("board", "sms.receipt_latency_p95_s:*", "*"): _JUDGED,
    ("basis", "sms.*", "*"): _JUDGED,
    ("board", "infra.log_retention:*", "reached_days"): "days that were read",
    ("board", "infra.unpatched:*", "known_days"): "days that are known",
    ("board", "infra.growth_rise:*", "*"): _USUAL,
    ("by-unit", "*", "*"): _NAMES,
    ("*", "合计", "*"): "totals: the figures of the whole, which the headlines compare",
    ("year-volumes", "*", "*"): "years: sums of what the periods compare, and the city has no year",
    ("systems", "*", "*"): "numbers of the record's own findings",
    ("hosts", "*", "checks"): "numbers of the record's own findings",
    ("recommendations", "*", "*"): _SCORE,
    ("tracking", "*", "place"): _SCORE,
    ("evidence-accounts", "*", "value"): "bars of findings that are compared in the basis",
    ("unusual", "*", "lasted"): _USUAL,
    ("disks", "*", "per_day"): _MODEL,
    ("disk-*", "*", "*"): _MODEL,
}


def known_in(report: str, seed: int) -> list[Known]:
    """Return the differences that are known in a report of a city."""
    return [known for known in KNOWN if {report, f"{report} {seed}"} & set(known.where)]
