"""Subjects: what stands in a key can be read back, whatever the members are called."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.findings.finding import Finding, subsystem_entity
from ntanalytics.findings.subjects import dataset_of, members_of, subject
from ntanalytics.subsystems import RULES

_FINDING = Finding(rule=RULES["sms.surveillance"], entity=subsystem_entity("sms"), status="warning", value=0.1)
_NAME = st.text(min_size=1, max_size=12)


@given(st.dictionaries(st.sampled_from(["carrier", "application", "unit"]), _NAME, max_size=3))
def test_members_are_read_back_whatever_they_are_called(members: dict[str, str]) -> None:
    finding = replace(_FINDING, entity=subject("sms.messages", list(members.items()), "某处"))
    assert dataset_of(finding) == "sms.messages"
    assert members_of(finding) == members


def test_any_other_finding_has_neither_dataset_nor_members() -> None:
    assert (dataset_of(_FINDING), members_of(_FINDING)) == ("", {})


def test_a_subject_is_a_part_of_one_with_fewer_members() -> None:
    whole = subject("sms.messages", [("carrier", "unicom")], "中国联通")
    part = subject("sms.messages", [("carrier", "unicom"), ("unit", "市科协")], "市科协")
    assert part.is_part_of(whole)
    assert not whole.is_part_of(part)
