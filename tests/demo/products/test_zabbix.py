import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.products.probe import write_probes
from ntanalytics.demo.products.zabbix.database import write_zabbix
from ntanalytics.demo.store import PREFIX, Store, servers_of
from ntanalytics.periods import Calendar, days_between
from tests.demo.extracted import Rows, extracted

ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = dt.date(2026, 11, 22)
INCIDENTS = plan_incidents(Calendar(), dt.date(2026, 9, 14), UNTIL)
JOURNAL = "{product: probe, path: probes/probes.jsonl, targets: [{subsystem: oa, url: 'https://oa.nantong.example/'}]}"
DATASETS = ("infra.hosts", "infra.metrics", "infra.checks", "infra.problems")


def city(days: int, *, until: dt.date = UNTIL, seed: int = 5) -> City:
    span = days_between(until - dt.timedelta(days=days - 1), until)
    return city_of(span, Calendar(), INCIDENTS, seed=seed, scale=0.001)


def at(day: str, clock: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


@pytest.fixture(scope="module")
def zabbix(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """Fourteen days: a host that is down, one that is busy, and a file system that fills."""
    folder, place = tmp_path_factory.mktemp("zabbix"), city(14)
    write_zabbix(place, Store(folder))
    return extracted(place, folder, "{product: zabbix, url: 'sqlite:///zabbix.sqlite'}", *DATASETS)


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The checks of thirty days."""
    folder, place = tmp_path_factory.mktemp("probes"), city(30)
    write_probes(place, folder / "probes")
    return extracted(place, folder, JOURNAL, "infra.checks")["infra.checks"]


def metrics(zabbix: dict[str, Rows], metric: str, host: str, part: str = "") -> dict[dt.datetime, dict[str, object]]:
    rows = zabbix["infra.metrics"]
    return {
        row["hour_at"].astimezone(ZONE): row
        for row in rows
        if (row["metric"], row["host"], row["part"]) == (metric, host, part)
    }


def test_there_are_twenty_six_hosts_that_answer_and_one_that_is_no_longer_watched(zabbix: dict[str, Rows]):
    hosts = {row["host"]: (row["is_monitored"], row["is_available"]) for row in zabbix["infra.hosts"]}
    assert hosts.pop("oa-app-old") == (False, None)
    assert set(hosts.values()) == {(True, True)}
    assert len(hosts) == 26
    assert {"identity-app-2", "oa-db-1", "exchange-app-1", "im-app-1", "sms-app-1", "core-switch-1"} <= set(hosts)


def test_a_working_morning_is_busier_than_a_night_and_than_a_sunday(zabbix: dict[str, Rows]):
    cpu = metrics(zabbix, "cpu_rate", "oa-app-1")
    assert len(cpu) == 14 * 24
    morning, night, sunday = (
        cpu[at(*when)]["mean"] for when in (("2026-11-19", "10:00"), ("2026-11-19", "03:00"), ("2026-11-22", "10:00"))
    )
    assert morning > 1.5 * night
    assert morning > 1.5 * sunday


def test_shares_are_shares_and_a_host_without_swap_has_none(zabbix: dict[str, Rows]):
    rates = [row for row in zabbix["infra.metrics"] if row["metric"] != "load"]
    assert all(0 < row["mean"] <= row["peak"] <= 1 for row in rates)
    assert {row["host"] for row in zabbix["infra.metrics"]} == {
        f"{head}-{kind}"
        for head in ("identity", "sso", "exchange", "oa", "im", "sms", "ca", "seal")
        for kind in ("app-1", "app-2", "db-1")
    }
    assert metrics(zabbix, "swap_rate", "sms-db-1") == {}


def test_one_host_is_saturated_for_three_hours_and_no_other_ever(zabbix: dict[str, Rows]):
    high = {
        (row["host"], row["hour_at"].astimezone(ZONE))
        for row in zabbix["infra.metrics"]
        if row["metric"] == "cpu_rate" and row["mean"] > 0.9
    }
    assert high == {("exchange-app-1", at("2026-11-10", clock)) for clock in ("09:00", "10:00", "11:00")}
    peaks = [row["peak"] for row in zabbix["infra.metrics"] if row["metric"] == "cpu_rate" and row["mean"] < 0.9]
    assert max(peaks) < 0.8


def test_one_file_system_fills_by_a_percent_a_day_up_to_94(zabbix: dict[str, Rows]):
    data = metrics(zabbix, "disk_rate", "oa-db-1", "/data")
    assert data[at("2026-11-22", "23:00")]["mean"] == pytest.approx(0.94, abs=0.001)
    assert data[at("2026-11-21", "23:00")]["mean"] == pytest.approx(0.93, abs=0.001)
    others = [
        row["mean"] for row in zabbix["infra.metrics"] if row["metric"] == "disk_rate" and row["host"] != "oa-db-1"
    ]
    assert max(others) < 0.7


def test_a_host_that_is_down_fails_its_checks_and_has_a_problem_and_no_metrics(zabbix: dict[str, Rows]):
    down = [row for row in zabbix["infra.checks"] if not row["is_up"]]
    assert {(row["target"], row["kind"], row["failure"]) for row in down} == {("im-app-1", "agent", "no_answer")}
    moments = sorted(row["checked_at"] for row in down)
    assert len(moments) == 23  # every five minutes from 14:52 to 16:44
    assert at("2026-11-12", "14:52") <= moments[0] < moments[-1] < at("2026-11-12", "16:44")
    samples = {
        hour.hour: row["samples"]
        for hour, row in metrics(zabbix, "cpu_rate", "im-app-1").items()
        if hour.date() == dt.date(2026, 11, 12)
    }
    assert 15 not in samples
    assert (samples[13], samples[14], samples[16], samples[17]) == (60, 52, 16, 60)
    problem = next(row for row in zabbix["infra.problems"] if row["severity"] == "high")
    assert (problem["host"], problem["started_at"], problem["ended_at"]) == (
        "im-app-1",
        at("2026-11-12", "14:55"),
        at("2026-11-12", "16:45"),
    )


def test_problems_of_a_full_file_system_last_and_the_others_are_over(zabbix: dict[str, Rows]):
    lasting = {
        (row["host"], row["severity"], row["started_at"].astimezone(ZONE).date().isoformat())
        for row in zabbix["infra.problems"]
        if row["ended_at"] is None
    }
    assert lasting == {("oa-db-1", "warning", "2026-11-09"), ("oa-db-1", "average", "2026-11-19")}
    assert any(row["severity"] == "information" for row in zabbix["infra.problems"])


def test_network_devices_are_pinged(zabbix: dict[str, Rows]):
    pinged = [row for row in zabbix["infra.checks"] if row["kind"] == "ping"]
    assert {row["target"] for row in pinged} == {"core-switch-1", "firewall-1"}
    assert len(pinged) == 2 * 14 * 288


def test_while_monitoring_is_silent_nothing_is_known_of_anything(tmp_path: Path, probes: Rows):
    place = city(3, until=dt.date(2026, 10, 27))
    write_zabbix(place, Store(tmp_path))
    found = extracted(
        place, tmp_path, "{product: zabbix, url: 'sqlite:///zabbix.sqlite'}", "infra.checks", "infra.metrics"
    )
    begin, end = at("2026-10-27", "01:10"), at("2026-10-27", "03:25")
    for checks in (found["infra.checks"], probes):
        moments = [row["checked_at"] for row in checks]
        assert not [moment for moment in moments if begin <= moment < end]
        assert [moment for moment in moments if end <= moment < end + dt.timedelta(minutes=5)]
    samples = {row["hour_at"].astimezone(ZONE): row["samples"] for row in found["infra.metrics"]}
    assert at("2026-10-27", "02:00") not in samples
    assert (samples[at("2026-10-27", "01:00")], samples[at("2026-10-27", "03:00")]) == (10, 35)


def test_each_subsystem_is_checked_every_five_minutes(probes: Rows):
    day = [row for row in probes if row["checked_at"].astimezone(ZONE).date() == dt.date(2026, 11, 19)]
    counts = {target: sum(row["target"] == target for row in day) for target in {row["target"] for row in day}}
    assert set(counts.values()) == {288}
    assert {row["subsystem"] for row in day if row["kind"] == "http"} == {
        "identity",
        "sso",
        "docexchange",
        "oa",
        "im",
        "sms",
        "ca",
        "seal",
        "infra",
    }


def test_checks_fail_in_the_outages_and_at_no_other_time(probes: Rows):
    spans: dict[tuple[str, str, str], list[dt.datetime]] = {}
    for row in probes:
        if not row["is_up"]:
            spans.setdefault((row["subsystem"], row["target"], row["failure"]), []).append(
                row["checked_at"].astimezone(ZONE)
            )
            assert row["duration_ms"] is None
    assert {
        key: (f"{min(each):%m-%d %H:%M}", f"{max(each):%m-%d %H:%M}")
        for key, each in spans.items()
        if key[0] != "infra"
    } == {
        ("docexchange", "https://exchange.nantong.example/", "refused"): ("10-28 11:05", "10-28 11:35"),
        ("identity", "https://id.nantong.example/", "http_503"): ("11-04 09:05", "11-04 09:45"),
        ("oa", "https://wecom.nantong.example/oa/", "timeout"): ("11-03 14:00", "11-03 17:05"),
        ("im", "https://im.nantong.example/", "timeout"): ("11-12 14:55", "11-12 16:40"),
    }
    assert {key[1:] for key in spans if key[0] == "infra"} == {("https://portal.nantong.example/", "http_502")}


def test_the_portals_certificate_has_less_than_ten_days_from_the_last_working_day_on(probes: Rows):
    expires = {row["target"]: row["expires_at"] for row in probes if row["kind"] == "tls"}
    assert expires == {
        "tls://portal.nantong.example:443": at("2026-11-29", "23:59:59"),
        "tls://oa.nantong.example:443": at("2027-07-20", "00:00"),
    }
    assert expires["tls://portal.nantong.example:443"] - at("2026-11-20", "00:00") < dt.timedelta(days=10)


@pytest.mark.servers
def test_postgresql_holds_the_same(postgres_url: str, tmp_path: Path):
    place = city(5, until=dt.date(2026, 11, 13))
    server = servers_of([postgres_url])
    write_zabbix(place, Store(tmp_path, server))
    write_zabbix(place, Store(tmp_path))
    url = server["postgresql"].set(database=PREFIX + "zabbix").render_as_string()
    (tmp_path / "there").mkdir()
    there = extracted(place, tmp_path / "there", f"{{product: zabbix, url: '{url}'}}", *DATASETS)
    assert there == extracted(place, tmp_path, "{product: zabbix, url: 'sqlite:///zabbix.sqlite'}", *DATASETS)


def test_another_seed_gives_other_figures(tmp_path: Path):
    def cpu(seed: int, name: str) -> Rows:
        place = city(1, seed=seed)
        write_zabbix(place, Store(tmp_path / name))
        return extracted(place, tmp_path / name, "{product: zabbix, url: 'sqlite:///zabbix.sqlite'}", "infra.metrics")[
            "infra.metrics"
        ]

    assert cpu(1, "a") == cpu(1, "b") != cpu(2, "c")
