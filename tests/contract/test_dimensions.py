"""Dimensions and values, derived from the contract."""

from __future__ import annotations

from ntanalytics.checks.watched_datasets import WATCHED
from ntanalytics.contract import DATASETS, Privacy


def _names(dataset: str) -> tuple[list[str], list[str], str]:
    found = WATCHED[dataset]
    return [column.name for column in found.dimensions], [column.name for column in found.values], found.weight


def test_requests_are_weighted_rows_with_a_status_a_duration_and_a_size() -> None:
    dimensions = ["service", "method", "route", "status"]
    assert _names("infra.requests") == (dimensions, ["duration_bucket", "size_bytes"], "requests")


def test_an_application_is_a_dimension_since_it_lasts_and_a_document_is_none() -> None:
    assert "app_id" in _names("sso.accesses")[0]
    assert _names("docexchange.deliveries")[0] == ["receiver_unit", "platform"]


def test_no_key_and_nothing_of_a_person_is_a_dimension() -> None:
    for name, found in WATCHED.items():
        for column in found.dimensions:
            assert column.privacy is Privacy.OPEN
            assert DATASETS[name].key != (column.name,)


def test_the_parts_of_a_message_are_a_value_and_the_number_of_requests_is_none() -> None:
    assert _names("sms.messages")[1:] == (["segments", "receipt_latency_s"], "")
    assert "requests" not in _names("infra.requests")[1]


def test_the_handling_time_of_a_case_is_no_value_since_slow_ones_are_open() -> None:
    assert _names("oa.tasks")[1] == []
