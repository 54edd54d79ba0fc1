import datetime as dt
import gzip
import json
import re
from pathlib import Path

import pytest

from ntanalytics.demo import Estate
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.local_time import ZONE
from ntanalytics.demo.population.city import city_of
from ntanalytics.demo.products.nginx.logs import write_nginx
from ntanalytics.periods import Calendar

COMBINED = re.compile(r'^\S+ - - \[\d\d/\w{3}/\d{4}:(\d\d:\d\d):\d\d \+0800\] "([^"]*)" (\d{3}) \d+ "[^"]*" "[^"]*"$')


@pytest.fixture
def logs(estate: Estate) -> Path:
    return estate.directory / "sources/nginx"


def lines(path: Path) -> list[str]:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8", "replace").splitlines()


def test_a_service_has_a_file_a_day_rotated_and_compressed(logs: Path):
    expected = {"portal-access.log", "portal-access.log.1", *(f"portal-access.log.{age}.gz" for age in range(2, 12))}
    assert {path.name for path in logs.glob("portal-access.log*")} == expected


def test_a_file_was_last_changed_when_its_day_ended(logs: Path):
    changed = dt.datetime.fromtimestamp((logs / "portal-access.log.1").stat().st_mtime, dt.UTC)
    assert changed == dt.datetime(2026, 11, 21, 16, tzinfo=dt.UTC)
    assert "[21/Nov/2026:" in lines(logs / "portal-access.log.1")[-1]


def test_portal_lines_are_combined_but_for_one_that_lost_its_end(logs: Path):
    broken = [line for line in lines(logs / "portal-access.log.2.gz") if not COMBINED.match(line)]
    assert broken == ['203.0.113.9 - - [20/Nov/2026:12:05:07 +0800] "GET /api/app']


def test_hostile_lines_are_among_them(logs: Path):
    text = "\n".join(lines(logs / "portal-access.log.2.gz"))
    for part in (r"\x16\x03\x01", r"\x22quoted\x22", '"" 400 0', "=HYPERLINK(1)"):
        assert part in text


def test_oa_lines_are_json_with_times_in_the_citys_offset(logs: Path):
    found = [json.loads(line) for line in lines(logs / "oa-access.json.log.2.gz") if line.endswith("}")]
    assert {tuple(record) for record in found} == {
        (
            "time_iso8601",
            "remote_addr",
            "request_method",
            "uri",
            "status",
            "body_bytes_sent",
            "request_time",
            "host",
            "http_user_agent",
        )
    }
    assert {record["time_iso8601"][19:] for record in found} == {"+08:00"}
    assert {type(record["request_time"]) for record in found} == {float}


def test_one_line_of_a_json_day_is_not_utf8(logs: Path):
    content = gzip.decompress((logs / "oa-access.json.log.2.gz").read_bytes())
    assert "文件".encode("gbk") in content
    assert len([line for line in lines(logs / "oa-access.json.log.2.gz") if "\ufffd" in line]) == 1


def test_lines_are_in_order_of_time(logs: Path):
    moments = [match[1] for line in lines(logs / "portal-access.log.2.gz") if (match := COMBINED.match(line))]
    usual = [moment for moment in moments if not moment.startswith("12:0")]  # the hostile ones stand where they like
    assert usual == sorted(usual)


def test_in_the_error_burst_a_third_of_the_portals_answers_are_5xx(logs: Path):
    found = [match for line in lines(logs / "portal-access.log.2.gz") if (match := COMBINED.match(line))]
    burst = [match[3] >= "500" for match in found if "14:10" <= match[1] < "14:50"]
    rest = [match[3] >= "500" for match in found if not "14:10" <= match[1] < "14:50"]
    assert 0.24 < sum(burst) / len(burst) < 0.44
    assert sum(rest) / len(rest) < 0.005


def test_on_the_slow_morning_oa_takes_several_times_longer(logs: Path):
    def mean(age: int) -> float:
        records = [json.loads(line) for line in lines(logs / f"oa-access.json.log.{age}.gz") if line.endswith("}")]
        morning = [
            record["request_time"]
            for record in records
            if "08:30" <= record["time_iso8601"][11:16] < "10:45" and record["status"] < 500
        ]
        return sum(morning) / len(morning)

    assert 4.5 < mean(5) / mean(4) < 7.5  # 17 November against 18 November


def test_while_a_service_is_down_it_logs_nothing(tmp_path: Path):
    begin, end = (dt.datetime(2026, 11, 19, 11, minute, tzinfo=ZONE) for minute in (5, 38))
    down = Incident(
        id="down",
        subsystem="docexchange",
        kind="service_down",
        subject="docexchange",
        start=begin,
        end=end,
        severity="异常",
        description="。",
    )
    city = city_of([dt.date(2026, 11, 19)], Calendar(), [down], seed=3, scale=0.0075)
    write_nginx(city, tmp_path)
    for name, is_silent in (("exchange", True), ("oa", False)):
        found = [json.loads(line) for line in lines(tmp_path / f"{name}-access.json.log") if line.endswith("}")]
        hit = [record for record in found if "11:05" <= record["time_iso8601"][11:16] < "11:38"]
        assert (not hit) == is_silent
        assert len(found) > 1000
