"""What the inspection of a day finds in logins, single sign-on, certificates and seals of the demo city."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from ntanalytics.checks.baseline import Baseline, drop_uninformative, is_within, rated, span
from ntanalytics.checks.context import CheckContext
from ntanalytics.extraction import Extractor
from ntanalytics.findings.finding import Finding
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Period
from ntanalytics.subsystems import RULES, check_context
from ntanalytics.subsystems.ca.checks import inspect_ca
from ntanalytics.subsystems.identity.checks import inspect_identity
from ntanalytics.subsystems.seal.checks import inspect_seal
from ntanalytics.subsystems.sso.checks import inspect_sso
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report
from tests.city import UNTIL, City

ASKED = (inspect_identity, inspect_sso, inspect_ca, inspect_seal)
DATASETS = [
    "identity.logins", "identity.accounts", "identity.units", "identity.account_changes", "sso.accesses", "sso.apps",
    "ca.logins", "ca.certificates", "seal.seals", "seal.signings",
]  # fmt: skip
Inspected = Callable[[str], dict[str, Finding]]


@pytest.fixture(scope="module")
def workspace(city: City) -> Workspace:
    extractor = Extractor(city.settings, Ledger(city.settings.ledger), None, city.clock)
    extractor.extract(DATASETS, UNTIL - dt.timedelta(days=55), UNTIL)
    return Workspace(city.settings)


def _context(workspace: Workspace, day: str) -> CheckContext:
    return check_context(Report(workspace, "daily_inspection", "巡检", Period.day(dt.date.fromisoformat(day))))


@pytest.fixture(scope="module")
def inspected(workspace: Workspace) -> Inspected:
    """What is wrong on a day, by the rule's code."""

    def of(day: str) -> dict[str, Finding]:
        context = _context(workspace, day)
        return {each.code: each for ask in ASKED for each in ask(context) if each.state in ("warning", "critical")}

    return of


def test_who_tries_an_account_by_force_is_told_once(inspected: Inspected):
    found = inspected("2026-11-16")
    assert found["identity.attempts"].evidence == "03:20—03:28 登录失败 100 次。"
    assert (found["identity.attempts"].subject, found["identity.attempts"].since) == ("单一来源地址", "11月16日")
    assert not {"identity.forced_accounts", "identity.method_failures", "identity.reason_rise"} & set(found)


def test_an_outage_of_the_logins_is_told_of_the_logins_alone(inspected: Inspected):
    found = inspected("2026-11-04")
    assert set(found) == {"identity.login_silence"}
    assert found["identity.login_silence"].state == "critical"
    assert found["identity.login_silence"].evidence.startswith("09:06—09:46 几乎没有登录")


def test_an_issuer_that_was_not_trusted_is_told_by_its_reason(inspected: Inspected):
    found = inspected("2026-10-29")
    assert set(found) == {"ca.refused_logins"}
    assert found["ca.refused_logins"].subject == "证书登录（不受信任）"
    assert found["ca.refused_logins"].state == "critical"


def test_an_application_that_nobody_reached_is_named(inspected: Inspected):
    found = inspected("2026-11-10")
    assert set(found) == {"sso.app_silence"}
    assert found["sso.app_silence"].subject in ("电子印章", "seal")


def test_a_unit_out_of_use_is_named_with_its_accounts(inspected: Inspected):
    found = inspected("2026-11-20")["identity.orphan_accounts"]
    assert found.subject == "如东县永安镇"
    assert found.evidence.startswith("单位已停用，仍有 ")


def test_a_saturday_and_a_holiday_are_in_order(inspected: Inspected, workspace: Workspace):
    assert inspected("2026-11-07") == {}
    holiday = _context(workspace, "2026-10-06")
    assert not [each for ask in ASKED for each in ask(holiday) if each.state in ("warning", "critical")]


def test_before_the_first_row_there_was_no_source(workspace: Workspace):
    past = Baseline(_context(workspace, "2026-10-05"), "identity.logins")
    [first] = past.days.order_by("day").limit(1).to_pyarrow()["day"].to_pylist()
    assert first == UNTIL - dt.timedelta(days=55)


def test_of_few_signings_two_failures_are_chance_and_twenty_are_not(workspace: Workspace):
    rule = RULES["seal.signing_failure_rate"]

    def state(failures: int, signings: int) -> str:
        row = {"signings": signings, "signing_failures": failures, "signing_failure_rate": failures / signings}
        [found] = rated(rule, row, "signing_failures", is_complete=True)
        return found.state

    assert (state(0, 40), state(2, 40), state(20, 40)) == ("ok", "ok", "critical")


def _finding(state: str, evidence: str = "", **figures: float) -> Finding:
    return Finding("a.b", "ca", "某处", "检查", state, 1.0, "integer", "", evidence, figures=figures)  # type: ignore[arg-type]


def test_what_lies_mostly_within_another_says_the_same():
    outage = span([_finding("ok"), _finding("critical", from_s=100.0, until_s=200.0)])
    assert outage == (100.0, 200.0)
    assert is_within(_finding("warning", from_s=140.0, until_s=220.0), outage)
    assert not is_within(_finding("warning", from_s=190.0, until_s=900.0), outage)
    assert not is_within(_finding("warning", from_s=140.0, until_s=150.0), None)


def test_few_events_and_a_holiday_without_its_like_are_not_told(workspace: Workspace):
    findings = [
        _finding("ok"),
        _finding("unknown", "签章 8 次，不足 20，不作判断。"),
        _finding("unknown", "历史不足。"),
    ]
    assert len(drop_uninformative(_context(workspace, "2026-11-16"), findings)) == 2
    assert len(drop_uninformative(_context(workspace, "2026-10-06"), findings)) == 1
