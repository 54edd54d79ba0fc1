"""Records of reports over the city's data: a few cells of the gap matrix, days known for a part, impossible limits.

Over damaged data nothing that a report says is false and unmarked. They stand in one file, which one process runs:
what all records ask of the same rows is answered once (:mod:`tests.gaps.answers`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.pool import NullPool

from ntanalytics.checks import site_rules
from ntanalytics.subsystems import RULES
from tests.city import City, copy_city
from tests.gaps.answers import shared_answers
from tests.gaps.comparison import compare
from tests.gaps.copies import damageable
from tests.gaps.matrix import PERIODS, complete_record, complete_sentences, verdict_of
from tests.gaps.page import Cell
from tests.gaps.records import record
from tests.gaps.site import GapSite

WEEKLY = "weekly_service_report"

CELLS = [
    Cell("sms.messages", "no_source", WEEKLY),
    Cell("sms.messages", "middle_day", WEEKLY),
    Cell("infra.requests", "half_day", WEEKLY),
    Cell("sms.messages", "absent outcome", "sms_volume"),
    Cell("ca.certificates", "cut_snapshot", WEEKLY),
    Cell("identity.units", "cut_snapshot", WEEKLY),
    Cell("infra.hosts", "cut_snapshot", "daily_inspection"),
    Cell("desk.access_grants", "absent approved_at", "service_quality"),
    Cell("desk.changes", "absent confirmed_at", "acceptance"),
    Cell("desk.attendance", "middle_day", "acceptance"),
]

WEDNESDAY = "2026-11-18"

#: No figure is beyond this.
FAR = 1e15

#: Facts of duties that the limits of rules judge, and those of them that do not keep the duty.
JUDGED_BY_LIMITS, NOT_MET = ("facts-online-backups", "facts-offline-backups", "facts-seals"), "不符合"

REPORTS = (
    ("daily_inspection", "2026-11-20"),
    ("weekly_service_report", "2026-W47"),
    ("sms_volume", "2026-W47"),
    ("oa_adoption", "2026-W47"),
    ("optimization_recommendations", "2026-10"),
    ("service_quality", "2026-10"),
    ("acceptance", PERIODS["acceptance"]),
)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.dataset}-{cell.damage}-{cell.report}")
def test_nothing_false_is_said(city: City, cell: Cell) -> None:
    verdict = verdict_of(city.estate.directory, cell)
    assert verdict is not None
    assert verdict.counts["equal"]
    assert verdict.counts["unknown"] + verdict.counts["bounded"]
    assert verdict.false == {}


def _without_hours(site: GapSite, dataset: str) -> None:
    """Lose the requests from 10 to 15 o'clock of Wednesday, and those of no other hour."""
    hours = f"minute_at >= '{WEDNESDAY}T02:00:00+00:00' AND minute_at < '{WEDNESDAY}T07:00:00+00:00'"
    site.delete_rows(dataset, f"day = '{WEDNESDAY}' AND {hours}")


def _cut_log(site: GapSite, dataset: str) -> None:
    """Lose the log of one application from 14 o'clock of Wednesday on."""
    part = f"service = 'oa.nantong.example' AND minute_at >= '{WEDNESDAY}T06:00:00+00:00'"
    site.delete_rows(dataset, f"day = '{WEDNESDAY}' AND {part}")


def _rejected(site: GapSite, dataset: str) -> None:
    """Have half of the rows of Wednesday be rejected; the cases are left as an earlier extraction took them."""
    engine = sa.create_engine(site.settings.ledger, poolclass=NullPool)
    of_day = {"dataset": dataset, "day": WEDNESDAY}
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE coverage SET rejected = source_rows + 3 WHERE dataset = :dataset AND day = :day"), of_day
        )
    engine.dispose()


def _certainties(block: Any, column: str) -> set[str]:
    """Return what is known of a column in the rows of a table."""
    return {row.get("certainty", {}).get(column, "exact") for row in block["rows"]}


@pytest.mark.parametrize(
    ("dataset", "damage", "table", "column", "certainties"),
    [
        ("infra.requests", _without_hours, "services", "requests", {"lower_bound"}),
        ("infra.requests", _cut_log, "services", "requests", {"lower_bound"}),
        ("docexchange.deliveries", _rejected, "overdue", "overdue_deliveries", set()),  # which units is unknown
        ("oa.tasks", _rejected, "handling", "tasks", {"lower_bound"}),
    ],
)
def test_nothing_of_a_week_with_a_day_that_is_known_for_a_part_is_told_as_whole(
    city: City, dataset: str, damage: Callable[[GapSite, str], None], table: str, column: str, certainties: set[str]
) -> None:
    site = GapSite(city.estate.directory)
    complete = complete_record(site.folder, WEEKLY)
    with damageable(site, dataset) as damaged, shared_answers():
        damage(damaged, dataset)
        seen = json.loads(json.dumps(record(damaged, WEEKLY, PERIODS[WEEKLY])))
    verdict = compare(complete, seen, complete_sentences(site.folder, WEEKLY))
    assert _certainties(complete[table], column) == {"exact"}
    assert _certainties(seen[table], column) == certainties
    assert verdict.counts["unknown"] + verdict.counts["bounded"]
    assert verdict.false == {}


@pytest.fixture(scope="module")
def far(written_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GapSite]:
    """The city with limits that nothing can break, which no site may set."""
    city = copy_city(written_city, tmp_path_factory.mktemp("far"))
    limits = {code: FAR if rule.threshold.good == "down" else -FAR for code, rule in RULES.items()}
    settings: dict[str, Any] = yaml.safe_load(city.estate.config.read_text(encoding="utf-8"))
    settings["rules"] = {code: {"warning": limit, "critical": limit} for code, limit in limits.items()}
    city.estate.config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_rules, "is_possible", lambda *_: True)
        yield GapSite(city.estate.directory)


@pytest.mark.parametrize(("report", "period"), REPORTS)
def test_no_record_has_a_violation_of_impossible_limits(far: GapSite, report: str, period: str) -> None:
    with shared_answers():
        blocks = record(far, report, period)
    findings = [finding for block in blocks.values() for finding in block.get("findings", ())]
    broken = {finding["code"] for finding in findings if finding["status"] in ("warning", "critical")}
    assert broken == set()
    judged = [row for name in JUDGED_BY_LIMITS if name in blocks for row in blocks[name]["rows"]]
    assert [row for row in judged if row["result"] == NOT_MET] == []
    assert findings or judged or report == "optimization_recommendations"
