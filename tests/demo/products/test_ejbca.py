import datetime as dt
import gzip
import json
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.population.units import ALIASES, UNITS
from ntanalytics.demo.products.ejbca.certificates import EVERY, certificates_of
from ntanalytics.demo.products.ejbca.database import write_ejbca
from ntanalytics.demo.products.nginx_client_cert import LOG, write_client_cert_log
from ntanalytics.demo.store import PREFIX, Store
from ntanalytics.periods import Calendar, days_between
from tests.demo.extracted import Rows, extracted

ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 23, tzinfo=ZONE)


def city(days: int = 28, *, scale: float = 0.02, seed: int = 5) -> City:
    span, calendar = days_between(UNTIL - dt.timedelta(days=days - 1), UNTIL), Calendar()
    return city_of(span, calendar, plan_incidents(calendar, span[0], UNTIL), seed=seed, scale=scale)


def authority(place: City, folder: Path, url: str = "sqlite:///ejbca.sqlite") -> Rows:
    return extracted(place, folder, f"{{product: ejbca, url: '{url}'}}", "ca.certificates")["ca.certificates"]


def gateway(place: City, folder: Path) -> Rows:
    source = "{product: nginx-client-cert, paths: ['ca-gateway/*.log*']}"
    return extracted(place, folder, source, "ca.logins")["ca.logins"]


@pytest.fixture(scope="module")
def place() -> City:
    return city()


@pytest.fixture(scope="module")
def home(place: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(tmp_path_factory.mktemp("ca"))
    write_ejbca(place, Store(folder / "authority"))
    write_client_cert_log(place, folder / "gateway" / "ca-gateway")
    return folder


@pytest.fixture(scope="module")
def certificates(place: City, home: Path) -> Rows:
    """The certificates as the mapping reads them at the estate's end."""
    return authority(place, home / "authority")


@pytest.fixture(scope="module")
def logins(place: City, home: Path) -> Rows:
    """Four weeks of logins with certificates, as the mapping reads them."""
    return gateway(place, home / "gateway")


def in_force(row: dict[str, object]) -> bool:
    return row["state"] == "active" and row["expires_at"] > NOW


def test_every_unit_has_a_certificate_in_force_and_a_fifth_of_the_accounts(certificates: Rows, place: City):
    of_units = [row for row in certificates if row["kind"] == "unit"]
    assert {ALIASES.get(row["unit"], row["unit"]) for row in of_units} == set(UNITS)
    assert len({row["unit"] for row in of_units if in_force(row)}) == len(UNITS)
    assert [row["unit"] for row in of_units if '"' in row["unit"]]  # unescaped
    personal = [row for row in certificates if row["kind"] == "personal"]
    assert 7_000 < len(place.people) / EVERY <= len(personal) < 10_000
    assert {row["state"] for row in certificates} == {"active", "revoked", "archived"}


def test_lives_of_certificates_follow_each_other(certificates: Rows):
    three_years = dt.timedelta(days=3 * 365)
    for row in certificates:
        assert row["issued_at"] < NOW
        assert row["expires_at"] - row["issued_at"] == three_years
        assert (row["revoked_at"] is not None) == (row["state"] == "revoked")
        assert row["revoked_at"] is None or row["issued_at"] < row["revoked_at"] <= row["expires_at"]
        assert row["state"] != "archived" or row["expires_at"] < NOW


def test_a_batch_expires_within_thirty_days_and_the_rest_is_spread(certificates: Rows):
    left = Counter(
        (row["expires_at"] - NOW).days // 30 for row in certificates if row["kind"] == "personal" and in_force(row)
    )
    assert left[0] > 400
    assert max(left[month] for month in range(1, 35)) < left[0] / 1.5
    within = [row for row in certificates if in_force(row) and (row["expires_at"] - NOW).days < 10]
    assert len(within) > 400


def test_persons_who_are_present_log_in_with_certificates_of_theirs(logins: Rows, place: City):
    held = certificates_of(place)
    owner = dict(zip(held.fingerprint.tolist(), held.person.tolist(), strict=True))
    for day in (dt.date(2026, 11, 18), dt.date(2026, 11, 22)):
        present = set(place.present(day).person.tolist())
        tried = {
            owner[row["certificate_id"]]
            for row in logins
            if row["certificate_id"] and row["logged_in_at"].astimezone(ZONE).date() == day
        }
        holders = {person for person in present if place.people.id[person] % EVERY == 0}
        assert tried <= holders
        assert len(tried) > 0.8 * len(holders) > 0  # the others came by telephone, or by another way


def test_who_succeeds_has_a_certificate_that_the_authority_knows_as_good(logins: Rows, certificates: Rows):
    known = {row["certificate_id"]: row for row in certificates}
    for row in logins:
        if row["outcome"] == "success":
            certificate = known[row["certificate_id"]]
            assert certificate["issued_at"] <= row["logged_in_at"] < certificate["expires_at"]
            assert certificate["revoked_at"] is None or row["logged_in_at"] < certificate["revoked_at"]
        if row["reason"] == "expired":
            assert known[row["certificate_id"]]["expires_at"] <= row["logged_in_at"]


def test_expired_certificates_are_tried_again_and_again_during_the_incident_alone(logins: Rows):
    tried = [row for row in logins if row["reason"] == "expired"]
    days = Counter(row["logged_in_at"].astimezone(ZONE).date() for row in tried)
    assert set(days) <= set(days_between(dt.date(2026, 11, 16), dt.date(2026, 11, 21)))
    assert min(days[dt.date(2026, 11, day)] for day in (16, 17, 18, 19, 20)) > 50
    assert 5 <= len({row["certificate_id"] for row in tried}) <= 14


def test_an_untrusted_issuer_fails_the_logins_of_one_morning(logins: Rows):
    begin, end = dt.datetime(2026, 10, 29, 8, 40, tzinfo=ZONE), dt.datetime(2026, 10, 29, 11, 10, tzinfo=ZONE)
    during = Counter(row["reason"] for row in logins if begin <= row["logged_in_at"] < end)
    assert during["untrusted"] > 0.9 * during.total() > 500
    assert not [row for row in logins if row["reason"] == "untrusted" and not begin <= row["logged_in_at"] < end]


def test_few_logins_fail_on_a_plain_day(logins: Rows):
    day = dt.date(2026, 11, 11)
    plain = Counter(row["outcome"] for row in logins if row["logged_in_at"].astimezone(ZONE).date() == day)
    assert plain.total() > 1_000
    assert 0 < plain["failure"] / plain.total() < 0.02


def test_nobody_logs_in_while_nobody_can(logins: Rows):
    begin, end = dt.datetime(2026, 11, 4, 9, 5, tzinfo=ZONE), dt.datetime(2026, 11, 4, 9, 47, tzinfo=ZONE)
    assert not [row for row in logins if begin <= row["logged_in_at"] < end]


def test_the_log_is_rotated_and_names_nobody(home: Path):
    folder = home / "gateway" / "ca-gateway"
    assert {path.name for path in folder.iterdir()} == {LOG, f"{LOG}.1", *(f"{LOG}.{age}.gz" for age in range(2, 28))}
    with gzip.open(folder / f"{LOG}.4.gz", "rt", encoding="utf-8") as file:
        line = json.loads(next(file))
    fields = {"time_iso8601", "request_id", "status", "ssl_client_verify", "ssl_client_fingerprint"}
    assert set(line) == fields
    assert line["time_iso8601"].startswith("2026-11-18T")


def test_the_same_seed_gives_the_same_rows_and_another_others(tmp_path: Path):
    found = []
    for number, seed in enumerate((5, 5, 6)):
        made, folder = city(4, scale=0.004, seed=seed), tmp_path / str(number)
        write_ejbca(made, Store(folder))
        write_client_cert_log(made, folder / "ca-gateway")
        found.append(authority(made, folder))
        found.append([path.read_bytes() for path in sorted((folder / "ca-gateway").iterdir())])
    assert found[:2] == found[2:4]
    assert found[0] != found[4]
    assert found[1] != found[5]


@pytest.mark.servers
def test_a_real_postgresql_gives_the_same_rows(tmp_path: Path, postgres_url: str):
    made, server = city(20, scale=0.004), sa.make_url(postgres_url)
    write_ejbca(made, Store(tmp_path / "here"))
    write_ejbca(made, Store(tmp_path, {"postgresql": server}))
    (tmp_path / "there").mkdir()
    url = server.set(database=f"{PREFIX}ejbca").render_as_string()
    here, there = authority(made, tmp_path / "here"), authority(made, tmp_path / "there", url)
    assert len(here) > 1_000
    assert here == there
