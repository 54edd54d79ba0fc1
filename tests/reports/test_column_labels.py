from __future__ import annotations

import pytest

from ntanalytics.errors import UnknownName
from ntanalytics.metrics import measure
from ntanalytics.reports.column_labels import column_labels


def test_a_measure_brings_its_words() -> None:
    assert (column_labels("submitted").label, column_labels("submitted").unit, column_labels("submitted").format) == (
        "提交量",
        "条",
        "integer",
    )


def test_a_column_of_the_contract_brings_its_words_and_its_enumeration() -> None:
    assert column_labels("carrier").label == "运营商"
    assert column_labels("carrier").values["unicom"] == "中国联通"


def test_a_change_is_written_with_its_sign() -> None:
    assert column_labels("submitted_change_rate").format == "+rate:1"
    assert column_labels("submitted_change").format == "+integer"
    assert column_labels("delivery_rate_change").format.startswith("points")


def test_a_column_without_words_is_refused_by_name() -> None:
    with pytest.raises(UnknownName, match="did you mean 'submitted'"):
        column_labels("submited")


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(UnknownName, match="carrier"):
        measure("carrier")
