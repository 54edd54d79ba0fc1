"""A site's limits of a rule reach every report: impossible limits of all rules leave no violation in any record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ntanalytics.runner import RunContext, run_report
from ntanalytics.settings import load
from ntanalytics.subsystems import RULES
from tests.city import FINDINGS, City, bundles

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
def site(city: City, tmp_path_factory: pytest.TempPathFactory) -> RunContext:
    """The city with limits that nothing can break; the inspection is made first, for those that read its history."""
    folder = tmp_path_factory.mktemp("far")
    limits = {code: FAR if rule.threshold.good == "down" else -FAR for code, rule in RULES.items()}
    settings: dict[str, Any] = yaml.safe_load(city.settings.file.read_text(encoding="utf-8"))
    settings["rules"] = {code: {"warning": limit, "critical": limit} for code, limit in limits.items()}
    settings |= {"outputs": str(folder / "outputs"), "ledger": f"sqlite:///{folder}/ledger.sqlite"}
    settings["lake"] = str(folder / "lake")
    config: Path = city.settings.file.with_name("far.yml")
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return RunContext(settings=load(config), clock=city.clock)


@pytest.mark.parametrize(("report", "period"), REPORTS)
def test_no_record_has_a_violation_of_impossible_limits(site: RunContext, report: str, period: str) -> None:
    result = run_report(site, report, period, {})
    findings = [
        finding
        for bundle in bundles(result.directory)
        for finding in bundle.get(FINDINGS, {"findings": ()})["findings"]
    ]
    broken = {finding["code"] for finding in findings if finding["status"] in ("warning", "critical")}
    assert broken == set()
    assert findings or report == "optimization_recommendations"
