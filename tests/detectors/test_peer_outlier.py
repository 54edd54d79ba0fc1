"""Peers held against the median of the others."""

from __future__ import annotations

import pytest

from ntanalytics.detectors.detection import Detection
from ntanalytics.detectors.peer_outlier import peer_outlier

RATES = (("甲", 0.97), ("乙", 0.96), ("丙", 0.70))


def _outliers(rows: list[dict[str, object]], *, by_difference: bool = True) -> list[Detection]:
    return peer_outlier(
        rows, value="rate", count="sent", min_count=50, key=lambda row: row["name"], by_difference=by_difference
    )


def test_each_peer_is_held_against_the_median_of_the_others():
    rows = [{"name": name, "rate": rate, "sent": 100} for name, rate in RATES]
    detections = _outliers(rows)
    assert [detection.key for detection in detections] == ["甲", "乙", "丙"]
    assert detections[2].value == 0.70
    # the median of 97 % and 96 %
    assert detections[2].figures["median"] == pytest.approx(0.965)
    assert detections[2].departure == pytest.approx(-0.265)
    assert _outliers(rows, by_difference=False)[2].departure == pytest.approx(0.70 / 0.965 - 1)


def test_peers_of_few_events_or_without_a_value_do_not_count_and_two_peers_say_nothing():
    few = [{"name": name, "rate": rate, "sent": 49 if name == "乙" else 100} for name, rate in RATES]
    unknown = [{"name": name, "rate": None if name == "乙" else rate, "sent": 100} for name, rate in RATES]
    assert _outliers(few) == _outliers(unknown) == []


def test_peers_without_a_column_of_events_all_count():
    rows = [{"name": name, "rate": rate} for name, rate in RATES]
    assert len(peer_outlier(rows, value="rate", key=lambda row: row["name"], by_difference=True)) == 3


def test_a_median_of_zero_is_no_departure():
    rows = [{"name": name, "rate": rate, "sent": 100} for name, rate in (("甲", 0), ("乙", 0), ("丙", 5))]
    assert _outliers(rows, by_difference=False)[2].departure == 0.0
