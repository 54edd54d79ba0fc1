"""Each kind of incident is seen in the data as they are extracted: here those that no other test sees there."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.demo.incidents.kinds import INCIDENT_KINDS
from ntanalytics.demo.products.desk_workbook.workbook import write_desk_workbook
from ntanalytics.demo.products.nginx.logs import write_nginx
from ntanalytics.demo.products.sms_platform.database import write_sms_platform
from ntanalytics.demo.store import Store
from tests.demo.extracted import Rows, extracted, local, small_city
from tests.demo.taken import Lake

#: Kind → the test that sees it in extracted data.
SEEN = {
    "carrier_outage": "test_a_carrier_fails_three_in_ten",
    "report_backlog": "test_a_carriers_reports_come_hours_late_and_all_is_delivered",
    "volume_surge": "test_an_application_sends_six_times_as_much",
    "bill_difference": "test_a_bill_differs",
    "error_burst": "test_a_third_of_a_services_requests_fail",
    "slow_responses": "test_a_service_takes_six_times_as_long",
    "service_down": "test_a_service_that_is_down_answers_nothing",
    "checks_gap": "test_while_monitoring_is_silent_nothing_is_known_of_anything",
    "certificate_expiring": "test_the_portals_certificate_has_less_than_ten_days_from_the_last_working_day_on",
    "disk_filling": "test_one_file_system_fills_by_a_percent_a_day_up_to_94",
    "cpu_saturated": "test_one_host_is_saturated_for_three_hours_and_no_other_ever",
    "host_down": "test_a_host_that_is_down_fails_its_checks_and_has_a_problem_and_no_metrics",
    "backup_missing": "test_the_exchange_was_not_saved_for_three_nights",
    "backup_shrunk": "test_one_snapshot_of_the_attachments_holds_less_than_half_and_no_other_backup_differs",
    "patch_failed": "test_one_patch_failed",
    "login_outage": "test_nobody_gets_in_while_nobody_can",
    "method_failing": "test_four_of_five_by_the_failing_method_fail_and_those_of_the_day_before_do_not",
    "brute_force": "test_one_account_is_tried_a_hundred_times_from_one_address_and_nobody_else_is",
    "unit_closed": "test_the_closed_unit_is_out_of_use_and_its_accounts_are_not",
    "app_silent": "test_nobody_reaches_the_silent_application_on_its_day",
    "calls_failing": "test_half_of_a_partners_calls_fail_for_some_hours",
    "overdue_unit": "test_the_unit_that_signs_for_nothing_has_by_far_the_most_overdue",
    "returned_burst": "test_most_of_what_a_unit_sent_during_the_burst_came_back",
    "module_stopped": "test_a_module_of_one_edition_stands_still",
    "adoption_drop": "test_three_of_four_of_a_unit_stay_away",
    "edition_down": "test_wecom_does_nothing_by_telephone_while_it_is_down",
    "tasks_stuck": "test_no_task_of_a_module_is_finished_and_the_next_morning_has_them",
    "messages_stopped": "test_no_message_is_sent_while_the_service_or_its_server_is_down",
    "old_client": "test_a_batch_of_desks_falls_back_to_the_old_client_from_its_day_on",
    "certificates_expiring": "test_a_batch_expires_within_thirty_days_and_the_rest_is_spread",
    "expired_in_use": "test_expired_certificates_are_tried_again_and_again_during_the_incident_alone",
    "certificates_refused": "test_an_untrusted_issuer_fails_the_logins_of_one_morning",
    "signing_failures": "test_half_of_the_signings_fail_during_the_incident_and_few_otherwise",
    "seal_untested": "test_some_seals_have_waited_for_weeks_for_their_test",
    "attendance_gap": "test_nobody_was_on_site_on_one_working_day",
    "manual_check": "test_one_manual_check_noted_something",
    "tickets_overdue": "test_three_tickets_are_overdue_at_the_end_and_no_others",
    "change_unconfirmed": "test_one_change_was_made_without_a_confirmation_and_the_others_after_it",
    "late_recovery": "test_one_crash_took_longer_than_four_hours",
    "report_unconfirmed": "test_one_weekly_report_was_not_confirmed",
}
PLATFORM = "{product: sms_platform, url: 'sqlite:///sms_platform.sqlite'}"


def test_every_kind_is_seen_by_a_test():
    written = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.rglob("test_*.py")))
    assert set(SEEN) == set(INCIDENT_KINDS)
    assert [kind for kind, test in SEEN.items() if f"def {test}(" not in written] == []


def between(rows: Rows, column: str, day: int, since: str, until: str) -> Rows:
    """The rows of a part of a day of November 2026."""
    begin, end = (dt.datetime.fromisoformat(f"2026-11-{day:02d}T{clock}") for clock in (since, until))
    return [row for row in rows if begin <= row[column] < end]


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Of eighteen days, at 1 % of a real city's volume."""
    city, folder = small_city(dt.date(2026, 11, 5), scale=0.01), Path(tmp_path_factory.mktemp("sms"))
    write_sms_platform(city, Store(folder))
    rows = extracted(city, folder, PLATFORM, "sms.messages")["sms.messages"]
    return [{**row, "submitted_at": local(row["submitted_at"])} for row in rows]


@pytest.fixture(scope="module")
def requests(lake: Lake) -> Rows:
    return lake.rows("infra.requests")


def of_carrier(rows: Rows, carrier: str) -> Iterator[dict[str, Any]]:
    return (row for row in rows if row["carrier"] == carrier and row["outcome"])


def test_a_carrier_fails_three_in_ten(messages: Rows):
    def delivered(carrier: str, since: str, until: str) -> float:
        outcomes = [row["outcome"] for row in of_carrier(between(messages, "submitted_at", 18, since, until), carrier)]
        return outcomes.count("delivered") / len(outcomes)

    assert 0.5 < delivered("unicom", "09:12", "12:42") < 0.85
    assert delivered("mobile", "09:12", "12:42") > 0.94
    assert delivered("unicom", "12:42", "23:59") > 0.94


def test_a_carriers_reports_come_hours_late_and_all_is_delivered(messages: Rows):
    during = between(messages, "submitted_at", 12, "09:30", "14:30")
    late = {}
    for carrier in ("telecom", "mobile", "unicom"):
        waits = [
            local(row["reported_at"]) - row["submitted_at"] for row in of_carrier(during, carrier) if row["reported_at"]
        ]
        late[carrier] = sum(wait > dt.timedelta(hours=1) for wait in waits) / len(waits)
    assert late["telecom"] > 0.6
    assert max(late["mobile"], late["unicom"]) < 0.05
    outcomes = [row["outcome"] for row in of_carrier(during, "telecom")]
    assert outcomes.count("delivered") > 0.94 * len(outcomes)


def test_an_application_sends_six_times_as_much(messages: Rows):
    def sent(day: int, application: str) -> int:
        rows = between(messages, "submitted_at", day, "09:00", "17:00")
        return sum(row["application"] == application for row in rows)

    assert 4 < sent(9, "12345热线回访") / sent(6, "12345热线回访") < 9
    assert 0.6 < sent(9, "协同办公") / sent(6, "协同办公") < 1.6


def test_a_bill_differs(tmp_path: Path):
    city, october = small_city(dt.date(2026, 10, 1), scale=0.001), dt.date(2026, 10, 1)
    write_desk_workbook(
        city, tmp_path / "book.xlsx", {(october, each): 50_000 for each in ("mobile", "unicom", "telecom")}
    )
    bills = extracted(city, tmp_path, "{product: desk_workbook, path: book.xlsx}", "sms.bills")["sms.bills"]
    more = {row["carrier"]: row["billed_segments"] / 50_000 - 1 for row in bills if row["month_on"] == october}
    assert more["unicom"] > 0.015
    assert max(more["mobile"], more["telecom"]) < 0.005


def test_a_third_of_a_services_requests_fail(requests: Rows):
    def failed(since: str, until: str) -> float:
        found = [row for row in between(requests, "minute_at", 20, since, until) if row["service"].startswith("portal")]
        return sum(row["requests"] for row in found if row["status"] >= 500) / sum(row["requests"] for row in found)

    assert 0.24 < failed("14:10", "14:50") < 0.44
    assert failed("09:00", "14:10") < 0.01


def test_a_service_takes_six_times_as_long(requests: Rows):
    def mean_ms(day: int) -> float:
        found = [
            row
            for row in between(requests, "minute_at", day, "08:30", "10:45")
            if row["service"].startswith("oa") and row["status"] < 500
        ]
        total = sum(row["requests"] * 1.1 ** row["duration_bucket"] for row in found)
        return total / sum(row["requests"] for row in found)

    assert 4.5 < mean_ms(17) / mean_ms(18) < 7.5


def test_a_service_that_is_down_answers_nothing(tmp_path: Path):
    day = dt.date(2026, 10, 22)
    city = replace(small_city(day, scale=0.002), days=(day,))
    write_nginx(city, tmp_path / "nginx")
    source = "{product: nginx, paths: ['nginx/exchange*']}"
    rows = extracted(city, tmp_path, source, "infra.requests")["infra.requests"]
    minutes = {local(row["minute_at"]) for row in rows}
    begin, end = dt.datetime.combine(day, dt.time(9, 40)), dt.datetime.combine(day, dt.time(15, 5))
    assert not [minute for minute in minutes if begin <= minute < end]
    assert len(minutes) > 50


def test_nobody_was_on_site_on_one_working_day(lake: Lake):
    present: dict[dt.date, bool] = {}
    for row in lake.rows("desk.attendance"):
        present[row["attended_on"]] = present.get(row["attended_on"], False) or row["is_present"]
    assert [day for day, is_present in present.items() if not is_present] == [dt.date(2026, 11, 13)]


def test_one_manual_check_noted_something(lake: Lake):
    room = [row for row in lake.rows("desk.checks") if row["item"] == "机房温湿度"]
    noted = [row for row in room if row["result"] != "ok"]
    assert [(row["checked_on"].isoformat(), row["result"]) for row in noted] == [("2026-11-20", "watch")]
    assert len(room) == 8
