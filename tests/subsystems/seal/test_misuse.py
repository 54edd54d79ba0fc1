"""Seals that are not in use and sign all the same."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import word
from ntanalytics.subsystems.seal import SUBSYSTEM
from tests.subsystems.made import ON, at, judge, table_of

RULE = "seal.suspended_signings"


def _seals(**states: str) -> list[dict[str, object]]:
    return [{"seal_id": name, "unit": f"单位{name}", "state": state, "day": ON} for name, state in states.items()]


def _signings(*seals: str, **more: object) -> list[dict[str, object]]:
    made = {"operation": "sign", "system": "oa", "outcome": "success", "day": ON, **more}
    return [{"signing_id": str(n), "signed_at": at(ON, 10), "seal_id": seal, **made} for n, seal in enumerate(seals)]


def _found(signings: list[dict[str, object]]) -> Finding:
    data = {"seal.signings": signings, "seal.seals": _seals(a="suspended", b="revoked", c="in_use")}
    before = table_of("seal.seals", _seals(a="suspended", b="in_use", c="in_use"), day=ON - dt.timedelta(days=1))
    [finding] = judge(SUBSYSTEM, [RULE], data, former={"seal.seals": before})
    return finding


@pytest.mark.parametrize(
    ("signings", "status", "value"),
    [
        (_signings("a", "a", "c"), "critical", 2),
        (_signings("c"), "ok", 0),
        (_signings("b"), "ok", 0),  # it may have signed before it was revoked on the day
        (_signings("a", operation="verify"), "ok", 0),
        (_signings("a", outcome="failure"), "ok", 0),
    ],
)
def test_a_seal_that_was_out_of_use_and_signs_is_told(
    signings: list[dict[str, object]], status: str, value: int
) -> None:
    finding = _found(signings)
    assert (finding.status, finding.value) == (status, value)


def test_the_event_names_the_unit() -> None:
    assert "单位a" in word(_found(_signings("a", "a"))).event.detail
