"""A site's limits of a rule reach every report: impossible limits of all rules leave no violation in any record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ntanalytics.subsystems import RULES
from tests.city import copy_city
from tests.gaps.records import record
from tests.gaps.site import GapSite

#: No figure is beyond this.
FAR = 1e15

REPORTS = (
    ("daily_inspection", "2026-11-20"),
    ("weekly_service_report", "2026-W47"),
    ("sms_volume", "2026-W47"),
    ("oa_adoption", "2026-W47"),
    ("optimization_recommendations", "2026-10"),
)


@pytest.fixture(scope="module")
def site(written_city: Path, tmp_path_factory: pytest.TempPathFactory) -> GapSite:
    """The city with limits that nothing can break."""
    city = copy_city(written_city, tmp_path_factory.mktemp("far"))
    limits = {code: FAR if rule.threshold.good == "down" else -FAR for code, rule in RULES.items()}
    settings: dict[str, Any] = yaml.safe_load(city.estate.config.read_text(encoding="utf-8"))
    settings["rules"] = {code: {"warning": limit, "critical": limit} for code, limit in limits.items()}
    city.estate.config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return GapSite(city.estate.directory)


@pytest.mark.parametrize(("report", "period"), REPORTS)
def test_no_record_has_a_violation_of_impossible_limits(site: GapSite, report: str, period: str) -> None:
    blocks = record(site, report, period).values()
    findings = [finding for block in blocks for finding in block.get("findings", ())]
    broken = {finding["code"] for finding in findings if finding["status"] in ("warning", "critical")}
    assert broken == set()
    assert findings or report == "optimization_recommendations"
