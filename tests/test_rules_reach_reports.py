"""A site's limits of a rule reach every report: impossible limits of all rules leave no violation in any record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ntanalytics.runner import RunContext, run_report
from ntanalytics.subsystems import RULES
from tests.city import FINDINGS, bundles, copy_city
from tests.gaps.records import record
from tests.gaps.site import GapSite

#: No figure is beyond this.
FAR = 1e15

INSPECTION = ("daily_inspection", "2026-11-20")
#: The other reports, which read what the inspection found.
REPORTS = (
    ("weekly_service_report", "2026-W47"),
    ("sms_volume", "2026-W47"),
    ("oa_adoption", "2026-W47"),
    ("optimization_recommendations", "2026-10"),
)


@pytest.fixture(scope="module")
def site(written_city: Path, tmp_path_factory: pytest.TempPathFactory) -> GapSite:
    """The city with limits that nothing can break, from which the inspection was issued."""
    city = copy_city(written_city, tmp_path_factory.mktemp("far"))
    limits = {code: FAR if rule.threshold.good == "down" else -FAR for code, rule in RULES.items()}
    settings: dict[str, Any] = yaml.safe_load(city.estate.config.read_text(encoding="utf-8"))
    settings["rules"] = {code: {"warning": limit, "critical": limit} for code, limit in limits.items()}
    city.estate.config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    site = GapSite(city.estate.directory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTANALYTICS_CHROMIUM", "")  # nobody looks at its print
        run_report(RunContext(settings=site.settings, clock=city.clock), *INSPECTION, {})
    return site


def test_no_finding_of_the_issued_inspection_violates_an_impossible_limit(site: GapSite) -> None:
    folder = site.settings.outputs / "/".join(INSPECTION)
    findings = [each for bundle in bundles(folder) for each in bundle.get(FINDINGS, {}).get("findings", ())]
    assert findings
    assert {each["code"] for each in findings if each["status"] in ("warning", "critical")} == set()


@pytest.mark.parametrize(("report", "period"), REPORTS)
def test_no_record_has_a_violation_of_impossible_limits(site: GapSite, report: str, period: str) -> None:
    blocks = record(site, report, period).values()
    findings = [finding for block in blocks for finding in block.get("findings", ())]
    broken = {finding["code"] for finding in findings if finding["status"] in ("warning", "critical")}
    assert broken == set()
    assert findings or report == "optimization_recommendations"
