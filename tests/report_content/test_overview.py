"""What a report sees of each subsystem, in the demo city, whose incidents are known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.extraction import Extractor
from ntanalytics.findings.finding import Finding, Window, subsystem_entity, violations
from ntanalytics.ledger import Ledger
from ntanalytics.metrics.desk.obligations import CLOCKS
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.periods import Period
from ntanalytics.report_content.contents import evaluate_report
from ntanalytics.report_content.incidents import incidents_of
from ntanalytics.report_content.overview import (
    change_words,
    clocks,
    headlines,
    outages,
    soonest_disks,
    summary,
    systems,
)
from ntanalytics.reports.blocks.table import no_rows
from ntanalytics.settings import RuleSettings
from ntanalytics.subsystems import RULES, evaluate
from ntanalytics.subsystems.desk import SUBSYSTEM as DESK
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import City
from tests.subsystems.made import Data, Row
from tests.subsystems.made import evaluation as evaluation_of

MONDAY = dt.date(2026, 11, 16)


@pytest.fixture(scope="module")
def report(city: City) -> Report:
    # the small city sends too few messages a day for the suite's least number of a carrier
    settings = city.settings.model_copy(update={"rules": {"sms.delivery_rate": RuleSettings(min_count=20)}})
    return Report(Workspace(settings), "weekly_service_report", "周报", Period.week(MONDAY))


@pytest.fixture(scope="module")
def evaluation(report: Report) -> Evaluation:
    return evaluate_report(report)


def test_every_subsystem_is_summarized(evaluation: Evaluation):
    summaries = evaluation.summaries
    assert set(summaries) == set(SUBSYSTEMS)
    assert all(item.is_complete and item.findings and item.highlights for item in summaries.values())


def test_what_was_planted_in_the_week_is_found(evaluation: Evaluation):
    entities = {finding.code: finding.entity.identity for finding in violations(evaluation.findings)}
    assert {
        "identity.attempts",
        "docexchange.overdue_deliveries",
        "sms.delivery_rate",
        "seal.testing_days",
        "infra.tls_days",
        "infra.disk_used",
        "infra.days_until_full",
        "desk.overdue_tickets",
    } <= set(entities)
    assert entities["docexchange.overdue_deliveries"] == "unit/启东市应急管理局"
    assert entities["infra.disk_used"] == "disk/oa-db-1/data"


def test_the_manager_reads_exceptions_before_figures(evaluation: Evaluation):
    sentences = summary(evaluation)
    assert sentences[0].status == "critical"
    assert any("中国联通短信通道故障" in sentence.subject for sentence in sentences)
    assert len(sentences) <= 6
    assert "逾期未签收公文" in sentences[-1].text


def test_what_follows_from_one_cause_is_one_sentence_of_the_week(evaluation: Evaluation):
    day = MONDAY + dt.timedelta(days=5)
    down, lull, slow = (
        Finding(
            rule=RULES[code], entity=entity, status=status, value=value, window=Window(day, begin, 43_200), since=day,
            figures={"outages": 0.0, "seen": 0.0, "expected": 90.0, "run_from_s": begin, "run_until_s": 43_200.0},
            detector=detector,
        )
        for code, entity, status, value, begin, detector in (
            ("infra.availability", subsystem_entity("oa"), "critical", 0.9, 32_400.0, ""),
            ("oa.lull", subsystem_entity("oa"), "warning", 7200.0, 33_000.0, "volume_gap"),
            ("identity.login_failure_rate", subsystem_entity("identity"), "warning", 0.2, 50_000.0, ""),
        )
    )  # fmt: skip
    texts = [sentence.subject + sentence.text for sentence in summary(replace(evaluation, findings=(slow, lull, down)))]
    [story] = [text for text in texts if "活跃人时" in text]
    assert story.index("可用率") < story.index("活跃人时")
    assert not any("可用率" in text for text in texts if text != story)


def test_one_line_a_subsystem_with_its_last_weeks(evaluation: Evaluation):
    block = systems(evaluation)
    rows = {row["subsystem"]: row for row in block.rows}
    assert list(rows) == [SUBSYSTEMS[name] for name in evaluation.summaries]
    assert rows["短信平台"]["points"].startswith("中国联通")
    assert rows["运维服务"]["availability"] is None  # nobody checks whether the desk answers
    assert block.inline_charts is not None
    assert {len(values) for values in block.inline_charts.values} == {35}


def test_the_systems_that_nobody_checks_are_named_beside_the_mean_of_the_others(evaluation: Evaluation):
    assert systems(evaluation).note == ""
    infra = evaluation.summaries["infra"]
    measured = infra.tables["availability"]
    two = replace(measured, items=tuple(row for row in measured.items if row["subsystem"] in ("oa", "sms")))
    few = {**evaluation.summaries, "infra": replace(infra, tables={**infra.tables, "availability": two})}
    note = systems(replace(evaluation, summaries=few)).note
    assert "2 个系统的平均" in note
    assert outages(evaluation).note == ""
    seen = few["infra"].tables["outages"]
    quiet = replace(few["infra"], tables={**few["infra"].tables, "outages": replace(seen, items=())})
    unseen = outages(replace(evaluation, summaries={**few, "infra": quiet}))
    assert (unseen.rows, unseen.empty) == ((), no_rows(is_complete=False))
    assert unseen.note.endswith("没有可用性检查，有无中断未知。")
    assert ("统一身份认证" in unseen.note, "短信平台" in unseen.note) == (True, False)
    assert [name for name in SUBSYSTEMS.values() if name in note] == [
        SUBSYSTEMS[name] for name in evaluation.summaries if name not in ("oa", "sms", "desk")
    ]
    none = {
        **evaluation.summaries,
        "infra": replace(infra, tables={**infra.tables, "availability": replace(two, items=())}),
    }
    assert systems(replace(evaluation, summaries=none)).note == ""


def test_no_day_is_given_to_a_disk_that_its_trend_does_not_fill_within_a_year(evaluation: Evaluation):
    rows = soonest_disks(evaluation).rows
    assert (rows[0]["host"], round(rows[0]["days_until_full"])) == ("oa-db-1", 6)
    assert {row["days_until_full"] for row in rows[1:]} == {None}


def test_a_disk_that_was_not_measured_is_unknown_however_slowly_it_grew(evaluation: Evaluation):
    infra = evaluation.summaries["infra"]
    unmeasured = FigureRow({**infra.tables["disks"].items[0], "days_until_full": 900.0}, is_complete=False)
    tables = {**infra.tables, "disks": replace(infra.tables["disks"], items=(unmeasured,))}
    [row] = soonest_disks(replace(evaluation, summaries={"infra": replace(infra, tables=tables)})).rows
    assert row["certainty"]["days_until_full"] == "unknown"


def test_a_system_that_was_down_is_not_well_in_its_own_line(evaluation: Evaluation):
    """The availability of each system is measured by ``infra``."""
    down = Finding(
        rule=RULES["infra.availability"],
        entity=subsystem_entity("im"),
        status="critical",
        value=0.9891,
        format="rate:2",
    )
    others = [finding for finding in evaluation.findings if finding.identity != down.identity]
    told = {row["subsystem"]: row for row in systems(replace(evaluation, findings=(*others, down))).rows}
    known = {row["subsystem"]: row for row in systems(evaluation).rows}
    assert known["即时通讯"]["state"] == "ok"
    assert told["即时通讯"]["state"] == "critical"
    assert told["即时通讯"]["points"].startswith("即时通讯可用率98.91%；")
    assert {name for name in told if told[name]["state"] != known[name]["state"]} == {"即时通讯"}


def test_a_system_whose_availability_alone_is_unknown_says_so_and_the_desk_has_none(evaluation: Evaluation):
    infra = evaluation.summaries["infra"]
    unseen = replace(infra.tables["availability"], items=(), is_complete=False)
    gap = {**evaluation.summaries, "infra": replace(infra, tables={**infra.tables, "availability": unseen})}
    others = [finding for finding in evaluation.findings if finding.code != "infra.availability"]
    unknown = Finding(rule=RULES["infra.availability"], entity=subsystem_entity("im"), status="unknown")
    rows = systems(replace(evaluation, summaries=gap, findings=(*others, unknown))).rows
    told = {row["subsystem"]: row for row in rows}
    assert (told["即时通讯"]["state"], told["即时通讯"]["points"].endswith("；可用率未知")) == ("unknown", True)
    certain = {name: (row.get("certainty") or {}).get("availability") for name, row in told.items()}
    assert (certain["即时通讯"], certain["运维服务"]) == ("unknown", None)


def test_a_change_has_the_name_of_its_figure_where_the_line_does_not_show_it(evaluation: Evaluation):
    """The line of ``infra`` tells backups, and its change is that of the platform's availability."""
    for item, row in zip(evaluation.summaries.values(), systems(evaluation).rows, strict=True):
        if (words := change_words(item)) != "—":
            assert row["change"] in (words, f"{item.measure.label}{words}")
            assert (item.measure.label in row["points"]) == (row["change"] == words)


def test_headlines_are_the_figures_of_the_summaries(evaluation: Evaluation):
    cards = {card.measure.name: card for card in headlines(evaluation).items}
    assert cards["active"].value == evaluation.summaries["oa"].total["active"]
    assert cards["delivery_rate"].before == evaluation.summaries["sms"].total["delivery_rate_before"]
    assert cards["closed_tickets"].spark


def test_the_clocks_are_those_of_the_longest_incidents(evaluation: Evaluation):
    shown = clocks(evaluation)
    assert [row["clock_s"] for row in shown.rows] == sorted((row["clock_s"] for row in shown.rows), reverse=True)
    assert "lasted_s" not in [field.name for field in shown.fields]  # each is over


def test_an_incident_without_an_end_has_no_recovery_time_in_the_table():
    began = dt.datetime(2026, 11, 18, 1, 12, tzinfo=dt.UTC)
    incident: Row = {"incident_no": "SJ1", "subsystem": "sms", "cause": "carrier", "is_crash": False}
    incident |= {"began_at": began, "changed_at": began}
    data: Data = {name: [] for name in ("desk.tickets", "desk.attendance", "desk.changes")}
    made = evaluation_of(DESK, [], data | {"desk.incidents": [incident]}, period=Period.week(MONDAY), has_section=True)
    [row] = clocks(made).rows
    assert (row["clock_s"], row["lasted_s"]) == (None, (4 * 24 + 14.8) * 3600)
    assert row["clock"] == CLOCKS["no_crash_lasts"]
    [told], _ = incidents_of(made)
    assert (told.lasts, told.length_s) == (True, row["lasted_s"])


def test_a_change_is_not_told_over_a_gap():
    total = {"logins": 5, "logins_change_rate": -0.1}

    def words(row: dict[str, float | None], *, was_complete: bool = True) -> str:
        figures = FigureRow(row, was_complete=was_complete)
        return change_words(SubsystemSummary(subsystem="identity", highlights="", lead="logins", total=figures))

    assert words(total) == "▼ 10.0%"
    assert words({**total, "logins_change_rate": 0.0}) == "持平"
    assert words(total, was_complete=False) == "未知"
    assert words({"logins": 5, "logins_change_rate": None}) == "—"


@pytest.mark.parametrize(("name", "source"), [("im", "im"), ("sms", "sms"), ("oa", "oa_general"), ("desk", "desk")])
def test_a_source_that_was_never_read_makes_its_subsystem_unknown_and_never_fine(
    city: City, tmp_path: Path, name: str, source: str
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
            ["oa.activities", "oa.members", "oa.tasks"], MONDAY, MONDAY + dt.timedelta(days=6)
        )
    else:
        (tmp_path / "lake").mkdir()
    report = Report(Workspace(settings), "weekly_service_report", "周报", Period.week(MONDAY))
    look = evaluate(report, (name,)).summaries[name]
    assert look.status == "unknown"
    assert not look.is_complete
    if name == "oa":
        assert "≥" in look.highlights
        assert look.quantity("active_rate").text == "未知"
        editions = {row["edition"]: row.quantity("active") for row in look.tables["editions"]}
        known = {edition for edition, active in editions.items() if active.is_exact}
        assert known  # the gap of one source leaves the editions that others feed
    else:
        assert "没有配置" in look.highlights


@pytest.mark.parametrize(
    ("name", "source", "kept", "known", "unknown"),
    [
        ("im", "im", ["im.messages"], "im_messages", None),
        ("infra", "web", ["infra.requests"], None, "platform_availability"),
    ],
)
def test_a_dataset_is_told_where_another_of_its_subsystem_has_no_source(
    city: City, tmp_path: Path, name: str, source: str, kept: list[str], known: str | None, unknown: str | None
):
    """Messages without sessions, and requests without checks."""
    sources = {source: city.settings.sources[source].model_copy(update={"datasets": tuple(kept)})}
    settings = city.settings.model_copy(
        update={"sources": sources, "lake": tmp_path / "lake", "ledger": f"sqlite:///{tmp_path / 'ledger.sqlite'}"}
    )
    Extractor(settings, Ledger(settings.ledger), None, city.clock).extract([], MONDAY, MONDAY + dt.timedelta(days=6))
    summary = evaluate(Report(Workspace(settings), "weekly_service_report", "周报", Period.week(MONDAY)), (name,))
    told = summary.summaries[name]
    if known:
        assert told.quantity(known).is_exact
        assert told.quantity(known).value
    else:
        assert any(row.quantity("requests").is_exact for row in told.tables["services"])
    if unknown:
        assert told.quantity(unknown).text == "未知"
        assert "没有配置" not in told.highlights
