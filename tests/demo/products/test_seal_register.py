import datetime as dt
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.population.units import ALIASES, UNITS
from ntanalytics.demo.products.exchange.documents import documents_of
from ntanalytics.demo.products.exchange.offices import offices_of
from ntanalytics.demo.products.seal_register.database import write_seal_register
from ntanalytics.demo.store import PREFIX, Store
from ntanalytics.periods import Calendar, days_between
from tests.demo.extracted import Rows, extracted

ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = dt.date(2026, 11, 22)
DATASETS = ("seal.seals", "seal.signings")


def city(days: int = 32, *, scale: float = 0.01, seed: int = 5) -> City:
    span, calendar = days_between(UNTIL - dt.timedelta(days=days - 1), UNTIL), Calendar()
    return city_of(span, calendar, plan_incidents(calendar, span[0], UNTIL), seed=seed, scale=scale)


def taken(place: City, folder: Path, url: str = "sqlite:///seals.sqlite") -> dict[str, Rows]:
    return extracted(place, folder, f"{{product: seal_register, url: '{url}'}}", *DATASETS)


@pytest.fixture(scope="module")
def place() -> City:
    return city()


@pytest.fixture(scope="module")
def rows(place: City, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The seals, and their signings in a month, as the mappings read them."""
    folder = tmp_path_factory.mktemp("seals")
    write_seal_register(place, Store(folder))
    return taken(place, folder)


def test_each_unit_has_a_seal_in_use_and_some_a_second_one(rows: dict[str, Rows]):
    seals = rows["seal.seals"]
    units = Counter(ALIASES.get(row["unit"], row["unit"]) for row in seals)
    assert set(units) == set(UNITS)
    assert set(units.values()) == {1, 2}
    assert {row["state"] for row in seals if row["seal_id"].endswith("-1")} == {"in_use"}
    assert [row["unit"] for row in seals if '"' in row["unit"]]  # a name that has quotation marks


def test_a_seal_is_as_far_as_the_last_of_its_steps(rows: dict[str, Rows]):
    end = dt.datetime(2026, 11, 23, tzinfo=ZONE)
    for row in rows["seal.seals"]:
        steps = [row[name] for name in ("requested_at", "made_at", "tested_at") if row[name]]
        assert steps == sorted(steps)
        assert steps[-1] < end
        expected = {1: {"requested", "making"}, 2: {"made"}, 3: {"tested", "in_use", "suspended", "revoked"}}
        assert row["state"] in expected[len(steps)]
        if row["tested_at"]:
            assert 2 <= (row["made_at"] - row["requested_at"]).days <= 24
            assert (row["tested_at"] - row["made_at"]).days <= 22


def test_some_seals_have_waited_for_weeks_for_their_test(rows: dict[str, Rows]):
    made = [row for row in rows["seal.seals"] if row["state"] == "made"]
    waiting = [row for row in made if row["made_at"] < dt.datetime(2026, 10, 23, tzinfo=ZONE)]
    assert len(waiting) == 9
    # the others were made in the last few days
    assert all(row["made_at"] > dt.datetime(2026, 11, 10, tzinfo=ZONE) for row in made if row not in waiting)


def test_a_signing_for_each_sealed_document_of_the_exchange(rows: dict[str, Rows], place: City):
    offices, seals = offices_of(place), {row["seal_id"]: row["unit"] for row in rows["seal.seals"]}
    for day in (dt.date(2026, 11, 16), dt.date(2026, 11, 18), dt.date(2026, 11, 21)):
        documents = documents_of(place, offices, day)
        sealed = Counter(UNITS[unit] for unit in offices.unit[documents.office[documents.is_sealed]].tolist())
        signed = Counter(
            ALIASES.get(seals[row["seal_id"]], seals[row["seal_id"]])
            for row in rows["seal.signings"]
            if row["signed_at"].astimezone(ZONE).date() == day
            and (row["system"], row["operation"], row["outcome"]) == ("docexchange", "sign", "success")
        )
        assert signed == sealed
        assert sealed


def test_half_of_the_signings_fail_during_the_incident_and_few_otherwise(rows: dict[str, Rows]):
    begin, end = dt.datetime(2026, 11, 16, 10, tzinfo=ZONE), dt.datetime(2026, 11, 16, 11, 30, tzinfo=ZONE)
    during, otherwise = Counter(), Counter()
    for row in rows["seal.signings"]:
        if row["operation"] == "sign":
            (during if begin <= row["signed_at"] < end else otherwise)[row["outcome"]] += 1
    assert during.total() > 40
    assert 0.33 < during["failure"] / during.total() < 0.67
    assert 0 < otherwise["failure"] / otherwise.total() < 0.01
    assert {row["system"] for row in rows["seal.signings"]} == {"docexchange", "oa", "other"}


def test_few_verifications_fail_and_some_of_those_find_no_seal(rows: dict[str, Rows]):
    verified = [row for row in rows["seal.signings"] if row["operation"] == "verify"]
    failed = [row for row in verified if row["outcome"] == "failure"]
    assert 0 < len(failed) / len(verified) < 0.006
    assert {row["outcome"] for row in verified if row["seal_id"] is None} <= {"failure"}


def test_the_same_seed_gives_the_same_rows_and_another_others(tmp_path: Path):
    found = []
    for number, seed in enumerate((5, 5, 6)):
        made, folder = city(4, seed=seed), tmp_path / str(number)
        write_seal_register(made, Store(folder))
        found.append(taken(made, folder))
    assert found[0] == found[1]
    assert all(found[0][name] != found[2][name] for name in DATASETS)


@pytest.mark.servers
def test_a_real_postgresql_gives_the_same_rows(tmp_path: Path, postgres_url: str):
    made, server = city(32, scale=0.002), sa.make_url(postgres_url)
    write_seal_register(made, Store(tmp_path / "here"))
    write_seal_register(made, Store(tmp_path, {"postgresql": server}))
    (tmp_path / "there").mkdir()
    url = server.set(database=f"{PREFIX}seals").render_as_string()
    here, there = taken(made, tmp_path / "here"), taken(made, tmp_path / "there", url)
    assert all(here[name] for name in DATASETS)
    assert here == there
