"""Deliveries and notices in the ledger: SQLite, and the servers that hosts share."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ntanalytics.ledger import DeliveryRequest, Ledger

TURN = dt.datetime(2026, 11, 23, 0, tzinfo=dt.UTC)
REQUEST = DeliveryRequest(
    kind="report",
    subject="oa_adoption",
    period="2026-W47",
    parameters={"unit": "市财政局"},
    version=1,
    channel="mail",
    recipient="a@example.cn",
    run_id="r1",
    scheduled_at=TURN,
)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.servers),
        pytest.param("mariadb", marks=pytest.mark.servers),
    ]
)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    if request.param == "sqlite":
        return Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    return Ledger(request.getfixturevalue(f"{request.param}_url"))


def test_an_intent_stands_until_its_outcome_and_every_step_is_kept(ledger: Ledger):
    kept = ledger.deliveries
    kept.intend(REQUEST, "host 1")
    [stands] = kept.with_status("sending")
    assert (stands.request, stands.request.scheduled_at, stands.status, stands.attempts) == (
        REQUEST,
        TURN,
        "sending",
        1,
    )
    kept.end(REQUEST.id, "retry", "451 later")
    kept.intend(REQUEST, "host 1")
    kept.end(REQUEST.id, "sent")
    assert kept.events(REQUEST.id) == [("sending", ""), ("retry", "451 later"), ("sending", ""), ("sent", "")]
    assert [(each.status, each.attempts) for each in kept.with_id_prefix(REQUEST.id[:10])] == [("sent", 2)]
    assert kept.with_id_prefix("%") == []
    assert [each.to for each in kept.for_subject("report", "oa_adoption", TURN)] == ["mail a@example.cn"]
    assert kept.for_subject("report", "oa_adoption", TURN + dt.timedelta(days=1)) == []
    assert json.loads(json.dumps(kept.with_status("sent")[0].as_data()))["parameters"] == {"unit": "市财政局"}


def test_what_differs_in_anything_that_counts_is_another_delivery():
    others = [
        replace(REQUEST, version=2),
        replace(REQUEST, parameters={"unit": "市教育局"}),
        replace(REQUEST, recipient="b@example.cn"),
        replace(REQUEST, channel="share"),
        replace(REQUEST, period="2026-W46"),
        replace(REQUEST, kind="notice"),
    ]
    assert len({each.id for each in [REQUEST, *others]}) == 7
    assert replace(REQUEST, run_id="r2", scheduled_at=None).id == REQUEST.id


def test_a_notice_is_begun_once_until_it_is_mended(ledger: Ledger):
    kept, key = ledger.notices, "overdue daily 2026-11-23"
    assert [kept.open(key, "题", "文") is not None for _ in range(2)] == [True, False]
    assert [kept.resolve(key), kept.resolve(key)] == [True, False]
    again = kept.open(key, "题", "文")
    assert again is not None
    assert (again.round, [each.round for each in kept.list_open()]) == (2, [2])
    assert kept.get(key, 1).resolved_at is not None
