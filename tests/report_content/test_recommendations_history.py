"""What earlier reports recommended, read from records as the report publishes them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.periods import Calendar, parse_period
from ntanalytics.recommendations.follow_up import FollowedRecommendation, IssuedRecommendation
from ntanalytics.recommendations.with_cause import worded
from ntanalytics.report_content.recommendations_history import BASIS, TRACKING, earlier, past_table, published_before
from ntanalytics.reports import Table
from ntanalytics.reports.record import BLOCK, Field
from ntanalytics.subsystems import RULES
from ntanalytics.workspace.report import Report

DAY = date(2026, 11, 24)


def published(outputs: Path, period: str, *numbered: tuple[str, Finding], folder: str = "") -> None:
    """A record with the two blocks that tell of recommendations, and its head."""
    parsed = parse_period(period, DAY, Calendar())
    head = {
        "block": "head",
        "id": "head",
        "period": {
            "kind": str(parsed.kind),
            "text": parsed.text,
            "first": parsed.first.isoformat(),
            "last": parsed.last.isoformat(),
        },
    }
    place = Field("place", "integer", "序号", format="integer")
    names = [Field(name, "string", name) for name in ("number", "problem")]
    tracking = Table(
        TRACKING,
        "",
        fields=(place, *names),
        rows=tuple({"place": at, "number": number, "problem": "问题"} for at, (number, _) in enumerate(numbered, 1)),
    )
    basis = Table(
        BASIS,
        "",
        fields=(place,),
        rows=tuple({"place": at} for at in range(1, len(numbered) + 1)),
        findings=tuple(worded(finding for _, finding in numbered)),
    )
    bundles = [{BLOCK: head}, tracking._repr_mimebundle_(), basis._repr_mimebundle_()]
    cells = [{"cell_type": "code", "source": [], "outputs": [{"data": bundle} for bundle in bundles]}]
    target = outputs / "advice" / (folder or parsed.text)
    target.mkdir(parents=True)
    (target / "report.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}}), encoding="utf-8")


def report(outputs: Path, period: str) -> Report:
    """As much of a report as names its past."""
    settings = SimpleNamespace(outputs=outputs)
    parsed = parse_period(period, DAY, Calendar())
    return cast(Report, SimpleNamespace(name="advice", period=parsed, workspace=SimpleNamespace(settings=settings)))


def disk(value: float) -> Finding:
    entity = Entity("disk", "db-1/data", "db-1 /data")
    return Finding(rule=RULES["infra.disk_used"], entity=entity, status="critical", value=value, format="rate:1")


def test_months_before_are_read_in_order_and_nothing_else(tmp_path: Path) -> None:
    published(tmp_path, "2026-10", ("capacity-2026-09", disk(0.9)))
    published(tmp_path, "2026-09", ("capacity-2026-09", disk(0.8)))
    published(tmp_path, "2026-11", ("capacity-2026-09", disk(0.95)))  # its own
    published(tmp_path, "2026-W40", ("tls-2026-W40", disk(0.9)))  # of another kind
    published(tmp_path, "2026-08", ("web-2026-08", disk(0.9)), folder="2026-08,top=20")  # made with parameters
    identity = "infra.disk_used:disk/db-1/data"
    assert earlier(report(tmp_path, "2026-11")) == [
        [IssuedRecommendation("capacity-2026-09", "问题", identity, "db-1 /data：磁盘使用率 80.0%", 0.8)],
        [IssuedRecommendation("capacity-2026-09", "问题", identity, "db-1 /data：磁盘使用率 90.0%", 0.9)],
    ]


def test_the_version_that_is_published_already_tells_its_numbers(tmp_path: Path) -> None:
    assert published_before(report(tmp_path, "2026-11")) == []
    published(tmp_path, "2026-11", ("2026-11-07", disk(0.9)))
    [own] = published_before(report(tmp_path, "2026-11"))
    assert (own.number, own.cause) == ("2026-11-07", "capacity")


def test_without_any_there_is_no_past(tmp_path: Path) -> None:
    assert earlier(report(tmp_path, "2026-11")) == []


@pytest.mark.parametrize("content", ["{", json.dumps({"cells": [], "metadata": {}})])
def test_what_cannot_be_read_leaves_the_past_unknown(tmp_path: Path, content: str) -> None:
    published(tmp_path, "2026-09", ("capacity-2026-09", disk(0.8)))
    published(tmp_path, "2026-10", ("capacity-2026-09", disk(0.8)))
    (tmp_path / "advice" / "2026-10" / "report.ipynb").write_text(content, encoding="utf-8")
    assert earlier(report(tmp_path, "2026-11")) is None


def test_the_table_says_what_nobody_noted() -> None:
    first = IssuedRecommendation("capacity-2026-10", "磁盘", "infra.disk_used:a", "a：磁盘 90%", 0.9)
    followed = FollowedRecommendation(
        first=first, decision=None, finished_on=None, remark="", measured="a：磁盘 80%", effect="better"
    )
    [row] = past_table([followed], "往期").rows
    shown: dict[str, Any] = dict(row)
    assert (shown["decision"], shown["finished_on"], shown["effect"], shown["remark"]) == (
        "未登记",
        None,
        "有好转",
        "—",
    )
