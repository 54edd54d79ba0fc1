from pathlib import Path

import pytest

from ntanalytics.settings import program
from ntanalytics.settings.state_digests import file_states
from tests.extraction.small_site import SmallSite


def test_a_file_of_the_program_that_was_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "sms.messages.sql"
    file.write_text("SELECT 1", encoding="utf-8")
    monkeypatch.setattr(program, "project_dir", lambda _: tmp_path)
    before = program.program_digest()
    assert program.program_digest() == before
    file.write_text("SELECT 2", encoding="utf-8")
    after = program.program_digest()
    assert after != before
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "compiled.pyc").write_bytes(b"")
    assert program.program_digest() == after
    file.unlink()
    assert program.program_digest() not in (before, after)


def test_the_state_of_a_source_that_is_no_file_is_not_known(tmp_path: Path):
    site = SmallSite(tmp_path)
    source = site.settings.sources["shop"]
    settings = site.settings.model_copy(
        update={
            "sources": {
                "file": source,
                "server": source.model_copy(update={"url": "postgresql://reader@host/shop"}),
                "metrics": source.model_copy(update={"url": "http://host:9090"}),
            }
        }
    )
    states = file_states(settings)
    assert states["file"] is not None
    assert (states["server"], states["metrics"]) == (None, None)
