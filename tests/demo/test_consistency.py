"""What the subsystems of the demo city say of the same people, documents and units, as it is extracted."""

import datetime as dt
from collections import Counter, defaultdict

import ibis
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.demo.population.units import NO_UNIT, UNITS
from ntanalytics.demo.products.xinhu.schema import TEAM, TEAM_OF
from ntanalytics.workspace.units import unit_columns
from tests.demo.taken import Lake

#: Sheets of the workbook that only a longer estate than this one fills: a bill is of a whole month (test_desk.py).
LONGER = {"desk.dispositions", "desk.recommendations", "desk.roster", "desk.signoffs", "sms.bills"}
#: The datasets that name units.
NAMING = [name for name, each in DATASETS.items() if unit_columns(each) and name not in LONGER]
#: The names that are no unit's and that no alias stands for: a team that the OA has, and a test account's.
NOBODYS = {"oa.members": {TEAM}, "oa.activities": {TEAM}, "oa.tasks": {TEAM}, "sms.messages": {NO_UNIT}}
#: Those that are always there; a test account sends seldom.
SURELY = {"oa.members", "oa.activities"}


def who(lake: Lake, dataset: str, moment: str) -> dict[dt.date, set[str]]:
    """Who acts on each day, by the number of the account."""
    found = defaultdict(set)
    for row in lake.rows(dataset):
        if row["account_id"]:
            found[row[moment].date()].add(row["account_id"].partition("@")[0])
    return found


@pytest.fixture(scope="module")
def got_in(lake: Lake) -> dict[dt.date, set[str]]:
    """Who logged in on each day."""
    found = defaultdict(set)
    for row in lake.rows("identity.logins"):
        if row["outcome"] == "success":
            found[row["logged_in_at"].date()].add(row["account_id"])
    return found


def test_every_dataset_of_the_contract_is_fed(lake: Lake):
    assert {each.dataset for each in lake.taken} == set(DATASETS)
    assert {name for name in DATASETS if not lake.table(name).num_rows} == LONGER


@pytest.mark.parametrize(
    ("dataset", "moment"),
    [
        ("oa.activities", "hour_at"),
        ("im.messages", "hour_at"),
        ("im.sessions", "hour_at"),
        ("sso.accesses", "accessed_at"),
    ],
)
def test_whoever_acts_has_logged_in_that_day(lake: Lake, got_in: dict[dt.date, set[str]], dataset: str, moment: str):
    acting = who(lake, dataset, moment)
    assert len(acting) == 12
    for day, accounts in acting.items():
        assert accounts <= got_in[day]
        assert len(accounts) > 0.1 * len(got_in[day])


def test_whoever_logs_in_has_an_account_and_a_member_is_one(lake: Lake, got_in: dict[dt.date, set[str]]):
    accounts = {row["account_id"] for row in lake.rows("identity.accounts")}
    assert set().union(*got_in.values()) < accounts
    assert {row["account_id"] for row in lake.rows("oa.members")} < accounts


def test_a_member_of_the_oa_is_of_the_unit_of_his_account(lake: Lake):
    units = {row["unit_id"]: row["unit"] for row in lake.rows("identity.units")}
    unit_of = {row["account_id"]: units[row["unit_id"]] for row in lake.rows("identity.accounts")}
    members = lake.units.resolve(ibis.memtable(lake.table("oa.members"))).to_pyarrow().to_pylist()
    others = [row for row in members if row["unit"] != unit_of[row["account_id"]]]
    assert {row["unit"] for row in others} == {TEAM}
    assert {unit_of[row["account_id"]] for row in others} == {TEAM_OF}


def test_logins_by_certificate_are_those_that_the_gateway_let_through(lake: Lake):
    at_the_gateway = Counter(row["logged_in_at"] for row in lake.rows("ca.logins") if row["outcome"] == "success")
    at_the_login = Counter(
        row["logged_in_at"]
        for row in lake.rows("identity.logins")
        if (row["method"], row["outcome"]) == ("ca", "success")
    )
    assert at_the_gateway == at_the_login
    assert at_the_login.total() > 500
    assert all(number % 5 == 0 for number in holders(lake))


def holders(lake: Lake) -> set[int]:
    """The accounts that log in by certificate: one in five holds one."""
    return {int(row["account_id"]) for row in lake.rows("identity.logins") if row["method"] == "ca"}


def test_each_sealed_document_was_signed_before_it_was_sent(lake: Lake):
    sealed = Counter(row["sent_at"].date() for row in lake.rows("docexchange.documents") if row["is_sealed"])
    signed = Counter(
        row["signed_at"].date()
        for row in lake.rows("seal.signings")
        if (row["operation"], row["system"], row["outcome"]) == ("sign", "docexchange", "success")
    )
    assert sealed == signed
    assert sealed.total() > 50


def test_documents_are_delivered_to_units_of_the_city(lake: Lake):
    documents = {row["document_id"]: row for row in lake.rows("docexchange.documents")}
    found = [row for row in lake.rows("docexchange.deliveries") if row["document_id"] in documents]
    assert {row["document_id"] for row in found} == set(documents)
    assert {row["receiver_unit"] for row in found} <= set(UNITS)
    assert all(row["sent_at"] == documents[row["document_id"]]["sent_at"] for row in found)


@pytest.mark.parametrize("dataset", NAMING)
def test_units_resolve_by_the_table_of_aliases_but_for_the_planted_name(lake: Lake, dataset: str):
    table = ibis.memtable(lake.table(dataset))
    found = {
        row["unit"]
        for column in unit_columns(DATASETS[dataset])
        for row in lake.units.unmatched(table, column).to_pyarrow().to_pylist()
    }
    assert found <= NOBODYS.get(dataset, set())
    assert bool(found) >= (dataset in SURELY)


def test_every_alias_leads_to_a_unit(lake: Lake):
    assert lake.units.unused_aliases().to_pyarrow().num_rows == 0
