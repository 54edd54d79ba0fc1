"""Mass changes by the engine: states that change in mass from one snapshot to the next, of whatever dataset."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, Row, at, evaluation, table_of

_LATER, _SOON = at(ON + dt.timedelta(days=400), 0), at(ON + dt.timedelta(days=20), 0)


def _accounts(off: str = "", elsewhere: str = "", gone: str = "", new: int = 0) -> pa.Table:
    """Return 400 accounts of four units, and new ones; those of one are disabled, moved elsewhere, or not listed."""
    listed: list[Row] = []
    for number in range(400 + new):
        unit = "abcd"[number // 100 % 4]
        if unit != gone:
            placed = "d" if unit == elsewhere else unit
            listed.append({"account_id": f"p{number}", "unit_id": placed, "is_enabled": unit != off})
    return table_of("identity.accounts", listed)


def _units(closed: str = "") -> pa.Table:
    return table_of(
        "identity.units",
        [{"unit_id": unit, "unit": f"{unit.upper()}局", "is_enabled": unit != closed} for unit in "abcd"],
    )


def _certificates(revoked: int, expires_at: dt.datetime = _LATER, new: int = 0) -> pa.Table:
    """Return 300 certificates of units, of which the first are revoked, and new ones."""
    return table_of(
        "ca.certificates",
        [
            {
                "certificate_id": f"c{number}",
                "kind": "unit",
                "unit": f"u{number}",
                "state": "revoked" if number < revoked else "active",
                "expires_at": expires_at,
            }
            for number in range(300 + new)
        ],
    )


def _found(name: str, data: dict[str, pa.Table], **more: Any) -> list[Finding]:
    made = evaluation(subsystem(name), {f"{name}.mass_changes"}, data, **more)
    assert all(finding.status != "unknown" for finding in made.findings)
    return [finding for finding in made.findings if finding.is_violation]


def _of_accounts(now: pa.Table, units: pa.Table | None = None) -> list[Finding]:
    data = {"identity.accounts": now, "identity.units": _units() if units is None else units}
    return _found("identity", data, former={"identity.accounts": _accounts(), "identity.units": _units()})


def test_accounts_of_a_unit_that_were_disabled_are_told_with_the_unit() -> None:
    (finding,) = _of_accounts(_accounts(off="b"))
    assert (finding.status, finding.value) == ("critical", 1.0)
    assert word(finding).evidence == (
        "与前一日快照相比，B局账号 100 条启用由“是”变为“否”，占前一日该状态 100 条的 100.0%。"
    )


def test_accounts_that_were_moved_to_another_unit_are_told() -> None:
    (finding,) = _of_accounts(_accounts(elsewhere="a"))
    assert "100 条单位由“A局”变为“D局”" in word(finding).evidence


def test_accounts_that_are_not_listed_any_more_are_told_once() -> None:
    (finding,) = _of_accounts(_accounts(gone="c"))
    assert "C局账号 100 条（启用“是”）不再列出" in word(finding).evidence


def test_accounts_that_are_new_in_mass_are_told() -> None:
    (finding,) = _of_accounts(_accounts(new=20))
    assert (finding.status, finding.value) == ("warning", 0.05)
    assert word(finding).evidence == (
        "与前一日快照相比，账号 20 条（启用“是”）为新增，相当于前一日全部 400 条的 5.0%。"
    )
    assert not _of_accounts(_accounts(new=7))


def test_accounts_of_a_unit_that_was_closed_are_disabled_as_they_should_be() -> None:
    assert not _of_accounts(_accounts(off="b"), _units(closed="b"))


def test_certificates_that_were_revoked_are_told_with_their_kind() -> None:
    (finding,) = _found("ca", {"ca.certificates": _certificates(25)}, former={"ca.certificates": _certificates(0)})
    assert finding.status == "warning"
    assert "25 条状态由“有效”变为“已吊销”" in word(finding).evidence


def test_a_few_certificates_and_those_that_were_renewed_are_no_finding() -> None:
    former = {"ca.certificates": _certificates(0)}
    assert not _found("ca", {"ca.certificates": _certificates(5)}, former=former)
    assert not _found("ca", {"ca.certificates": _certificates(25, new=24)}, former=former)
    assert _found("ca", {"ca.certificates": _certificates(25, new=5)}, former=former)
    former = {"ca.certificates": _certificates(0, _SOON)}
    assert not _found("ca", {"ca.certificates": _certificates(25, _SOON)}, former=former)


def _register(revoked_today: int, new: int = 0, expires_at: dt.datetime = _LATER) -> pa.Table:
    """Return 9,000 certificates, of which three were revoked on each of 80 days, more today, and new ones."""
    days = [ON - dt.timedelta(days=age) for age in range(80, 0, -1) for _ in range(3)] + [ON] * revoked_today
    revoked: list[Row] = [{"state": "revoked", "revoked_at": at(day, 10)} for day in days]
    listed = revoked + [{"state": "active"}] * (9000 + new - len(revoked))
    common = {"kind": "unit", "unit": "甲局", "expires_at": expires_at}
    return table_of(
        "ca.certificates", [{"certificate_id": f"c{number}", **row} for number, row in enumerate(listed)], **common
    )


def _of_register(revoked: int, new: int = 0, expires_at: dt.datetime = _LATER) -> list[Finding]:
    data = {"ca.certificates": _register(revoked, new, expires_at)}
    return _found("ca", data, former={"ca.certificates": _register(0, 0, expires_at)})


def test_a_small_share_is_told_where_the_register_never_had_as_many_on_a_day() -> None:
    (finding,) = _of_register(60)
    assert (finding.status, finding.value) == ("warning", 60 / 9000)
    assert word(finding).evidence == "当日证书吊销 60 条，此前一天通常不超过 3 条。"
    assert "证书吊销 60 条" in word(finding).event.what
    assert not _of_register(19)


def _opened(today: int, unit: str, disabled: int = 0) -> list[Finding]:
    """Return what is found of 9,000 accounts, two of which were opened on each of 80 days, and of some opened today.

    Some of a unit of 40 accounts were disabled today.
    """
    days = [ON - dt.timedelta(days=age) for age in range(1, 81) for _ in range(2)]
    earlier: list[Row] = [{"unit_id": "a", "opened_at": at(day, 10)} for day in days]
    earlier += [{"unit_id": "b"}] * 8800 + [{"unit_id": "d"}] * 40
    opened: list[Row] = [{"unit_id": unit, "opened_at": at(ON, 10)}] * today
    kept = len(earlier) - disabled
    now, before = (
        table_of(
            "identity.accounts",
            [
                {"account_id": f"p{n}", **row, "is_enabled": not off.start <= n < off.stop}
                for n, row in enumerate(listed)
            ],
        )
        for listed, off in (([*earlier, *opened], range(kept, len(earlier))), (earlier, range(0)))
    )
    units = table_of("identity.units", [{"unit_id": name, "unit": name, "is_enabled": True} for name in "abcd"])
    former = {"identity.accounts": before, "identity.units": units}
    return _found("identity", {"identity.accounts": now, "identity.units": units}, former=former)


def test_accounts_that_are_opened_at_once_are_told_unless_their_unit_was_connected() -> None:
    (finding,) = _opened(100, "a")
    assert word(finding).evidence == "当日账号开通 100 条，此前一天通常不超过 2 条。"
    assert not _opened(100, "c")


def test_a_crowd_is_told_beside_what_changed_in_a_small_unit() -> None:
    told = {word(finding).evidence for finding in _opened(100, "a", disabled=20)}
    assert "当日账号开通 100 条，此前一天通常不超过 2 条。" in told
    assert len(told) == 2


def test_a_crowd_that_is_a_mass_change_is_told_once() -> None:
    (finding,) = _opened(300, "a")
    assert "300 条（启用“是”）为新增" in word(finding).evidence


def test_what_is_revoked_for_its_successor_or_soon_expires_is_no_crowd() -> None:
    assert not _of_register(60, new=50)
    assert not _of_register(60, expires_at=_SOON)
    assert _of_register(60, new=10)


def test_a_day_on_which_nothing_moved_is_ok() -> None:
    made = evaluation(subsystem("ca"), {"ca.mass_changes"}, {"ca.certificates": _certificates(3)})
    (finding,) = [finding for finding in made.findings if finding.code == "ca.mass_changes"]
    assert (finding.status, word(finding).evidence) == ("ok", "与前一日快照相比，没有成批变化。")
