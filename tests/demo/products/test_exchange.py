import datetime as dt
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa

from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.exchange.database import write_exchange
from ntanalytics.demo.products.exchange.deliveries import WorkClock
from ntanalytics.demo.products.exchange.documents import MIN_PER_DAY, documents_of
from ntanalytics.demo.products.exchange.offices import offices_of
from ntanalytics.demo.store import PREFIX, Store
from ntanalytics.periods import Calendar, days_between
from tests.demo.extracted import Rows, extracted

ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = dt.date(2026, 11, 22)
DATASETS = ("docexchange.documents", "docexchange.deliveries", "docexchange.interface_calls")
CALENDAR = Calendar()


def city(days: int = 28, *, scale: float = 0.01, seed: int = 5) -> City:
    span = days_between(UNTIL - dt.timedelta(days=days - 1), UNTIL)
    return city_of(span, CALENDAR, plan_incidents(CALENDAR, span[0], UNTIL), seed=seed, scale=scale)


def taken(place: City, folder: Path, url: str = "sqlite:///exchange.sqlite") -> dict[str, Rows]:
    return extracted(place, folder, f"{{product: exchange, url: '{url}'}}", *DATASETS)


@pytest.fixture(scope="module")
def place() -> City:
    return city()


@pytest.fixture(scope="module")
def rows(place: City, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Four weeks of document exchange as the mappings read them."""
    folder = tmp_path_factory.mktemp("exchange")
    write_exchange(place, Store(folder))
    return taken(place, folder)


def local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(ZONE).replace(tzinfo=None)


def working(moment: dt.datetime) -> bool:
    return CALENDAR.is_working_day(local(moment).date())


def test_a_plain_working_day_has_some_sixty_documents_to_five_to_sixty_units(rows: dict[str, Rows]):
    sent = Counter(local(row["sent_at"]).date() for row in rows["docexchange.documents"])
    days = [count for day, count in sent.items() if CALENDAR.is_working_day(day) and day != dt.date(2026, 11, 5)]
    assert len(days) == 19
    assert 0.85 * MIN_PER_DAY < sum(days) / len(days) < 1.1 * MIN_PER_DAY
    receivers = Counter(row["document_id"] for row in rows["docexchange.deliveries"])
    assert set(receivers) == {row["document_id"] for row in rows["docexchange.documents"]}
    assert 5 <= min(receivers.values()) < 10
    assert 50 < max(receivers.values()) <= 60


def test_the_clerks_who_are_present_send_after_they_have_come(place: City):
    offices = offices_of(place)
    for day in (dt.date(2026, 11, 18), dt.date(2026, 11, 21)):
        documents, present = documents_of(place, offices, day), place.present(day)
        arrival = dict(zip(present.person.tolist(), (present.at_ms // 1000).tolist(), strict=True))
        clerks = offices.clerk[documents.office].tolist()
        assert clerks
        assert all(arrival[clerk] < at for clerk, at in zip(clerks, documents.at_s.tolist(), strict=True))


def test_no_unit_receives_a_document_twice_or_its_own(rows: dict[str, Rows]):
    sender = {row["document_id"]: row["sender_unit"] for row in rows["docexchange.documents"]}
    pairs = [(row["document_id"], row["receiver_unit"]) for row in rows["docexchange.deliveries"]]
    assert len(set(pairs)) == len(pairs)
    assert not [1 for document, unit in pairs if sender[document] == unit]
    assert len({unit for _, unit in pairs}) == 306
    assert {unit for _, unit in pairs} | set(sender.values()) <= set(UNITS)


def test_steps_follow_each_other_and_nothing_is_later_than_the_estate(rows: dict[str, Rows]):
    end = dt.datetime(2026, 11, 23, tzinfo=ZONE)
    for row in rows["docexchange.deliveries"]:
        steps = [row[name] for name in ("sent_at", "delivered_at", "signed_at", "registered_at") if row[name]]
        assert steps == sorted(steps)
        assert max([*steps, row["returned_at"] or steps[0]]) == row["changed_at"] < end
        reached = {"sent": 1, "delivered": 2, "signed": 3, "registered": 4}.get(row["state"])
        assert reached is None or len(steps) == reached
        assert (row["returned_at"] is None) == (reached is not None)
        assert (row["platform"] is None) == (row["signed_at"] is None)


def test_most_is_signed_within_a_working_day_and_nothing_at_night(rows: dict[str, Rows]):
    old = [row for row in rows["docexchange.deliveries"] if local(row["sent_at"]).date() < dt.date(2026, 11, 12)]
    kept = [row for row in old if row["returned_at"] is None]
    day = dt.timedelta(days=1)
    plain = [row for row in kept if local(row["sent_at"]).weekday() < 4]
    prompt = sum(1 for row in plain if row["signed_at"] and row["signed_at"] - row["sent_at"] <= day)
    assert 0.88 < prompt / len(plain) < 0.98
    hours = {local(row[name]).hour for row in kept for name in ("signed_at", "registered_at") if row[name]}
    assert hours <= set(range(8, 21))
    worked = Counter(working(row["signed_at"]) for row in kept if row["signed_at"])
    assert worked[True] > 20 * worked[False] > 0
    by_unit = Counter(row["receiver_unit"] for row in plain)
    late = Counter(
        row["receiver_unit"] for row in plain if not row["signed_at"] or row["signed_at"] - row["sent_at"] > day
    )
    shares = [late[unit] / count for unit, count in by_unit.items() if count > 25]
    assert min(shares) < 0.02
    assert max(shares) > 0.2  # units differ


def test_shares_of_ofd_seals_and_domestic_terminals(rows: dict[str, Rows]):
    documents = rows["docexchange.documents"]
    assert np.mean([row["is_ofd"] for row in documents]) == pytest.approx(0.9, abs=0.03)
    assert np.mean([row["is_sealed"] for row in documents]) == pytest.approx(0.85, abs=0.03)
    signed = Counter(row["platform"] for row in rows["docexchange.deliveries"] if row["platform"])
    assert 0.3 < signed["xinchuang"] / signed.total() < 0.6
    assert {row["platform"] for row in documents} == {"traditional", "xinchuang"}


def test_the_unit_that_signs_for_nothing_has_by_far_the_most_overdue(rows: dict[str, Rows]):
    begin, end = dt.datetime(2026, 11, 13, tzinfo=ZONE), dt.datetime(2026, 11, 21, tzinfo=ZONE)
    its = [row for row in rows["docexchange.deliveries"] if row["receiver_unit"] == "启东市应急管理局"]
    assert [row for row in its if row["signed_at"] and row["signed_at"] < begin]
    assert not [row for row in its if row["signed_at"] and begin <= row["signed_at"] < end]
    overdue = Counter(
        row["receiver_unit"]
        for row in rows["docexchange.deliveries"]
        if row["state"] == "delivered" and row["due_at"] and row["due_at"] < end
    )
    (first, most), (_, next_most) = overdue.most_common(2)
    assert first == "启东市应急管理局"
    assert most > 3 * next_most


def test_most_of_what_a_unit_sent_during_the_burst_came_back(rows: dict[str, Rows]):
    begin, end = dt.datetime(2026, 11, 5, 9, tzinfo=ZONE), dt.datetime(2026, 11, 5, 17, 30, tzinfo=ZONE)
    burst = {
        row["document_id"]
        for row in rows["docexchange.documents"]
        if row["sender_unit"] == "市统计局" and begin <= row["sent_at"] < end
    }
    fates = [row["state"] for row in rows["docexchange.deliveries"] if row["document_id"] in burst]
    assert len(fates) > 200
    assert 0.7 < fates.count("returned") / len(fates) < 0.9
    others = [row["state"] for row in rows["docexchange.deliveries"] if row["document_id"] not in burst]
    assert 0 < others.count("returned") / len(others) < 0.02


def test_half_of_a_partners_calls_fail_for_some_hours(rows: dict[str, Rows]):
    begin, end = dt.datetime(2026, 11, 17, 10, 20, tzinfo=ZONE), dt.datetime(2026, 11, 17, 13, 5, tzinfo=ZONE)
    during, otherwise = Counter(), Counter()
    for row in rows["docexchange.interface_calls"]:
        is_hit = row["caller"] == "政务服务网" and begin <= row["minute_at"] < end
        (during if is_hit else otherwise)[row["outcome"]] += row["calls"]
    assert during.total() > 30
    assert 0.3 < during["failure"] / during.total() < 0.7
    assert otherwise["failure"] / otherwise.total() < 0.01


def test_nothing_is_called_or_delivered_while_the_exchange_is_down(rows: dict[str, Rows]):
    begin, end = dt.datetime(2026, 10, 28, 11, 5, tzinfo=ZONE), dt.datetime(2026, 10, 28, 11, 38, tzinfo=ZONE)
    moments = [row["minute_at"] for row in rows["docexchange.interface_calls"]]
    for row in rows["docexchange.deliveries"]:
        moments += [row[name] for name in ("sent_at", "delivered_at", "signed_at", "registered_at", "returned_at")]
    assert not [moment for moment in moments if moment and begin <= moment < end]
    hour = dt.timedelta(hours=1)
    assert [moment for moment in moments if moment and begin - hour <= moment < begin]


def test_a_partner_with_a_hostile_name_calls_seldom(rows: dict[str, Rows]):
    calls = Counter(row["caller"] for row in rows["docexchange.interface_calls"])
    assert calls.most_common()[-1][1] < 0.02 * calls.total()
    assert [name for name in calls if "<script>" in name]
    assert "<script>" not in "".join(name for name, _ in calls.most_common(5))


def test_a_clock_of_work_stands_still_at_noon_at_night_and_on_days_of_rest():
    clock = WorkClock(city(days=14))
    friday = int(np.datetime64("2026-11-20T11:30", "s").astype(np.int64))
    after = clock.after(np.full(4, friday), np.array([600.0, 3600.0, 3 * 3600.0, 5 * 3600.0]))
    shown = [str(moment) for moment in after.astype("datetime64[s]")]
    assert shown == ["2026-11-20T11:40:00", "2026-11-20T14:30:00", "2026-11-20T16:30:00", "2026-11-23T09:00:00"]
    assert str(clock.due(np.array([friday]), np.array([1])).astype("datetime64[s]")[0]) == "2026-11-23T17:30:00"


def test_the_same_seed_gives_the_same_rows_and_another_others(tmp_path: Path):
    found = []
    for number, seed in enumerate((5, 5, 6)):
        made, folder = city(4, seed=seed), tmp_path / str(number)
        write_exchange(made, Store(folder))
        found.append(taken(made, folder))
    assert found[0] == found[1]
    assert all(found[0][name] != found[2][name] for name in DATASETS)


def test_a_larger_city_sends_more(place: City):
    large = city(scale=1.0)
    count = len(documents_of(large, offices_of(large), dt.date(2026, 11, 18)).at_s)
    assert 1_100 < count < 1_300


@pytest.mark.servers
def test_a_real_postgresql_gives_the_same_rows(tmp_path: Path, postgres_url: str):
    made, server = city(5, scale=0.002), sa.make_url(postgres_url)
    write_exchange(made, Store(tmp_path / "here"))
    write_exchange(made, Store(tmp_path, {"postgresql": server}))
    (tmp_path / "there").mkdir()
    url = server.set(database=f"{PREFIX}exchange").render_as_string()
    here, there = taken(made, tmp_path / "here"), taken(made, tmp_path / "there", url)
    assert all(here[name] for name in DATASETS)
    assert here == there
