"""Changes of states from one snapshot to the next, with the result worked out by hand."""

from __future__ import annotations

import datetime as dt

import ibis

from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.state_changes import GONE, NEW, happened_by_day, new_rows, state_changes
from tests.subsystems.made import ON, Row, at, table_of

_LATER, _SOON = at(ON + dt.timedelta(days=400), 0), at(ON + dt.timedelta(days=20), 0)


def _snapshot(*listed: tuple[str, str, dt.datetime]) -> ibis.expr.types.Table:
    made: list[Row] = [
        {"certificate_id": name, "kind": "unit", "unit": "甲局", "state": state, "expires_at": end}
        for name, state, end in listed
    ]
    return ibis.memtable(table_of("ca.certificates", made))


def test_rows_are_counted_by_what_they_were_and_became() -> None:
    before = _snapshot(
        ("a", "active", _LATER), ("b", "active", _LATER), ("c", "active", _LATER), ("d", "active", _SOON)
    )
    after = _snapshot(
        ("a", "active", _LATER), ("b", "revoked", _LATER), ("d", "revoked", _SOON), ("e", "active", _LATER)
    )
    ends_by = at(ON + dt.timedelta(days=90), 0)
    counted = rows(state_changes(before, after, ["certificate_id"], "state", ["kind"], ends_by))
    assert {(row["was"], row["became"], row["kind"]): row["rows"] for row in counted} == {
        ("active", "active", "unit"): 1,
        ("active", "revoked", "unit"): 1,
        ("active", GONE, "unit"): 1,
        (NEW, "active", "unit"): 1,
    }


def _accounts(*listed: tuple[str, str, str]) -> ibis.expr.types.Table:
    made: list[Row] = [
        {"source": source, "account_id": name, "unit_id": unit, "is_enabled": True} for source, name, unit in listed
    ]
    return ibis.memtable(table_of("identity.accounts", made))


def test_rows_that_the_earlier_snapshot_of_their_source_lacks_are_new() -> None:
    before = _accounts(("one", "a", "u"), ("one", "b", "u"))
    after = _accounts(("one", "a", "u"), ("one", "b", "u"), ("one", "c", "u"), ("one", "d", "v"), ("two", "e", "u"))
    counted = rows(state_changes(before, after, ["account_id"], "is_enabled", ["unit_id"], at(ON, 0)))
    assert {(row["was"], row["became"], row["unit_id"]): row["rows"] for row in counted} == {
        ("true", "true", "u"): 2,
        (NEW, "true", "u"): 1,
        (NEW, "true", "v"): 1,
    }


def test_what_happened_is_counted_by_local_day_without_what_is_renewed() -> None:
    made: list[Row] = [
        {"certificate_id": "a", "revoked_at": at(ON, 0.5), "expires_at": _LATER},  # the day before in UTC
        {"certificate_id": "b", "revoked_at": at(ON, 23.5), "expires_at": _LATER},
        {"certificate_id": "c", "revoked_at": at(ON - dt.timedelta(days=3), 9), "expires_at": _LATER},
        {"certificate_id": "d", "revoked_at": at(ON, 9), "expires_at": _SOON},
        {"certificate_id": "e", "expires_at": _LATER},
    ]
    common = {"kind": "unit", "unit": "甲局", "state": "revoked"}
    before = ibis.memtable(table_of("ca.certificates", made[:3], **common))
    after = ibis.memtable(table_of("ca.certificates", made, **common))
    counted = rows(happened_by_day(before, after, ["revoked_at"], 90, 8))
    assert {(row["moment"], row["day"]): row["rows"] for row in counted} == {
        ("revoked_at", ON): 2,
        ("revoked_at", ON - dt.timedelta(days=3)): 1,
    }
    assert {row["certificate_id"] for row in rows(new_rows(before, after, ["certificate_id"]))} == {"d", "e"}
    other = before.mutate(source=ibis.literal("another"))
    assert rows(happened_by_day(other, after, ["revoked_at"], 90, 8)) == []
