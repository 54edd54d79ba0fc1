"""What a drawn script plants is in the rows, as large as it says; and so is what only looks like it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ntanalytics.contract.enumerations import OUTCOMES
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.incidents.planning import benign_events, plan_incidents
from ntanalytics.demo.local_time import ZONE, wall_seconds
from ntanalytics.demo.population.applications import APPLICATIONS
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.backup_plans import DATABASE_PLANS, FILE_PLANS
from ntanalytics.demo.products.backup_runs import run_of
from ntanalytics.demo.products.desk_workbook import staff, systems
from ntanalytics.demo.products.desk_workbook.details import change_details
from ntanalytics.demo.products.desk_workbook.tickets import tickets
from ntanalytics.demo.products.ejbca.certificates import certificates_of
from ntanalytics.demo.products.exchange.database import write_exchange
from ntanalytics.demo.products.exchange.documents import documents_of
from ntanalytics.demo.products.exchange.offices import offices_of
from ntanalytics.demo.products.maxkey.database import write_maxkey
from ntanalytics.demo.products.pgbackrest import write_pgbackrest
from ntanalytics.demo.products.probe import write_probes
from ntanalytics.demo.products.restic import write_restic
from ntanalytics.demo.products.seal_register.database import write_seal_register
from ntanalytics.demo.products.sms_platform.database import write_sms_platform
from ntanalytics.demo.products.zabbix.database import write_zabbix
from ntanalytics.demo.store import Store
from ntanalytics.periods import Calendar
from tests.demo.extracted import Rows, extracted, local

UNTIL = dt.date(2026, 11, 22)
FIRST = UNTIL - dt.timedelta(days=69)
SEEDS = (7, 11)
both_seeds = pytest.mark.parametrize("seed", SEEDS)


def planted(seed: int, kind: str) -> Incident:
    """The first of a kind that a seed's script has; of one that comes and goes, as if it did so at once."""
    found = (*plan_incidents(Calendar(), FIRST, UNTIL, seed=seed), *benign_events(Calendar(), FIRST, UNTIL, seed=seed))
    return replace(next(each for each in found if each.kind == kind), shape="sharp")


def city(seed: int, incidents: Sequence[Incident], days: Sequence[dt.date], scale: float = 0.01) -> City:
    """Some days of a seed's city in which nothing else goes wrong."""
    return city_of(days, Calendar(), incidents, seed=seed, scale=scale)


def within(rows: Rows, column: str, incident: Incident) -> Rows:
    return [row for row in rows if incident.start <= row[column] < incident.end]


def source(product: str, name: str) -> str:
    return f"{{product: {product}, url: 'sqlite:///{name}.sqlite'}}"


def sent(folder: Path, place: City) -> Rows:
    write_sms_platform(place, Store(folder))
    return extracted(place, folder, source("sms_platform", "sms_platform"), "sms.messages")["sms.messages"]


@both_seeds
def test_a_carrier_fails_as_large_a_share_as_was_drawn(seed: int, tmp_path: Path):
    outage = planted(seed, "carrier_outage")
    rows = sent(tmp_path, city(seed, [outage], [outage.day], 0.03))
    mine = [row["outcome"] for row in within(rows, "submitted_at", outage) if row["carrier"] == outage.subject]
    mine = [outcome for outcome in mine if outcome]
    assert len(mine) > 150
    # a share of n messages lies within four times the root of p (1 - p) / n
    margin = 4 * (outage.size * (1 - outage.size) / len(mine)) ** 0.5
    assert mine.count("failed") / len(mine) == pytest.approx(outage.size, abs=margin)


@both_seeds
def test_an_application_sends_as_many_times_as_much_as_was_drawn(seed: int, tmp_path: Path):
    surge = planted(seed, "volume_surge")
    name = next(each.name for each in APPLICATIONS if each.number == surge.subject)
    counts = []
    for incidents in ([], [surge]):
        folder = tmp_path / str(len(incidents))
        folder.mkdir()
        rows = within(sent(folder, city(seed, incidents, [surge.day], 0.03)), "submitted_at", surge)
        counts.append(sum(row["application"] == name for row in rows))
    assert counts[1] / counts[0] == pytest.approx(surge.size, rel=0.3)


@both_seeds
def test_a_partners_calls_fail_as_often_as_was_drawn(seed: int, tmp_path: Path):
    failing = planted(seed, "calls_failing")
    place = city(seed, [failing], [failing.day], 0.1)
    write_exchange(place, Store(tmp_path))
    rows = extracted(place, tmp_path, source("exchange", "exchange"), "docexchange.interface_calls")[
        "docexchange.interface_calls"
    ]
    mine = [row for row in within(rows, "minute_at", failing) if row["caller"] == failing.subject]
    calls, failed = (sum(row["calls"] for row in mine if row["outcome"] in kept) for kept in (OUTCOMES, {"failure"}))
    assert failed / calls == pytest.approx(failing.size, abs=4 * (0.25 / calls) ** 0.5)


@both_seeds
def test_as_many_attempts_come_from_one_address_as_were_drawn(seed: int, tmp_path: Path):
    attack = planted(seed, "brute_force")
    place = city(seed, [attack], [attack.day], 0.001)
    write_maxkey(place, Store(tmp_path))
    rows = extracted(place, tmp_path, source("maxkey", "maxkey"), "identity.logins")["identity.logins"]
    quiet = [row for row in within(rows, "logged_in_at", attack) if row["reason"] == "wrong_password"]
    assert len(quiet) == attack.size


@both_seeds
def test_a_backup_lacks_as_much_as_was_drawn(seed: int, tmp_path: Path):
    shrunk = planted(seed, "backup_shrunk")
    plan = next(plan for plan in (*DATABASE_PLANS, *FILE_PLANS) if plan.name == shrunk.subject)
    sizes = [run_of(city(seed, incidents, [shrunk.day]), shrunk.day, plan).size_bytes for incidents in ([], [shrunk])]
    assert 1 - sizes[1] / sizes[0] == pytest.approx(shrunk.size)


@both_seeds
@pytest.mark.parametrize("kind", ["adoption_drop", "training_day"])
def test_as_large_a_part_of_a_unit_stays_away_as_was_drawn(seed: int, kind: str):
    away = planted(seed, kind)
    plain, hit = (city(seed, each, [UNTIL], 0.02).present(away.day) for each in ([], [away]))
    unit = city(seed, [], [UNTIL], 0.02).people.unit
    counts = [int((unit[each.person] == UNITS.index(away.subject)).sum()) for each in (plain, hit)]
    assert counts[0] > 40
    assert 1 - counts[1] / counts[0] == pytest.approx(away.size, abs=0.2)
    # the day after it is over they are back
    after = away.end.date()
    assert np.array_equal(*(city(seed, each, [UNTIL], 0.02).present(after).person for each in ([], [away])))


def test_one_that_is_a_ramp_is_worst_in_its_middle_and_one_that_is_intermittent_pauses(tmp_path: Path):
    begin = dt.datetime(2026, 11, 18, 9, tzinfo=ZONE)
    failing = Incident(
        id="seal",
        subsystem="seal",
        kind="signing_failures",
        subject="seal",
        start=begin,
        end=begin + dt.timedelta(hours=9),
        severity="异常",
        description="。",
        size=0.6,
    )
    shares: dict[str, list[float]] = {}
    for shape in ("ramp", "intermittent"):
        folder = tmp_path / shape
        folder.mkdir()
        place = city(3, [replace(failing, shape=shape)], [failing.day], 0.4)
        write_seal_register(place, Store(folder))
        rows = extracted(place, folder, source("seal_register", "seals"), "seal.signings")["seal.signings"]
        hours: list[list[Any]] = [[] for _ in range(9)]
        for row in within(rows, "signed_at", failing):
            if row["operation"] == "sign":
                hours[int((row["signed_at"] - failing.start) / dt.timedelta(hours=1))].append(row["outcome"])
        shares[shape] = [each.count("failure") / max(len(each), 1) for each in hours]
    assert max(shares["ramp"][0], shares["ramp"][8]) < 0.4 < min(shares["ramp"][3:6])
    # who signs as a spell begins had tried a minute before
    assert max(shares["intermittent"][1::2]) < 0.2
    assert min(shares["intermittent"][0:8:2]) > 0.45


@both_seeds
def test_planned_maintenance_is_announced_and_takes_the_service_down_for_its_hours_alone(seed: int, tmp_path: Path):
    planned = planted(seed, "planned_maintenance")
    place = city(seed, [], [planned.day], 0.001)
    place = replace(place, benign_events=(planned,))
    write_probes(place, tmp_path / "probes")
    journal = (
        "{product: probe, path: probes/probes.jsonl, targets: [{subsystem: oa, url: 'https://oa.nantong.example/'}]}"
    )
    rows = extracted(place, tmp_path, journal, "infra.checks")["infra.checks"]
    down = [row for row in rows if not row["is_up"]]
    assert {row["subsystem"] for row in down} == {planned.subject}
    assert all(planned.start <= row["checked_at"] < planned.end for row in down)
    targets = len({row["target"] for row in down})
    assert len(down) == pytest.approx(targets * planned.size * 12, abs=targets)
    announced = [row for row in systems.changes(place) if row[1] == local(planned.start)]
    assert [(row[2], row[3], row[6]) for row in announced] == [(planned.subject, "maintenance", local(planned.end))]
    assert announced[0][5] < local(planned.start)


@both_seeds
def test_a_mailing_and_a_training_are_written_down(seed: int):
    mailing, training = planted(seed, "announced_mailing"), planted(seed, "training_day")
    days = [training.day, *[mailing.day - dt.timedelta(days=each) for each in (3, 2, 1, 0)]]
    place = replace(city(seed, [], sorted(days)), benign_events=(mailing, training))
    changes = systems.changes(place)
    assert [row[2:4] for row in changes if row[1] == local(mailing.start)] == [("sms", "mailing")]
    [name] = [application.name for application in APPLICATIONS if application.number == mailing.subject]
    detailed = [row[4:8] for row in change_details(place, changes) if row[2] == local(mailing.start)]
    assert detailed == [("sms", name, None, "mailing")], "the desk writes the name by which the messages know it"
    opened = [row for row in tickets(place) if row[2:4] == ("change", "sms") and row[1].time() == dt.time(9, 40)]
    assert len(opened) == 1
    assert training.subject in {row[2] for row in staff.trainings(place) if row[0] == training.day}


@both_seeds
def test_a_backup_that_was_moved_is_late_but_not_by_half_a_day(seed: int, tmp_path: Path):
    moved = planted(seed, "backup_moved")
    before = moved.day - dt.timedelta(days=1)
    place = replace(city(seed, [], [before, moved.day], 0.001), benign_events=(moved,))
    write_pgbackrest(place, tmp_path / "pgbackrest")
    write_restic(place, tmp_path / "restic")
    product = "restic" if " " in moved.subject else "pgbackrest"
    given = f"{{product: {product}, paths: [{product}/*.json]}}"
    rows = [
        row
        for row in extracted(place, tmp_path, given, "infra.backups")["infra.backups"]
        if moved.subject in row["plan"]
    ]
    first, second = sorted(row["started_at"] for row in rows)
    assert second - first - dt.timedelta(days=1) == pytest.approx(
        dt.timedelta(hours=moved.size), abs=dt.timedelta(seconds=10)
    )
    assert second - first < 1.4 * dt.timedelta(days=1)


@both_seeds
def test_a_batch_keeps_a_host_busy_without_a_problem(seed: int, tmp_path: Path):
    batch = planted(seed, "batch_load")
    place = replace(city(seed, [], [batch.day], 0.001), benign_events=(batch,))
    write_zabbix(place, Store(tmp_path))
    rows = extracted(place, tmp_path, source("zabbix", "zabbix"), "infra.metrics", "infra.problems")
    busy = [row for row in rows["infra.metrics"] if row["metric"] == "cpu_rate" and row["mean"] > 0.6]
    assert {row["host"] for row in busy} == {batch.subject}
    assert [batch.start <= row["hour_at"] < batch.end for row in busy] == [True] * round(
        (batch.end - batch.start) / dt.timedelta(hours=1)
    )
    assert all(batch.size / 100 <= row["mean"] < 0.85 for row in busy)
    assert all(row["host"] != batch.subject or "CPU" not in row["name"] for row in rows["infra.problems"])


@both_seeds
def test_a_round_of_renewals_revokes_as_many_certificates_as_it_issues(seed: int):
    renewal = planted(seed, "renewal_round")
    plain, place = (city(seed, [], [UNTIL], 0.02) for _ in range(2))
    held = [certificates_of(each) for each in (plain, replace(place, benign_events=(renewal,)))]
    day = wall_seconds(renewal.day)
    counts = [
        (int(((each.revoked // 86_400 * 86_400) == day).sum()), int((each.issued // 86_400 * 86_400 == day).sum()))
        for each in held
    ]
    holders = len(set(held[1].person.tolist()))
    for before, after in zip(*counts, strict=True):
        assert after - before == pytest.approx(renewal.size * holders, rel=0.06)
    assert set(held[1].reason[held[1].revoked // 86_400 * 86_400 == day].tolist()) >= {4}


@both_seeds
def test_at_a_months_end_there_is_as_much_more_as_was_drawn_and_the_days_beside_holidays_are_quieter(seed: int):
    peak = planted(seed, "month_end_peak")
    plain = city(seed, [], [UNTIL], 0.2)
    busy = replace(plain, benign_events=(replace(peak, subsystem="docexchange"),))
    counts = [len(documents_of(each, offices_of(each), peak.day).at_s) for each in (plain, busy)]
    assert counts[1] / counts[0] == pytest.approx(1 + peak.size, abs=0.25)
    # 25 September is Mid-Autumn, National Day's holiday is from 1 to 7 October
    eves, others = (
        np.mean([len(plain.present(dt.date.fromisoformat(f"2026-{day}")).person) for day in days.split()])
        for days in ("09-24 09-28 09-30 10-08", "09-22 09-23 09-29 10-13")
    )
    assert 0.75 < eves / others < 0.96
    away = len(plain.present(dt.date(2026, 10, 2)).person) / others
    assert away < 0.2
