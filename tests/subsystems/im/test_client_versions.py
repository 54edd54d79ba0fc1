from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.detectors.failure_rate_rise import RateWords, failure_rate_rise
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.im.client_versions import fallen_back, version_of
from tests.subsystems.made import ON, days, even

WORDS = RateWords("使用该客户端", "全部用户", "人")


def seen(last, since=dt.date(2026, 11, 18)):
    """Two versions and a product without one, and from a day on others as well."""
    found = []
    for place, row in enumerate(days()):
        usual = {
            "Spark 3.0.1": even(100, place),
            "Spark 3.0.2 UOS": even(400, place + 1),
            "converse.js": even(200, place),
        }
        its = {**usual, **(last if row["day"] >= since else {})}
        found += [{"day": row["day"], "client": name, "client_users": users} for name, users in its.items()]
    return found


def judged(last):
    table = fallen_back(seen(last))
    return failure_rate_rise(
        RULES["im.old_client"], table, days(), ON, WORDS, slot_s=86_400, subject=lambda row: row["client"]
    )


@pytest.mark.parametrize(
    ("client", "told"),
    [
        ("Spark 2.8.3", ("Spark", (2, 8, 3))),
        ("Spark 3.0.1 Windows 7", ("Spark", (3, 0, 1))),
        ("移动政务 5.2 HarmonyOS", ("移动政务", (5, 2))),
        ("converse.js", ("converse.js", ())),
        ('Spark 3.0.2"><img src=x onerror=alert(1)>', ("Spark", (3, 0, 2))),
    ],
)
def test_what_a_clients_name_tells(client, told):
    assert version_of(client) == told


def test_a_batch_that_went_back_is_told_since_its_first_day():
    [back] = judged({"Spark 2.8.3": 40})
    assert (back.subject, back.state, back.since) == ("Spark 2.8.3", "warning", "11月18日")
    assert "使用该客户端 40 人" in back.evidence


def test_a_product_that_nobody_used_is_told():
    [stranger] = judged({"Pidgin 2.14.12": 40})
    assert stranger.subject == "Pidgin 2.14.12"


def test_a_new_version_an_ordinary_week_and_a_few_persons_are_none():
    assert judged({"Spark 3.1.0": 300}) == []
    assert judged({}) == []
    assert judged({"Spark 2.8.3": 3}) == []
    assert fallen_back([]) == []
