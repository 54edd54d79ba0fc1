"""Needs of a report, kept beside the lake's tables: to work them out imports every check, for a second.

They follow from the program alone: a site's settings change the limits of rules, and not what a check reads. Their key
is the digest of the program, the report and the kinds of its periods.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal

from ntanalytics.file_cache import FileCache
from ntanalytics.periods import PeriodKind
from ntanalytics.settings.program import program_digest

#: Name of the file beside the tables of the lake.
FILE = "report-needs.jsonl"

#: Components of which the needs follow.
_COMPONENTS = tuple(
    f"ntanalytics.{component}" for component in ("checks", "metrics", "recommendations", "report_content", "subsystems")
)


@dataclass(frozen=True)
class ReportNeeds:
    """Data that a report reads, and whether two processes work it out.

    Attributes:
        datasets: dataset → days of history before the longest of its kinds of period.
        reads_issued: whether it reads what other reports were issued; ``contract``: where the site has a contract.
        is_divided: whether a worker of the kernel can work out a part of it.
    """

    datasets: Mapping[str, int]
    reads_issued: bool | Literal["contract"]
    is_divided: bool


def report_needs(report: str, kinds: Sequence[PeriodKind], kept_in: Path | None) -> ReportNeeds:
    """Return the needs of a report that declares none itself.

    Args:
        report: its name.
        kinds: the kinds of period that it can be made for.
        kept_in: the folder in which they are kept; None: they are worked out.

    Raises:
        UnknownName: ``report_content.contents`` does not declare them.
    """
    # What is imported already costs nothing, and may be older than the files of a program that was just replaced.
    if kept_in is None or any(component in sys.modules for component in _COMPONENTS):
        return _worked_out(report, kinds)
    program = program_digest()
    key = hashlib.sha256(json.dumps([program, report, sorted(kinds)]).encode()).hexdigest()
    cache = FileCache(kept_in / FILE)
    if (text := cache.get(key)) is not None:
        return ReportNeeds(*json.loads(text))
    needs = _worked_out(report, kinds)
    if program_digest() == program:
        cache.put({key: json.dumps(astuple(needs))})
    return needs


def _worked_out(report: str, kinds: Sequence[PeriodKind]) -> ReportNeeds:
    from ntanalytics.report_content.contents import content_of, needs_of

    datasets: dict[str, int] = {}
    for kind in kinds:
        for dataset, days in needs_of(report, kind).items():
            datasets[dataset] = max(days, datasets.get(dataset, 0))
    content = content_of(report)
    return ReportNeeds(datasets, content.reads_issued, content.is_divided)
