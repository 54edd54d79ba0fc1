"""Sentences of instant messaging."""

from __future__ import annotations

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import judge_value
from ntanalytics.subsystems import RULES, word
from tests.subsystems.made import ON


def test_an_older_client_is_told_with_its_users() -> None:
    finding = Finding(
        rule=RULES["im.old_client"],
        entity=Entity("client", "Spark 2.8.3", "Spark 2.8.3"),
        status="warning",
        value=0.0541,
        format="rate:1",
        detector="failure_rate_rise",
        since=ON,
        figures={"events": 740, "hits": 40, "usual": 0.0},
    )
    wording = word(finding)
    assert wording.evidence == "全部客户端用户 740 人，其中使用该客户端 40 人，占 5.4%，通常为 0.0%。"
    assert (wording.since, wording.advice) == ("11月20日", RULES["im.old_client"].advice)


def test_the_busiest_account_is_told_with_its_limit() -> None:
    finding = judge_value(RULES["im.busiest"], 601, [], Entity("account", "busiest", "单个账号"))
    assert word(finding).evidence == "单个账号一小时消息 601 条。"
