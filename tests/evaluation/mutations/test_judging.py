"""A damaged workspace is read as if the source had given it so, and is whole again afterwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.demo import write_untouched_estate
from ntanalytics.evaluation.estate import EvaluatedEstate, Wanted, read_estate
from ntanalytics.evaluation.mutations.damaged_workspace import DamagedWorkspace
from ntanalytics.evaluation.mutations.judging import Alert, checks_reading, inspect, inspect_dataset, news
from ntanalytics.evaluation.mutations.mutation import Mutation
from ntanalytics.evaluation.mutations.subjects import Subject, member_names, subject_of
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.subjects import subject
from ntanalytics.subsystems import RULES
from tests.evaluation.conftest import DAY, WANTED


@pytest.fixture(scope="module")
def workspace(estate: EvaluatedEstate) -> DamagedWorkspace:
    return DamagedWorkspace(estate.settings)


def cut(workspace: DamagedWorkspace, dataset: str, **members: str) -> Mutation:
    begin = dt.datetime.combine(DAY, dt.time(), workspace.settings.zone)
    return Mutation(
        number=1, dataset=dataset, members=members, kind="cut", quantity="events", begins_at=begin,
        ends_at=begin + dt.timedelta(days=1), size=1.0, seed=1,
    )  # fmt: skip


def events(workspace: DamagedWorkspace, dataset: str) -> tuple[int, int]:
    """Return the rows of the day, and those that the extraction is said to have given."""
    workspace.stand_after(DAY)
    rows = workspace.table(dataset, DAY, DAY).count().to_pyarrow().as_py()
    return rows, sum(item.rows for item in workspace.covered_days(dataset, DAY, DAY))


def test_rows_and_their_count_are_those_of_the_damage_and_come_back(workspace: DamagedWorkspace):
    before = events(workspace, "sms.messages")
    others = workspace.table("sms.messages", DAY, DAY).filter(lambda table: table.carrier != "mobile")
    kept = others.count().to_pyarrow().as_py()
    assert 0 < kept < before[0]
    with workspace.damaged(cut(workspace, "sms.messages", carrier="mobile")):
        assert events(workspace, "sms.messages") == (kept, kept)
    assert events(workspace, "sms.messages") == before


def test_the_checks_of_a_dataset_find_what_the_whole_inspection_finds_of_it(workspace: DamagedWorkspace):
    chosen = checks_reading("infra.checks")
    assert {"infra.availability", "data.rows_fall"} <= chosen
    assert "identity.login_silence" not in chosen
    failing = replace(cut(workspace, "infra.checks", subsystem="seal"), kind="failure", quantity="failures")
    with workspace.damaged(failing):
        part = inspect_dataset(workspace, DAY, "infra.checks")
        whole = [item for item in inspect(workspace, DAY) if item.code in chosen]
    # what the data's checks say of other datasets is left out
    whole = [item for item in whole if item.subject.entity.kind not in ("dataset", "source")]
    assert "infra.availability" in {item.code for item in whole}
    assert whole == [item for item in part if item.subject.entity.kind not in ("dataset", "source")]


def test_an_id_is_known_by_the_name_of_what_it_stands_for(workspace: DamagedWorkspace):
    known = member_names(workspace, cut(workspace, "sso.accesses", app_id="oa-wecom"))
    assert known.names["app_id"] == {"oa-wecom", "协同办公（企业微信版）"}


def told(code: str, kind: str, key: str, status: str = "warning") -> Alert:
    subject = Subject(frozenset(), Entity(kind, key, key), None)
    return Alert(code=code, subject=subject, status=status, evidence="")  # type: ignore[arg-type]


def test_only_what_is_not_told_without_the_damage_is_new_and_what_is_worse():
    untouched = [told("a", "unit", "x"), told("b", "unit", "x", "critical")]
    after = [told("a", "unit", "x"), told("a", "unit", "y"), told("a", "unit", "x", "critical"), *untouched[1:]]
    assert news(after, untouched) == after[1:3]


def test_a_finding_tells_its_subject_by_its_key_by_its_dataset_or_by_its_check():
    rule = RULES["sms.failures_rise"]
    carrier = Entity("carrier", "unicom", "中国联通")
    of_check = subject_of(Finding(rule=rule, entity=carrier, status="warning"))
    assert "sms.messages" in of_check.datasets
    assert of_check.members is None
    mail = subject("oa.activities", [("edition", "party"), ("module", "mail")], "党务版邮件")
    itself = subject_of(Finding(rule=RULES["oa.surveillance"], entity=mail, status="warning"))
    assert (itself.datasets, itself.members) == ({"oa.activities"}, {"edition": "party", "module": "mail"})
    rows = Entity("dataset", "web/infra.requests", subsystem_label("infra"))
    of_rows = subject_of(Finding(rule=RULES["data.rows_fall"], entity=rows, status="warning"))
    assert (of_rows.datasets, of_rows.members) == ({"infra.requests"}, {"source": "web"})


def test_nothing_is_planted_in_an_untouched_estate(tmp_path: Path):
    written = write_untouched_estate(tmp_path / "estate", until=DAY, days=1, seed=WANTED.seed, scale=0.0002)
    assert (written.incidents, written.benign_events) == ((), ())
    estate = read_estate(tmp_path / "estate", Wanted(WANTED.seed, f"{DAY}", days=1, scale=0.0002, is_untouched=True))
    assert (estate.incidents, estate.benign_events) == ((), ())
