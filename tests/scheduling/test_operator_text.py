"""What the operators are told of an error: Chinese, with the remedy, whatever the error."""

from __future__ import annotations

import re

import pytest

from ntanalytics import errors
from ntanalytics.runner.each_unit import EachUnit, UnitFailed, UnitPagesFailed, check_unit_name
from ntanalytics.scheduling.operator_text import explain


def _all_errors(kind: type[errors.NtaError]) -> list[type[errors.NtaError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _all_errors(child))]


@pytest.mark.parametrize("kind", [*_all_errors(errors.NtaError), OSError, RuntimeError, ZeroDivisionError])
def test_every_error_is_explained_with_a_remedy_and_without_its_own_words(kind: type[Exception]) -> None:
    if kind is UnitPagesFailed:
        return
    made = kind.__new__(kind, "the words of a driver")
    told = explain(made)
    assert "the words" not in told
    cause, _, remedy = told.partition("；")
    assert re.search("[\u4e00-\u9fff]", cause)
    assert re.search("请", remedy)


def test_units_without_a_page_are_named_by_cause_and_their_control_characters_shown() -> None:
    with pytest.raises(errors.BadParameter) as refused:
        check_unit_name("甲局\x00")
    pages = [
        UnitFailed("甲局\x00", refused.value),
        UnitFailed("乙局", errors.ReportFailed("x")),
        UnitFailed("丙局\x1b", refused.value),
    ]
    told = explain(UnitPagesFailed("oa_adoption", EachUnit({}, pages)))
    assert told.startswith("3个单位未出单位页，其余已发布。甲局\\x00、丙局\\x1b：")
    assert told.isprintable()
    assert told.index("乙局") > told.index("丙局")
