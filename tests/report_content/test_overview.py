"""What a report sees of each subsystem, in the demo city, whose incidents are known."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Period
from ntanalytics.report_content.overview import change_words, clocks, findings_of, headlines, summary, systems
from ntanalytics.subsystems import SECTIONS, check_context, summarize_subsystems
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import City

MONDAY = dt.date(2026, 11, 16)


@pytest.fixture(scope="module")
def report(city: City) -> Report:
    city.run("weekly_service_report", "2026-W47")  # fills the lake
    return Report(Workspace(city.settings), "weekly_service_report", "周报", Period.week(MONDAY))


@pytest.fixture(scope="module")
def looks(report: Report) -> dict[str, SubsystemSummary]:
    return summarize_subsystems(report)


def test_every_subsystem_is_looked_at(looks: dict[str, SubsystemSummary]):
    assert set(looks) == set(SECTIONS) == set(SUBSYSTEMS)
    assert all(look.is_complete and look.findings and look.points for look in looks.values())


def test_what_was_planted_in_the_week_is_found_and_said(looks: dict[str, SubsystemSummary]):
    wrong = {each.code: each for each in findings_of(looks) if each.state in ("warning", "critical")}
    assert {
        "identity.attempts",
        "docexchange.overdue_deliveries",
        "sms.worst_delivery_rate",
        "seal.testing_days",
        "infra.tls_days",
        "infra.disk_used",
        "infra.days_until_full",
        "desk.overdue_tickets",
    } <= set(wrong)
    assert wrong["docexchange.overdue_deliveries"].subject == "启东市应急管理局"
    assert wrong["infra.disk_used"].subject == "oa-db-1 /data"


def test_the_manager_reads_exceptions_before_figures(looks: dict[str, SubsystemSummary]):
    said = summary(looks)
    assert said[0].state == "critical"
    assert any(sentence.subject == "中国联通" for sentence in said)
    assert len(said) <= 5
    assert said[-1].text.startswith("公文逾期未签收")


def test_one_line_a_subsystem_with_its_last_weeks(looks: dict[str, SubsystemSummary]):
    block = systems(looks)
    rows = {row["subsystem"]: row for row in block.rows}
    assert list(rows) == [SUBSYSTEMS[name] for name in SECTIONS]
    assert rows["短信平台"]["points"].startswith("中国联通")
    assert rows["运维服务"]["availability"] is None  # nobody checks whether the desk answers
    assert block.inline_charts is not None
    assert {len(values) for values in block.inline_charts.values} == {35}


def test_headlines_are_the_figures_of_the_looks(looks: dict[str, SubsystemSummary]):
    cards = {card.measure.name: card for card in headlines(looks).items}
    assert cards["active"].value == looks["oa"].total["active"]
    assert cards["delivery_rate"].before == looks["sms"].total["delivery_rate_before"]
    assert cards["closed_tickets"].spark


def test_the_clocks_are_those_of_the_longest_incidents(looks: dict[str, SubsystemSummary]):
    rows = clocks(looks).rows
    assert [row["clock_s"] for row in rows] == sorted((row["clock_s"] for row in rows), reverse=True)
    assert 0 < len(rows) <= 3


def test_a_change_is_not_said_over_a_hole():
    total = {"logins": 5, "logins_change_rate": -0.1}
    look = SubsystemSummary("identity", (), "", "logins", total)
    assert change_words(look) == "▼ 10.0%"
    assert change_words(SubsystemSummary("identity", (), "", "logins", {**total, "logins_change_rate": 0.0})) == "持平"
    assert change_words(SubsystemSummary("identity", (), "", "logins", total, was_complete=False)) == "—"
    assert (
        change_words(SubsystemSummary("identity", (), "", "logins", {"logins": 5, "logins_change_rate": None})) == "—"
    )


@pytest.mark.parametrize(("name", "source"), [("im", "im"), ("sms", "sms"), ("oa", "oa_general"), ("desk", "desk")])
def test_a_source_that_was_never_read_makes_its_subsystem_unknown_and_never_fine(
    city: City, tmp_path, name: str, source: str
):
    sources = {key: value for key, value in city.settings.sources.items() if key != source}
    if name == "oa":  # one edition of four: its counts are lower bounds
        sources = {key: value for key, value in city.settings.sources.items() if key.startswith("oa_")}
    settings = city.settings.model_copy(
        update={"sources": sources, "lake": tmp_path / "lake", "ledger": f"sqlite:///{tmp_path / 'ledger.sqlite'}"}
    )
    if name == "oa":
        taken = settings.model_copy(update={"sources": {k: v for k, v in sources.items() if k != source}})
        Extractor(taken, Ledger(taken.ledger), None, city.clock).extract(
            ["oa.activities", "oa.members", "oa.tasks"], MONDAY - dt.timedelta(days=7), MONDAY + dt.timedelta(days=6)
        )
    else:
        (tmp_path / "lake").mkdir()
    look = SECTIONS[name](
        check_context(Report(Workspace(settings), "weekly_service_report", "周报", Period.week(MONDAY)))
    )
    assert look.state == "unknown"
    assert not look.is_complete
    if name == "oa":
        assert "≥" in look.points
        assert look.total["active_rate"] is None
    else:
        assert "没有配置" in look.points
