"""What only a quarter shows: slow services, slow modules, idle functions, repeated alarms, failed patches."""

from __future__ import annotations

from collections import Counter

from ntanalytics.contract.desk import CATEGORIES
from ntanalytics.contract.enumerations import MODULES
from ntanalytics.findings.finding import Finding, Threshold
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.findings.sentences import limits, measured
from ntanalytics.metrics.number_format import format_number
from ntanalytics.subsystems.infra.host_checks import SEVERITY

#: A module that fewer than one in fifty of those who use the busiest one use is idle.
SELDOM = Threshold(0.02, 0.002, "up")
#: One category that takes more than two fifths of all tickets has a root of its own.
CONCENTRATED = Threshold(0.4, 0.7, "down")
#: Of so many tickets at least a share says something.
FEWEST_TICKETS = 50
#: The same alarm on the same host, in a quarter.
REPEATED = Threshold(2, 9, "down")
FAILED_PATCHES = Threshold(0, 9, "down")


def seldom_used(modules: Rows) -> list[Finding]:
    """The modules that hardly anybody uses.

    Args:
        modules: ``metrics.adoption.used`` by module over the quarter; a module without a row was not mapped, and
            nothing is said of it.
    """
    found = {row["module"]: row["active"] for row in rows(modules) if row["module"] in MODULES}
    found.pop("other", None)
    most = max(found.values(), default=0)
    made = []
    for module, active in found.items():
        share = active / most if most else None
        if share is None or SELDOM.judge(share) == "ok":
            continue
        said = (
            f"季度内 {format_number(active, 'integer', '人')}使用，为使用最多模块的 {format_number(share, 'rate:1')}。"
        )
        made.append(
            Finding(
                "oa.seldom_used",
                "oa",
                MODULES[module],
                "模块使用",
                SELDOM.judge(share),
                share,
                "rate:1",
                limits(SELDOM, "rate:1"),
                said,
                None,
                "改进、培训或下线",
            )
        )
    return made


def concentrated(categories: Rows) -> list[Finding]:
    """The categories that take too large a share of the quarter's tickets.

    Args:
        categories: ``metrics.desk.flow`` by category over the quarter.
    """
    found = {row["category"]: row["opened_tickets"] or 0 for row in rows(categories)}
    total = sum(found.values())
    if total < FEWEST_TICKETS:
        return []
    return [
        Finding(
            "desk.concentrated",
            "desk",
            f"{CATEGORIES.get(category, category)}工单",
            "占比",
            CONCENTRATED.judge(count / total),
            count / total,
            "rate:1",
            limits(CONCENTRATED, "rate:0"),
            f"季度内 {format_number(count, 'integer', '件')}，占全部工单的 {format_number(count / total, 'rate:1')}。",
        )
        for category, count in found.items()
        if CONCENTRATED.judge(count / total) != "ok"
    ]


def repeated(problems: Rows) -> list[Finding]:
    """The alarms that came again and again on one host; mere information is none.

    Args:
        problems: rows of ``infra.problems`` of the quarter.
    """
    counts = Counter(
        (row["host"] or "监控平台", row["problem"]) for row in rows(problems) if row["severity"] in SEVERITY
    )
    return [
        Finding(
            "infra.repeated_problems",
            "infra",
            host,
            "重复告警",
            REPEATED.judge(count),
            float(count),
            "integer",
            limits(REPEATED, "integer", "次"),
            f"告警“{problem}”季度内出现 {count} 次。",
        )
        for (host, problem), count in counts.most_common()
        if REPEATED.judge(count) != "ok"
    ]


def failed_patches(patches: Rows) -> list[Finding]:
    """The patches that failed on a host and were not applied to it later.

    Args:
        patches: rows of ``infra.patches`` of the quarter.
    """
    last: dict[tuple[str, str], str] = {}
    for row in sorted(rows(patches), key=lambda row: row["patched_on"]):
        last[row["host"], row["patch"]] = row["outcome"]
    failed = Counter(host for (host, _), outcome in last.items() if outcome == "failure")
    return [
        Finding(
            "infra.failed_patches",
            "infra",
            host,
            "补丁失败",
            FAILED_PATCHES.judge(count),
            float(count),
            "integer",
            limits(FAILED_PATCHES, "integer", "个"),
            measured("补丁失败", count, FAILED_PATCHES, "integer", unit="个"),
        )
        for host, count in failed.items()
    ]
