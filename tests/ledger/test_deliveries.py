"""Deliveries and notices in the ledger: SQLite, and the servers that hosts share."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ntanalytics.ledger import DeliveryRequest, Ledger

TURN = dt.datetime(2026, 11, 23, 0, tzinfo=dt.UTC)
PARCEL = DeliveryRequest(
    "report", "oa_adoption", "2026-W47", {"unit": "市财政局"}, 1, "mail", "a@example.cn", "r1", TURN
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
    kept.intend(PARCEL, "host 1")
    [stands] = kept.standing("sending")
    assert (stands.parcel, stands.parcel.turn_at, stands.status, stands.attempts) == (PARCEL, TURN, "sending", 1)
    kept.end(PARCEL.id, "retry", "451 later")
    kept.intend(PARCEL, "host 1")
    kept.end(PARCEL.id, "sent")
    assert kept.events(PARCEL.id) == [("sending", ""), ("retry", "451 later"), ("sending", ""), ("sent", "")]
    assert [(each.status, each.attempts) for each in kept.named(PARCEL.id[:10])] == [("sent", 2)]
    assert kept.named("%") == []
    assert [each.to for each in kept.about("report", "oa_adoption", TURN)] == ["mail a@example.cn"]
    assert kept.about("report", "oa_adoption", TURN + dt.timedelta(days=1)) == []
    assert json.loads(json.dumps(kept.standing("sent")[0].as_data()))["parameters"] == {"unit": "市财政局"}


def test_what_differs_in_anything_that_counts_is_another_delivery():
    others = [
        replace(PARCEL, version=2),
        replace(PARCEL, parameters={"unit": "市教育局"}),
        replace(PARCEL, recipient="b@example.cn"),
        replace(PARCEL, channel="share"),
        replace(PARCEL, period="2026-W46"),
        replace(PARCEL, kind="notice"),
    ]
    assert len({each.id for each in [PARCEL, *others]}) == 7
    assert replace(PARCEL, run_id="r2", turn_at=None).id == PARCEL.id


def test_a_notice_is_begun_once_until_it_is_mended(ledger: Ledger):
    kept, key = ledger.notices, "overdue daily 2026-11-23"
    assert [kept.begin(key, "题", "文") is not None for _ in range(2)] == [True, False]
    assert [kept.mend(key), kept.mend(key)] == [True, False]
    again = kept.begin(key, "题", "文")
    assert again is not None
    assert (again.round, [each.round for each in kept.open()]) == (2, [2])
    assert kept.of(key, 1).mended_at is not None
