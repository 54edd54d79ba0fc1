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


def _by_night(*times: float) -> list[dict[str, object]]:
    return [
        {"signing_id": str(n), "signed_at": at(ON, hour), "seal_id": "c", "operation": "sign", "system": "oa",
         "outcome": "success", "day": ON}
        for n, hour in enumerate(times)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("signings", "status", "value"),
    [
        (_by_night(1, 1.5, 2), "warning", 3),
        (_by_night(0.5, 23), "ok", 2),  # an urgent document, twice
        (_by_night(6, 6.5, 21.9, 5.9), "ok", 1),  # the night ends at six and begins at ten
        (_by_night(*[1 + n / 20 for n in range(10)]), "critical", 10),
    ],
)
def test_a_seal_that_goes_on_signing_by_night_is_told(
    signings: list[dict[str, object]], status: str, value: int
) -> None:
    data = {"seal.signings": signings, "seal.seals": _seals(c="in_use")}
    [finding] = judge(SUBSYSTEM, ["seal.night_signings"], data)
    assert (finding.status, finding.value) == (status, value)
    if status != "ok":
        assert (finding.window.from_s, finding.details["units"]) == (3600.0, ("单位c",))
        assert word(finding).event.what.startswith("11月20日1时")
        assert "单位c的印章夜间签章" in word(finding).event.what
