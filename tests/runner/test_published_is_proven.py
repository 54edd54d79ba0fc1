"""A published report with a fault in its manifest, its findings or its files: `verify` finds each one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.errors import ReportIncomplete, VerificationFailed
from ntanalytics.reports.verification import verify
from ntanalytics.reports.verification.manifest import manifest_digest
from tests.desk import Desk

FINDINGS = """
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.recommendations.with_cause import worded
from ntanalytics.reports import board
from ntanalytics.subsystems import rules_of
from ntanalytics.settings import load, find_config
rules = rules_of(load(find_config(None)))
carrier = Entity("carrier", "unicom", "中国联通")
rule = rules["sms.delivery_rate"]
board(worded([Finding(rule=rule, entity=carrier, status="critical", value=0.71, format="rate:1")]))
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with findings as a run published it; do not change it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTANALYTICS_CHROMIUM", "")
        desk = Desk(tmp_path_factory.mktemp("site"))
        desk.write(FINDINGS)
        return desk.run().directory


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """The same folder, to be tampered with."""
    return Path(shutil.copytree(published, tmp_path / "report"))


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object], *, is_forged: bool) -> None:
    """Change the manifest; a forger gives it a new digest."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    if is_forged:
        manifest["manifest_sha256"] = manifest_digest(manifest)
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=2), encoding="utf-8")


def test_a_published_report_is_proven_and_the_verdict_says_how(folder: Path) -> None:
    verdict = verify(folder)
    assert verdict.proven == (
        "every figure in report.html, report.xlsx is the record's",  # this report has neither Word nor OFD
        "rendered again, each of them is the same",
    )
    assert verdict.open == ()


def test_a_folder_without_a_report_is_none_and_not_a_damaged_one(tmp_path: Path) -> None:
    """As ``reproduce`` and ``remark`` say of it; where a part is there, the others are missing."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ReportIncomplete, match="no published report"):
            verify(folder)
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(VerificationFailed, match=r"report\.ipynb"):
        verify(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("report", "other"),
        ("title", "另报表"),
        ("period", {"kind": "week"}),
        ("run_id", "20260101T000000-00000000"),
        ("version", 2),
        ("parameters", {"period": "2026-W47", "top": 11, "code": ""}),
        ("state", "ok"),
        ("status", ["● 全部正常"]),
        ("tables", {"sms.messages": 8}),
        ("as_of", [{}]),
        ("gaps", []),
        ("rejected", [{"rows": 1}]),
    ],
)
def test_a_field_of_the_manifest_that_is_not_the_records_is_caught(folder: Path, name: str, value: object) -> None:
    rewrite(folder, lambda manifest: manifest.update({name: value}), is_forged=True)
    with pytest.raises(VerificationFailed, match=rf"manifest.json: {name} is not the record's"):
        verify(folder)


@pytest.mark.parametrize("name", ["created_at", "code_version", "python", "left_out", "notebook_sha256", "corrects"])
def test_any_other_field_is_covered_by_the_manifests_digest(folder: Path, name: str) -> None:
    rewrite(folder, lambda manifest: manifest.update({name: "x"}), is_forged=False)
    with pytest.raises(VerificationFailed, match="its fields do not have the digest"):
        verify(folder)


@pytest.mark.parametrize("name", ["manifest_sha256", "renderer", "run_id", "tables", "artefacts"])
def test_a_field_that_was_taken_out_is_caught(folder: Path, name: str) -> None:
    rewrite(folder, lambda manifest: manifest.pop(name), is_forged=name != "manifest_sha256")
    with pytest.raises(VerificationFailed, match="the digest that it gives" if "sha" in name else f"{name} is missing"):
        verify(folder)


def test_a_missing_manifest_is_caught(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    with pytest.raises(VerificationFailed, match="manifest.json is not there"):
        verify(folder)


def test_missing_findings_are_caught_even_if_the_manifest_does_not_list_them(folder: Path) -> None:
    (folder / "findings.json").unlink()
    rewrite(folder, lambda manifest: manifest["artefacts"].pop("findings.json"), is_forged=True)
    with pytest.raises(VerificationFailed, match=r"findings\.json is not there"):
        verify(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(VerificationFailed, match=r"findings\.json is not there"):
        verify(folder)


def test_a_rendering_that_the_manifest_does_not_list_is_caught(folder: Path) -> None:
    (folder / "report.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(VerificationFailed, match=r"report\.pdf is not listed"):
        verify(folder)


def test_a_manifest_that_is_no_manifest_is_caught(folder: Path) -> None:
    for content in ("[]", "{", '{"artefacts": 1, "run_id": "x"}'):
        (folder / "manifest.json").write_text(content, encoding="utf-8")
        with pytest.raises(VerificationFailed, match=r"manifest\.json"):
            verify(folder)
