"""Names of folders, what may be published, and what the manifest says."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.delivery.manifest import Manifest
from ntanalytics.delivery.report_folder import folder_name, parse_folder_name
from ntanalytics.errors import PublishError
from ntanalytics.periods import Period
from ntanalytics.reports.record import Record, RecordedBlock
from ntanalytics.runner import publishing
from ntanalytics.runner.notebooks import ReportNotebook
from ntanalytics.runner.parameters import Parameter
from ntanalytics.runner.publishing import place
from ntanalytics.runner.report_request import ReportRequest

WEEK = Period.week(dt.date(2026, 11, 16))
DEFAULTS: dict[str, Any] = {"period": "last-week", "top": 10, "unit": "", "detail": False}
AS_OF = {"taken_at": "2026-11-22T22:10:00+00:00", "rejected": 3, "missing_days": ["2026-11-18"], "error": ""}
ROW = {"state": "warning", "subject": "中国联通", "check": "送达率"}
BOARD = RecordedBlock(kind="board", id="board", title="", body={}, rows=(ROW,))
BODY = {
    "period": {"kind": "week", "text": "2026-W47", "label": "", "first": "2026-11-16", "last": "2026-11-22"},
    "versions": {"sms.messages": 7}, "as_of": [AS_OF], "gaps": ["缺一天。"], "rejected": [{"rows": 3}],
}  # fmt: skip
REPORT = ReportNotebook(
    name="probe",
    path=Path("probe.ipynb"),
    title="试报表",
    periods=(),
    declared_needs={},
    parameters=tuple(Parameter(name, type(value).__name__, value, "") for name, value in DEFAULTS.items()),
    sha256="ab" * 32,
)


def name(**values: Any) -> str:
    return ReportRequest.of(REPORT, WEEK, values).folder_name


def test_the_folder_is_named_by_the_period() -> None:
    assert name() == "2026-W47"


def test_parameters_that_are_not_the_default_are_in_the_name_in_their_order() -> None:
    assert name(unit="x", top=20) == "2026-W47,top=20,unit=x"
    assert name(detail=True) == "2026-W47,detail=true"
    assert name(unit="市局") == "2026-W47,unit=市局"
    assert name(unit="市局（一处）") == "2026-W47,unit=市局%EF%BC%88一处%EF%BC%89"


def test_a_folder_that_an_earlier_version_named_keeps_its_name(tmp_path: Path) -> None:
    request = ReportRequest.of(REPORT, WEEK, {"unit": "市局"})
    assert request.directory(tmp_path).name == "2026-W47,unit=市局"
    former = tmp_path / REPORT.name / "2026-W47,unit=%E5%B8%82%E5%B1%80"
    former.mkdir(parents=True)
    assert request.directory(tmp_path) == former


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("../../etc", "..%2F..%2Fetc"), ("a,top=3", "a%2Ctop%3D3"), ("%2F", "%252F"), ("a b", "a%20b"), ("\n", "%0A")],
)
def test_a_value_can_hold_no_path_and_no_second_parameter(unit: str, shown: str) -> None:
    assert name(unit=unit) == f"2026-W47,unit={shown}"


def test_a_long_name_ends_in_a_hash() -> None:
    one, other = name(unit="市" * 100, top=1), name(unit="市" * 99, top=1)
    assert one.startswith("2026-W47,top,unit,sha256=")
    assert one != other
    assert len(one) < 200


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_different_values_never_share_a_folder_and_every_name_is_a_name(one: str, other: str) -> None:
    both = [folder_name("2026-W47", {"unit": one}), folder_name("2026-W47", {"unit": other})]
    assert (both[0] == both[1]) == (one == other)
    for each in both:
        assert "/" not in each
        assert len(each.encode()) <= 200
        assert place(Path("/tmp"), "report", each).name == each  # every name is one that may be published
        assert "unit" in parse_folder_name(each)[1]


@pytest.mark.parametrize("part", ["..", ".", "", "../x", "a/b", ".staging", "a\0", "a\nb", "-rf", "市（局）"])
def test_a_name_that_leaves_the_outputs_is_refused(tmp_path: Path, part: str) -> None:
    with pytest.raises(PublishError, match="is no name for a folder"):
        place(tmp_path, part, "2026-W47")
    with pytest.raises(PublishError, match="is no name for a folder"):
        place(tmp_path, "probe", part)
    assert names(tmp_path) == []


@pytest.mark.parametrize("link", ["probe", "probe/2026-W47"])
def test_a_symbolic_link_on_the_way_is_refused(tmp_path: Path, link: str) -> None:
    outputs, elsewhere = tmp_path / "outputs", tmp_path / "elsewhere"
    (outputs / link).parent.mkdir(parents=True)
    elsewhere.mkdir()
    (outputs / link).symlink_to(elsewhere)
    with pytest.raises(PublishError, match="is a symbolic link"):
        place(outputs, "probe", "2026-W47")
    assert names(elsewhere) == []


def test_a_file_in_the_place_of_the_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "probe").mkdir()
    (tmp_path / "probe" / "2026-W47").write_text("mine", encoding="utf-8")
    with pytest.raises(PublishError, match="is not a folder"):
        place(tmp_path, "probe", "2026-W47")


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    folder = tmp_path / "staged"
    folder.mkdir()
    for artefact in publishing.ARTEFACTS:
        (folder / artefact).write_bytes(artefact.encode())
    return folder


def manifest(staged: Path) -> Manifest:
    record = Record(RecordedBlock(kind="head", id="head", title="", body=BODY), (BOARD,))
    left_out = {} if (staged / "report.pdf").exists() else {"report.pdf": "no Chromium was found"}
    request = ReportRequest.of(REPORT, WEEK, {"top": 20})
    return publishing.make_manifest(request, record, staged, run_id="r1", version=3, left_out=left_out)


def test_the_manifest_says_what_was_published_from_which_data(staged: Path) -> None:
    content = manifest(staged)
    assert content["artefacts"]["report.html"] == {
        "sha256": hashlib.sha256(b"report.html").hexdigest(),
        "sm3": "976f8b50b701365e7b0a70986742cd0839c8ba96d2a89aec0bc801cfd02e0c25",
        "size_bytes": 11,
    }
    assert content["tables"] == {"sms.messages": 7}
    assert content["gaps"] == ["缺一天。"]
    assert content["rejected"] == [{"rows": 3}]
    assert content["as_of"] == [AS_OF]
    assert (content["report"], content["title"], content["run_id"], content["version"]) == ("probe", "试报表", "r1", 3)
    assert content["notebook_sha256"] == "ab" * 32
    assert content["parameters"] == {"period": "2026-W47", "top": 20, "unit": "", "detail": False}
    assert dt.datetime.fromisoformat(content["created_at"]).tzinfo is not None
    assert (content["state"], content["status"][0]) == ("warning", "▲ 1项关注：中国联通送达率")


def test_what_was_made_besides_is_listed_and_what_was_not_is_said(staged: Path) -> None:
    assert set(manifest(staged)["artefacts"]) == set(publishing.ARTEFACTS)
    assert manifest(staged)["left_out"] == {"report.pdf": "no Chromium was found"}
    (staged / "report.pdf").write_bytes(b"%PDF")
    (staged / "report.docx").write_bytes(b"PK")
    (staged / "report.ofd").write_bytes(b"PK")
    extras = {"report.docx", "report.ofd", "report.pdf"}
    assert set(manifest(staged)["artefacts"]) == {*publishing.ARTEFACTS, *extras}
    assert manifest(staged)["left_out"] == {}


def test_a_missing_or_empty_artefact_is_refused(staged: Path) -> None:
    (staged / "report.xlsx").write_bytes(b"")
    with pytest.raises(PublishError, match="report.xlsx is empty"):
        manifest(staged)
    (staged / "report.html").unlink()
    with pytest.raises(PublishError, match="report.html was not made"):
        manifest(staged)


def test_what_is_published_is_whole_and_not_for_everyone(tmp_path: Path, staged: Path) -> None:
    target = place(tmp_path / "outputs", "probe", "2026-W47")
    publishing.publish(staged, target, manifest(staged))
    assert names(target) == ["manifest.json", "report.html", "report.ipynb", "report.xlsx"]
    assert {path.stat().st_mode & 0o777 for path in target.iterdir()} == {0o640}
    assert {path.stat().st_mode & 0o777 for path in (target, target.parent)} == {0o750}
    assert json.loads((target / "manifest.json").read_text(encoding="utf-8"))["version"] == 3
    assert not staged.exists()


def test_a_file_that_nobody_declared_is_not_published(tmp_path: Path, staged: Path) -> None:
    (staged / "core.1234").write_bytes(b"x")
    target = place(tmp_path / "outputs", "probe", "2026-W47")
    with pytest.raises(PublishError, match=r"left other files: \['core.1234'\]"):
        publishing.publish(staged, target, manifest(staged))
    assert not target.exists()


def test_a_link_put_in_place_while_the_report_was_made_is_refused(tmp_path: Path, staged: Path) -> None:
    target = place(tmp_path / "outputs", "probe", "2026-W47")
    target.symlink_to(tmp_path)
    with pytest.raises(PublishError, match="is a symbolic link"):
        publishing.publish(staged, target, manifest(staged))


def names(folder: Path) -> list[str]:
    """What a folder holds."""
    return sorted(path.name for path in folder.iterdir())
