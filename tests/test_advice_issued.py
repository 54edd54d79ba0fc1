"""The inspection and the recommendations, issued from the demo city by the real runner."""

from __future__ import annotations

import pytest

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.reports.verification import verify
from ntanalytics.runner import RunResult
from tests.city import City, blocks
from tests.golden_figures import compare


@pytest.fixture(scope="module")
def advice(city: City) -> RunResult:
    return city.run("optimization_recommendations", "2026-W47")


@pytest.fixture(scope="module")
def inspection(city: City) -> RunResult:
    return city.run("daily_inspection", "2026-11-20")


def test_the_recommendations_are_those_of_the_golden_file(advice: RunResult):
    compare(advice.report, advice.directory)
    verify(advice.directory)


def test_what_was_planted_is_recommended_once_each_and_ranked(advice: RunResult):
    found = blocks(advice.directory)
    rows = found["recommendations"]["rows"]
    problems = [row["problem"] for row in rows]
    assert {"磁盘将按现有增速写满", "服务器证书即将到期", "短信通道送达率不稳定", "公文逾期未签收"} <= set(problems)
    assert len(problems) == len(set(problems))
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert {row["place"] for row in found["basis"]["rows"]} == {row["place"] for row in rows}
    said = [item["text"] for item in found["sentences"]["items"]]
    assert said[0].startswith(f"共 {len(rows)} 项建议")
    assert said[-1] == "首次出具，无往期建议。"
    tracked = found["tracking"]["rows"]
    assert [row["number"].rpartition("-2026-W47")[1] for row in tracked] == ["-2026-W47"] * len(rows)
    assert all(row["success"] for row in tracked)


def test_the_inspection_looks_at_every_subsystem_every_host_and_the_data(inspection: RunResult):
    found = blocks(inspection.directory)
    board = found["board"]["rows"]
    assert {row["subsystem"] for row in board} == set(SUBSYSTEMS.values())
    systems = {row["subsystem"]: row for row in found["systems"]["rows"]}
    assert set(systems) == {*SUBSYSTEMS.values(), "数据完整性"}
    assert sum(row["checks"] for row in systems.values()) == len(board)
    for state, column in (("critical", "wrong"), ("warning", "watched"), ("unknown", "not_known")):
        assert sum(row[column] for row in systems.values()) == sum(row["state"] == state for row in board)
    hosts = {row["subject"] for row in board if row["code"] == "infra.reachable"}
    assert hosts == {row["host"] for row in found["hosts"]["rows"]}
    assert found["board"]["open_rows"] == sum(row["state"] != "ok" for row in board)
    assert {row["origin"] for row in found["incidents"]["rows"]} >= {"监控告警", "运维台账"}


def test_since_when_is_told_where_history_is_at_hand(inspection: RunResult):
    rows = [row for row in blocks(inspection.directory)["board"]["rows"] if row["since"]]
    since = {row["code"]: row["since"].partition("（")[0] for row in rows}
    assert since["infra.error_burst"] == "11月20日"
    assert since["infra.backup_lateness"] == "11月18日"
    assert since["infra.tls_days"] == "10月30日"


def test_a_sunday_is_no_fall_in_use(city: City):
    board = blocks(city.run("daily_inspection", "2026-11-22").directory)["board"]["rows"]
    use = {row["code"]: row for row in board if row["code"] in ("oa.active_fall", "im.messages_fall")}
    assert {row["state"] for row in use.values()} == {"ok"}
    assert {row["evidence"] for row in use.values()} == {"非工作日，不作判断。"}
