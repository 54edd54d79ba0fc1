"""The ledger proves that a folder holds what was published, against whoever may write the outputs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

from ntanalytics.cli import app
from ntanalytics.errors import VerificationFailed
from ntanalytics.ledger.chain import adopt
from ntanalytics.reports.verification import verify
from ntanalytics.reports.verification.manifest import manifest_digest
from ntanalytics.runner.ledger_proof import prove_by_ledger, verify_history
from ntanalytics.runner.publishing import _artefact
from tests.desk import Desk
from tests.reports.rendered import render


def _verify(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments])
    code = done.exit_code if not isinstance(done.exception, VerificationFailed) else done.exception.exit_code
    return code, done.output + str(done.exception or "")


def _forge(folder: Path, **fields: Any) -> None:
    """Exchange a figure in the record, render it, and give the manifest new hashes and a new digest."""
    record = folder / "report.ipynb"
    record.write_text(record.read_text(encoding="utf-8").replace("试报表", "假报表"), encoding="utf-8")
    render(record, folder)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"title": "假报表"} | fields
    manifest["artefacts"] = {name: _artefact(folder / name) for name in manifest["artefacts"]}
    manifest["manifest_sha256"] = manifest_digest(manifest)
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def issued(desk: Desk) -> Desk:
    """The site with one published report."""
    desk.write()
    desk.run()
    return desk


def test_the_ledger_proves_a_published_report_and_its_copy(issued: Desk, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(issued.published, tmp_path / "copy"))
    for folder in (issued.published, copied):
        proven, remaining = prove_by_ledger(issued.ledger, folder)
        assert "this manifest was published on" in proven[0]
        assert remaining == ()


def test_a_report_exchanged_together_with_its_manifest_is_found_by_the_ledger_alone(
    issued: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _forge(issued.published)
    assert len(verify(issued.published).proven) == 2  # the files agree with each other
    with pytest.raises(VerificationFailed, match=r"the manifest has the digest .* was published"):
        prove_by_ledger(issued.ledger, issued.published)
    code, text = _verify("--config", str(issued.home / "ntanalytics.yml"), "verify", str(issued.published))
    assert (code, "the ledger says otherwise" in text) == (9, True)
    monkeypatch.chdir(issued.home)
    assert _verify("verify", str(issued.published))[0] == 9
    elsewhere = tmp_path / "elsewhere" / "a" / "b" / "c"
    shutil.copytree(issued.published, elsewhere)
    monkeypatch.chdir(elsewhere)
    code, text = _verify("verify", str(elsewhere))
    assert (code, "not proven: no ledger is at hand" in text.replace("\n", " ")) == (0, True)


def test_a_run_that_the_ledger_does_not_know_is_found(issued: Desk) -> None:
    record = issued.published / "report.ipynb"
    run_id = json.loads((issued.published / "manifest.json").read_text(encoding="utf-8"))["run_id"]
    other = "20260101T000000-00000000"
    record.write_text(record.read_text(encoding="utf-8").replace(run_id, other), encoding="utf-8")
    _forge(issued.published, run_id=other)
    with pytest.raises(VerificationFailed, match="knows no published run '20260101T000000-00000000'"):
        prove_by_ledger(issued.ledger, issued.published)


def test_an_earlier_version_put_in_the_place_of_a_later_one_is_found(issued: Desk, tmp_path: Path) -> None:
    first = Path(shutil.copytree(issued.published, tmp_path / "first"))
    issued.run()
    proven, remaining = prove_by_ledger(issued.ledger, first)
    assert len(proven) == 2
    assert remaining == ("version 2 was published later; this is version 1",)
    shutil.rmtree(issued.published)
    shutil.copytree(first, issued.published)
    with pytest.raises(VerificationFailed, match="this is version 1, put in its place"):
        prove_by_ledger(issued.ledger, issued.published)


def test_a_changed_ledger_is_found(issued: Desk) -> None:
    _forge(issued.published)
    digest = json.loads((issued.published / "manifest.json").read_text(encoding="utf-8"))["manifest_sha256"]
    with sa.create_engine(issued.settings.ledger, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER publications_kept")
        connection.exec_driver_sql(f"UPDATE publications SET manifest_sha256 = '{digest}'")
    with pytest.raises(VerificationFailed, match="the chain of publications is broken at entry 1"):
        prove_by_ledger(issued.ledger, issued.published)


def test_a_report_from_before_the_chain_is_not_refused(issued: Desk) -> None:
    with sa.create_engine(issued.settings.ledger, poolclass=NullPool).begin() as connection:
        for name in ("kept", "not_deleted", "not_replaced"):
            connection.exec_driver_sql(f"DROP TRIGGER publications_{name}")
        connection.exec_driver_sql("DELETE FROM publications")
    proven, remaining = prove_by_ledger(issued.ledger, issued.published)
    assert not any("this manifest" in text for text in proven)
    assert "before the ledger kept digests" in remaining[0]


def test_an_entry_that_was_taken_off_the_end_is_found(issued: Desk) -> None:
    issued.run()
    with sa.create_engine(issued.settings.ledger, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER publications_not_deleted")
        connection.exec_driver_sql("DELETE FROM publications WHERE id = 2")
    with pytest.raises(VerificationFailed, match="has no entry of this run"):
        prove_by_ledger(issued.ledger, issued.published)


def test_without_a_ledger_none_is_made(desk: Desk, issued: Desk) -> None:
    ledger = Path(issued.settings.ledger.removeprefix("sqlite:///"))
    ledger.unlink()
    code, text = _verify("--config", str(issued.home / "ntanalytics.yml"), "verify", str(issued.published))
    assert (code, "has none yet" in text) == (0, True)
    assert not ledger.exists()


def test_a_ledger_that_was_written_anew_contradicts_the_anchor_of_the_manifest(issued: Desk) -> None:
    entries, anchors, problems = verify_history(issued.ledger, issued.outputs)
    assert (entries > 1, anchors, problems) == (True, 1, [])
    assert "the ledger up to entry" in prove_by_ledger(issued.ledger, issued.published)[0][-1]
    with sa.create_engine(issued.settings.ledger, poolclass=NullPool).begin() as connection:
        for table in ("events", "chain"):
            for name in ("kept", "not_deleted", "not_replaced"):
                connection.exec_driver_sql(f"DROP TRIGGER {table}_{name}")
        connection.exec_driver_sql("UPDATE events SET account = 'another' WHERE id = 1")
    [problem] = verify_history(issued.ledger, issued.outputs)[2]
    assert problem == "events 1 was changed; its entry is 1"
    code, output = _verify("--config", str(issued.home / "ntanalytics.yml"), "history", "--verify")
    assert (code, problem in output) == (9, True)
    with sa.create_engine(issued.settings.ledger, poolclass=NullPool).begin() as connection:
        for name in ("kept", "not_deleted", "not_replaced"):
            connection.exec_driver_sql(f"DROP TRIGGER chain_{name}")
        connection.exec_driver_sql("DELETE FROM chain")
        connection.exec_driver_sql("UPDATE chain_head SET seq = 0, sha256 = ''")
        adopt(connection)
    [problem] = verify_history(issued.ledger, issued.outputs)[2]
    assert str(issued.published / "manifest.json") in problem
    with pytest.raises(VerificationFailed, match="chain has another digest"):
        prove_by_ledger(issued.ledger, issued.published)
