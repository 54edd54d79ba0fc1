"""Manifests are read as they are, and what is no report is said to be none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.delivery import issued_reports
from ntanalytics.delivery.issued_reports import UnreadableReport, read_issued_reports
from ntanalytics.report_files import MANIFEST
from tests.delivery.shelf import issue


def change(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}), encoding="utf-8")


def test_a_manifest_tells_what_the_index_says(tmp_path: Path) -> None:
    issue(
        tmp_path,
        "oa_adoption",
        "2026-10",
        own={"unit": "市局,一处"},
        state="warning",
        version=2,
        gaps=("缺一天。",),
        status=("▲ 1 项关注：短信平台", "其余 3 项正常"),
        title="协同办公推广",
        files=("report.html", "report.docx"),
    )
    ((one,), unreadable) = read_issued_reports(tmp_path)
    assert unreadable == []
    assert (one.report, one.title, one.period.label, one.version) == ("oa_adoption", "协同办公推广", "2026年10月", 2)
    assert one.parameters == {"unit": "市局,一处"}  # and not top, which has its default
    assert (one.state, one.remark, one.gaps) == ("warning", "1 项关注：短信平台", 1)
    assert one.renderings == ("report.html", "report.docx")
    assert one.folder == "oa_adoption/2026-10,unit=%E5%B8%82%E5%B1%80%2C%E4%B8%80%E5%A4%84"


def test_a_manifest_of_before_states_were_kept_is_read(tmp_path: Path) -> None:
    change(issue(tmp_path, "sms_volume", "2026-W47"), state=None, status=None)
    ((one,), _) = read_issued_reports(tmp_path)
    assert (one.state, one.remark) == ("", "")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "没有清单 manifest.json"),
        ("", "清单不是完整的 JSON"),
        ('{"report": "sms_vol', "清单不是完整的 JSON"),
        ("[" * 100_000, "清单不是完整的 JSON"),
        ("[]", "清单缺少应有的内容"),
        ("{}", "清单缺少应有的内容"),
        (b"\xff\xfe", "清单不是完整的 JSON"),
    ],
)
def test_a_broken_manifest_is_listed_and_not_fatal(tmp_path: Path, content: str | bytes | None, why: str) -> None:
    issue(tmp_path, "sms_volume", "2026-W46")
    folder = tmp_path / "sms_volume" / "2026-W47"
    folder.mkdir()
    if content is not None:
        (folder / "manifest.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    issued, unreadable = read_issued_reports(tmp_path)
    assert [each.period.text for each in issued] == ["2026-W46"]
    assert unreadable == [UnreadableReport("sms_volume/2026-W47", why)]


@pytest.mark.parametrize(
    "changes",
    [
        {"period": {"text": 5}},
        {"version": "x"},
        {"created_at": "yesterday"},
        {"gaps": 3},
        {"artefacts": None},
        {"parameters": None},
    ],
)
def test_a_manifest_of_another_shape_is_listed(tmp_path: Path, changes: dict[str, Any]) -> None:
    change(issue(tmp_path, "sms_volume", "2026-W47"), **changes)
    issued, (one,) = read_issued_reports(tmp_path)
    assert issued == []
    assert one.folder == "sms_volume/2026-W47"


def test_a_copy_under_another_name_is_no_second_report(tmp_path: Path) -> None:
    issue(tmp_path, "sms_volume", "2026-W47").rename(tmp_path / "sms_volume" / "2026-W47 副本")
    issued, unreadable = read_issued_reports(tmp_path)
    assert issued == []
    assert unreadable == [UnreadableReport("sms_volume/2026-W47 副本", "清单与所在文件夹不符，可能是复制而来")]


def test_hidden_folders_files_and_links_are_passed_over(tmp_path: Path) -> None:
    folder = issue(tmp_path, "sms_volume", "2026-W47")
    (tmp_path / ".staging" / "r1").mkdir(parents=True)
    (tmp_path / "sms_volume" / ".2026-W46.previous").mkdir()
    (tmp_path / "sms_volume" / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "index.html").write_text("x", encoding="utf-8")
    (tmp_path / "sms_volume" / "2026-W45").symlink_to(folder)
    issued, unreadable = read_issued_reports(tmp_path)
    assert ([each.period.text for each in issued], unreadable) == (["2026-W47"], [])


def test_outputs_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert read_issued_reports(tmp_path / "none") == ([], [])


def test_a_manifest_is_read_again_if_it_has_changed_and_not_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, unchanged = (issue(tmp_path, "sms_volume", week) for week in ("2026-W46", "2026-W47"))
    read_issued_reports(tmp_path)
    read: list[str] = []
    parse = issued_reports.parse_manifest
    monkeypatch.setattr(
        issued_reports, "parse_manifest", lambda file, size: [read.append(file.name), parse(file, size)][1]
    )
    change(changed, version=2)
    issued, _ = read_issued_reports(tmp_path)
    assert ([report.version for report in issued], read) == ([2, 1], [str(changed / MANIFEST)])
    unchanged.joinpath("manifest.json").unlink()
    assert [each.folder for each in read_issued_reports(tmp_path)[1]] == ["sms_volume/2026-W47"]
