import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.people import EDITIONS
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.maxkey.database import write_maxkey
from ntanalytics.demo.products.maxkey.schema import site_files
from ntanalytics.demo.store import Store
from ntanalytics.extraction.pseudonym import hash_values
from tests.demo.extracted import Rows, extracted, local, small_city, url_of

FIRST = dt.date(2026, 10, 26)
DISTRICTS = ("崇川区", "通州区", "海门区", "海安市", "如皋市", "启东市", "如东县", "开发区")
OUTAGE, FAILING, FORCE, SILENT = (dt.date(2026, 11, day) for day in (4, 11, 16, 10))
DATASETS = ("identity.units", "identity.accounts", "identity.logins", "identity.account_changes", "sso.apps")


@pytest.fixture(scope="module")
def city() -> City:
    return small_city(FIRST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's folder, with its own table of words."""
    home = Path(tmp_path_factory.mktemp("city"))
    for name, text in site_files().items():
        path = home / "queries" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def url(city: City, folder: Path) -> str:
    write_maxkey(city, Store(folder / "sources"))
    return url_of("maxkey", folder / "sources")


def taken(city: City, folder: Path, url: str, dataset: str, own: bool = True) -> Rows:
    queries = folder / "queries" if own else None
    return extracted(city, folder, f"{{product: maxkey, url: '{url}'}}", dataset, queries=queries)[dataset]


class Read:
    """Each dataset, read once."""

    def __init__(self, city: City, folder: Path, url: str) -> None:
        self._from = (city, folder, url)
        self._read: dict[str, Rows] = {}

    def __call__(self, dataset: str) -> Rows:
        if dataset not in self._read:
            self._read[dataset] = taken(*self._from, dataset)
        return self._read[dataset]


@pytest.fixture(scope="module")
def read(city: City, url: str, folder: Path) -> Read:
    return Read(city, folder, url)


def between(rows: Rows, day: dt.date, since: str, until: str) -> Rows:
    begin, end = (dt.datetime.combine(day, dt.time.fromisoformat(clock)) for clock in (since, until))
    return [row for row in rows if begin <= local(row["logged_in_at"]) < end]


def test_330_units_stand_in_the_city_or_below_one_of_eight_districts(read: Read):
    units = {row["unit"]: row for row in read("identity.units")}
    assert set(units) - set(UNITS) == set(DISTRICTS)
    assert set(UNITS) < set(units)
    assert units["市财政局"]["parent_id"] is None
    assert units["如皋市财政局"]["parent_id"] == units["如皋市"]["unit_id"]
    below = [row for row in units.values() if row["parent_id"]]
    assert len(below) == 8 * (23 + 11)


def test_the_closed_unit_is_out_of_use_and_its_accounts_are_not(read: Read, city: City):
    closed = [row for row in read("identity.units") if not row["is_enabled"]]
    assert [row["unit"] for row in closed] == ["如东县永安镇"]
    accounts = [row["is_enabled"] for row in read("identity.accounts") if row["unit_id"] == closed[0]["unit_id"]]
    assert len(accounts) == (city.people.unit == UNITS.index("如东县永安镇")).sum()
    assert any(accounts)


def test_accounts_are_the_citys_and_one_in_thirty_is_disabled(read: Read, city: City):
    accounts = {row["account_id"]: row for row in read("identity.accounts")}
    assert set(accounts) == {str(number) for number in city.people.id.tolist()}
    enabled = [accounts[str(number)]["is_enabled"] for number in city.people.id.tolist()]
    assert enabled == city.people.is_enabled.tolist()
    assert [local(accounts[str(number)]["opened_at"]).date() for number in city.people.id.tolist()] == (
        city.people.opened_on.tolist()
    )


def test_who_is_present_logs_in_first_when_he_comes_and_not_before(read: Read, city: City):
    first: dict[tuple[dt.date, str], dt.datetime] = {}
    for row in read("identity.logins"):
        if row["outcome"] == "success":
            moment = local(row["logged_in_at"])
            key = (moment.date(), row["account_id"])
            first[key] = min(first.get(key, moment), moment)
    expected = {}
    for day in city.days:
        present = city.present(day)
        for person, at_ms in zip(city.people.id[present.person].tolist(), present.at_ms.tolist(), strict=True):
            expected[day, str(person)] = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=at_ms // 1000)
    assert first == expected


def test_the_last_login_is_that_of_the_history_or_before_the_estate(read: Read):
    last: dict[str, dt.datetime] = {}
    for row in read("identity.logins"):
        if row["outcome"] == "success":
            last[row["account_id"]] = max(last.get(row["account_id"], row["logged_in_at"]), row["logged_in_at"])
    others = []
    for row in read("identity.accounts"):
        if row["account_id"] in last:
            assert row["last_login_at"] == last[row["account_id"]] >= row["opened_at"]
        else:
            others.append(row["last_login_at"])
    earlier = [moment for moment in others if moment]
    assert 0 < len(earlier) < len(others)  # some never did
    assert max(local(moment).date() for moment in earlier) < FIRST
    assert min(local(moment).date() for moment in earlier) < FIRST - dt.timedelta(days=90)  # dormant


def test_failures_have_their_reasons_and_shares(read: Read):
    plain = [row for row in read("identity.logins") if local(row["logged_in_at"]).date() == dt.date(2026, 11, 3)]
    failed = Counter(row["reason"] for row in plain if row["outcome"] == "failure")
    assert 0.03 < failed.total() / len(plain) < 0.1
    assert failed["wrong_password"] > failed["other"] > 0
    everywhere = Counter(row["reason"] for row in read("identity.logins"))
    assert {"unknown_account", "locked", "disabled"} <= set(everywhere)
    unknown = [row for row in read("identity.logins") if row["reason"] == "unknown_account"]
    assert {row["account_id"] for row in unknown} == {None}


def test_methods_are_the_citys_words_and_the_product_alone_does_not_know_them(
    read: Read, city: City, url: str, folder: Path
):
    methods = Counter(row["method"] for row in read("identity.logins"))
    assert set(methods) == {"password", "ca", "sms_code", "scan", "second_factor", "federated"}
    alone = taken(city, folder, url, "identity.logins", own=False)
    theirs = Counter(row["method"] for row in alone)
    assert theirs["other"] == methods["ca"] + methods["sms_code"] + methods["scan"]


def test_telephones_are_those_of_who_acts_by_telephone(read: Read, city: City):
    day = dt.date(2026, 11, 3)
    present = city.present(day)
    mobile = {str(number) for number in city.people.id[present.person[present.is_mobile]].tolist()}
    rows = [row for row in read("identity.logins") if local(row["logged_in_at"]).date() == day]
    seen = {row["account_id"] for row in rows if row["terminal"] == "mobile" and row["outcome"] == "success"}
    assert seen <= mobile
    assert len(seen) > 0.9 * len(mobile)
    assert {row["terminal"] for row in rows} == {"pc", "mobile"}


def test_nobody_gets_in_while_nobody_can(read: Read):
    during = between(read("identity.logins"), OUTAGE, "09:05", "09:47")
    assert {row["outcome"] for row in during} == {"failure"}
    assert len(during) >= 50
    after = between(read("identity.logins"), OUTAGE, "09:47", "10:47")
    usual = between(read("identity.logins"), dt.date(2026, 11, 3), "09:47", "10:47")
    assert len(after) > 1.2 * len(usual)


def test_four_of_five_by_the_failing_method_fail_and_those_of_the_day_before_do_not(read: Read):
    share = {}
    for day in (FAILING, FAILING - dt.timedelta(days=1)):
        rows = [row for row in between(read("identity.logins"), day, "13:30", "16:30") if row["method"] == "sms_code"]
        share[day] = sum(row["outcome"] == "failure" for row in rows) / len(rows)
    assert 0.65 < share[FAILING] < 0.95
    assert share[FAILING - dt.timedelta(days=1)] < 0.2


def test_one_account_is_tried_a_hundred_times_from_one_address_and_nobody_else_is(read: Read):
    address = hash_values(pa.array(["203.0.113.66"]), b"k")[0].as_py()
    tried = [row for row in read("identity.logins") if row["address_hash"] == address]
    assert len(tried) == 100
    assert {(row["outcome"], row["reason"]) for row in tried} == {("failure", "wrong_password")}
    assert len({row["account_id"] for row in tried}) == 1
    assert all(row in tried for row in between(tried, FORCE, "03:20", "03:29"))
    assert suspects(read("identity.logins"), "address_hash") == {address}
    assert suspects(read("identity.logins"), "account_id") == {tried[0]["account_id"]}


def suspects(rows: Rows, of: str) -> set[str]:
    """Who failed 20 times or more within ten minutes (docs/domain.md, Identity and SSO)."""
    failed = defaultdict(list)
    for row in rows:
        if row["outcome"] == "failure" and row[of] is not None:
            failed[row[of]].append(row["logged_in_at"].timestamp())
    found = set()
    for who, moments in failed.items():
        times = np.sort(moments)
        if len(times) >= 20 and (times[19:] - times[:-19] <= 600).any():
            found.add(who)
    return found


def test_accesses_follow_the_login_and_lead_to_the_editions_own_oa(read: Read, city: City):
    came = {}
    for day in city.days:
        present = city.present(day)
        moments = zip(city.people.id[present.person].tolist(), present.at_ms.tolist(), strict=True)
        came |= {(day, str(person)): at_ms for person, at_ms in moments}
    edition = dict(zip(map(str, city.people.id.tolist()), city.people.edition.tolist(), strict=True))
    reached: Counter[str] = Counter()
    for row in read("sso.accesses"):
        moment = local(row["accessed_at"])
        since = (moment - dt.datetime.combine(moment.date(), dt.time())).total_seconds() * 1000
        assert since + 1000 > came[moment.date(), row["account_id"]]
        if row["app_id"].startswith("oa-"):
            assert row["app_id"] == f"oa-{EDITIONS[edition[row['account_id']]]}"
        reached[row["app_id"]] += 1
    assert reached["docexchange"] > reached["seal"] > 0
    assert reached["old-oa"] == 0


def test_nobody_reaches_the_silent_application_on_its_day(read: Read):
    by_day = Counter(local(row["accessed_at"]).date() for row in read("sso.accesses") if row["app_id"] == "seal")
    assert by_day[SILENT] == 0
    assert min(by_day[SILENT + dt.timedelta(days=offset)] for offset in (-1, 1, 2)) > 20


def test_applications_have_a_hostile_name_among_them_and_not_the_first(read: Read):
    apps = read("sso.apps")
    assert [app["app_id"] for app in apps if not app["is_enabled"]] == ["old-oa"]
    assert [n for n, app in enumerate(sorted(apps, key=lambda each: each["app_id"])) if "<script>" in app["app"]] == [
        12
    ]


def test_administrators_open_and_disable_the_accounts_that_were(read: Read, city: City):
    changes = read("identity.account_changes")
    opened = Counter(
        local(row["changed_at"]).date() for row in changes if (row["subject"], row["action"]) == ("account", "opened")
    )
    expected = Counter(local(row["opened_at"]).date() for row in read("identity.accounts"))
    assert opened == {day: count for day, count in expected.items() if day >= FIRST}
    assert sum(row["action"] == "disabled" and row["subject"] == "account" for row in changes) > 0
    closed = [row for row in changes if (row["subject"], row["action"]) == ("unit", "disabled")]
    assert [local(row["changed_at"]).date() for row in closed] == [dt.date(2026, 10, 30)]
    assert {row["outcome"] for row in changes} == {"success", "failure"}


def test_the_unit_that_leaves_off_logs_in_a_quarter_as_often(read: Read):
    unit = next(row["unit_id"] for row in read("identity.units") if row["unit"] == "市交通运输局")
    mine = {row["account_id"] for row in read("identity.accounts") if row["unit_id"] == unit}
    seen = defaultdict(set)
    for row in read("identity.logins"):
        if row["outcome"] == "success" and row["account_id"] in mine:
            seen[local(row["logged_in_at"]).date()].add(row["account_id"])
    before, after = (np.mean([len(seen[dt.date(2026, 11, day)]) for day in days]) for days in ((3, 4, 5), (10, 11, 12)))
    assert 0 < after < 0.5 * before


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(tmp_path: Path):
    rows = []
    for number, seed in enumerate((1, 1, 2)):
        made, home = small_city(dt.date(2026, 11, 20), scale=0.001, seed=seed), tmp_path / str(number)
        assert write_maxkey(made, Store(home)) > 330
        rows.append(taken(made, home, url_of("maxkey", home), "identity.logins", own=False))
    assert rows[0] == rows[1] != rows[2]


@pytest.mark.servers
def test_a_real_mariadb_gives_the_same_rows(tmp_path: Path, mariadb_url: str, folder: Path):
    made = small_city(dt.date(2026, 11, 15), scale=0.001)
    embedded, served = Store(tmp_path), Store(tmp_path, {"mysql": sa.make_url(mariadb_url)})
    assert write_maxkey(made, embedded) == write_maxkey(made, served)
    for dataset in (*DATASETS, "sso.accesses"):
        one, other = (taken(made, folder, url_of("maxkey", tmp_path, server), dataset) for server in ("", mariadb_url))
        assert len(one) > 10
        assert one == other
