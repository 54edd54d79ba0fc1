"""Every cause says how its success will be seen, by a figure."""

from __future__ import annotations

from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.recommendations.success import ANY, SUCCESS, success


def test_every_cause_has_a_sentence_and_no_sentence_lacks_its_cause() -> None:
    assert set(SUCCESS) == {cause.code for cause in CAUSES}
    assert all(said and not said.endswith("。") for said in SUCCESS.values())


def test_a_cause_of_a_site_to_come_has_one_too() -> None:
    assert success("capacity") == SUCCESS["capacity"]
    assert success("elsewhere") == ANY
