from __future__ import annotations

import re
import subprocess
import sys

import pytest

from ntanalytics.errors import UnknownName
from ntanalytics.metrics import MEASURES, measure
from ntanalytics.metrics.measure import Measure, catalogue


def test_a_format_outside_the_mini_language_is_refused() -> None:
    with pytest.raises(UnknownName, match="percent"):
        Measure("delivery_rate", "送达率", "", format="percent")


def test_two_different_measures_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="submitted"):
        catalogue([Measure("submitted", "提交量", ""), Measure("submitted", "提交条数", "")])


def test_every_measure_has_chinese_words_and_an_english_definition() -> None:
    for each in MEASURES.values():
        assert re.search(r"[\u4e00-\u9fff]", each.label), each.name
        assert each.definition.endswith("."), each.name
        assert not re.search(r"[\u4e00-\u9fff][,:;(]", each.label), each.name


def test_an_unknown_measure_names_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="delivery_rate"):
        measure("delivery_rat")


def test_the_change_of_a_rate_is_in_points_and_has_no_relative_change() -> None:
    assert measure("delivery_rate_change").format == "points:1"
    assert measure("submitted_change_rate").format == "rate:1"
    assert "delivery_rate_change_rate" not in MEASURES


def test_whoever_renders_a_record_imports_no_library_of_tables() -> None:
    looked = (
        "import sys, ntanalytics.reports.verification.workbook, ntanalytics.reports.exporters.html\n"
        "print({'ibis', 'sqlglot', 'ntanalytics.metrics.sms.volume'} & set(sys.modules))\n"
        "from ntanalytics.metrics import MEASURES; print(MEASURES['submitted'].name)"
    )
    said = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["set()", "submitted"]
