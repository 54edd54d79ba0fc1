import json
import os
from pathlib import Path

import pytest

from ntanalytics.operations.retained_versions import retained_versions


def publish(outputs: Path, folder: str, tables: object) -> Path:
    path = outputs / folder / "manifest.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"report": "r", "tables": tables}), encoding="utf-8")
    return path


def test_every_version_that_a_manifest_names_is_needed_wherever_it_lies(tmp_path: Path):
    publish(tmp_path, "sms_volume/2026-W46", {"sms.messages": 3, "sms.bills": 0})
    publish(tmp_path, "sms_volume/2026-W47", {"sms.messages": 7})
    publish(tmp_path, "sms_volume/.2026-W47.previous", {"sms.messages": 6})
    publish(tmp_path, "sms_volume/2026-W47/versions/1", {"oa.tasks": 2})
    found = retained_versions(tmp_path)
    assert found.versions == {"sms.messages": {3, 6, 7}, "sms.bills": {0}, "oa.tasks": {2}}
    assert found.unreadable == ()


def test_what_is_given_up_needs_nothing(tmp_path: Path):
    publish(tmp_path, "sms_volume/2026-W46", {"sms.messages": 3})
    publish(tmp_path, "sms_volume/2026-W47", {"sms.messages": 7})
    found = retained_versions(tmp_path, leaving=[tmp_path / "sms_volume" / "2026-W46"])
    assert found.versions == {"sms.messages": {7}}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"tables": {"a": "1"}}', '{"tables": {"a": -1}}', "{}", "[" * 100_000]
)
def test_a_manifest_that_cannot_be_read_is_told_of(tmp_path: Path, text: str):
    path = publish(tmp_path, "sms_volume/2026-W46", {})
    path.write_text(text, encoding="utf-8")
    publish(tmp_path, "sms_volume/2026-W47", {"sms.messages": 7})
    found = retained_versions(tmp_path)
    assert (found.versions, found.unreadable) == ({"sms.messages": {7}}, (path,))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_cannot_be_listed_is_told_of(tmp_path: Path):
    publish(tmp_path, "sms_volume/2026-W46", {})
    (tmp_path / "sms_volume").chmod(0)
    try:
        assert retained_versions(tmp_path).unreadable == (tmp_path / "sms_volume",)
    finally:
        (tmp_path / "sms_volume").chmod(0o755)


def test_no_outputs_need_nothing(tmp_path: Path):
    assert retained_versions(tmp_path / "none") == retained_versions(tmp_path)
