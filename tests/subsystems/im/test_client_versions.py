"""Clients of older versions and strange products, of instant messaging."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems.im import SUBSYSTEM
from ntanalytics.subsystems.im.versions import outdated_clients, version_of
from tests.subsystems.made import days, even, events, judge


def _judge(last: dict[str, int], since: dt.date = dt.date(2026, 11, 18)) -> list[Finding]:
    """Return the findings of two versions and a product without one, and of others from a day on."""
    rows = []
    for place, row in enumerate(days()):
        usual = {
            "Spark 3.0.1": even(100, place),
            "Spark 3.0.2 UOS": even(400, place + 1),
            "converse.js": even(200, place),
        }
        users = {**usual, **(last if row["day"] >= since else {})}
        rows += [
            {"day": row["day"], "client": client, "account_id": f"{client}/{number}", "events": 1}
            for client, count in users.items()
            for number in range(count)
        ]
    return judge(SUBSYSTEM, ["im.old_client"], {"im.sessions": events("im.sessions", rows)})


@pytest.mark.parametrize(
    ("client", "version"),
    [
        ("Spark 2.8.3", ("Spark", (2, 8, 3))),
        ("Spark 3.0.1 Windows 7", ("Spark", (3, 0, 1))),
        ("移动政务 5.2 HarmonyOS", ("移动政务", (5, 2))),
        ("converse.js", ("converse.js", ())),
        ('Spark 3.0.2"><img src=x onerror=alert(1)>', ("Spark", (3, 0, 2))),
    ],
)
def test_the_name_of_a_client_has_product_and_version(client: str, version: tuple[str, tuple[int, ...]]) -> None:
    assert version_of(client) == version


def test_a_batch_that_went_back_is_told_since_its_first_day() -> None:
    [back] = _judge({"Spark 2.8.3": 40})
    assert (back.entity.identity, back.status, back.since) == ("client/Spark 2.8.3", "warning", dt.date(2026, 11, 18))
    assert back.figures["hits"] == 40


def test_a_product_that_nobody_used_is_told() -> None:
    [stranger] = _judge({"Pidgin 2.14.12": 40})
    assert (stranger.entity.key, stranger.status) == ("Pidgin 2.14.12", "warning")


def test_a_new_version_an_ordinary_week_and_a_few_persons_are_none() -> None:
    assert _judge({"Spark 3.1.0": 300}) == []
    assert _judge({}) == []
    assert _judge({"Spark 2.8.3": 3}) == []
    assert outdated_clients([]) == []
