"""Texts that are kept: found again, never another's, and no file does harm."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics import kept_texts
from ntanalytics.kept_texts import KeptTexts

_TEXTS = st.dictionaries(st.text(max_size=9), st.text(max_size=40), max_size=5)


@settings(max_examples=30)
@given(texts=_TEXTS)
def test_what_was_kept_is_found(tmp_path_factory, texts):
    file = tmp_path_factory.mktemp("kept") / "texts.jsonl"
    for key, text in texts.items():
        KeptTexts(file).append(key, text)
    assert KeptTexts(file).read() == texts


def test_a_damaged_line_is_left_out_and_the_others_are_read(tmp_path: Path):
    kept = KeptTexts(tmp_path / "texts.jsonl")
    for key in "abc":
        kept.append(key, f"text of {key}")
    first, second, third = (tmp_path / "texts.jsonl").read_bytes().splitlines()
    changed = second.replace(b"text of b", b"text of x")
    damaged = [first, changed, third[:-4], b"[1, 2]", b"7", b"\xff", json.dumps(["d", "", {}]).encode()]
    (tmp_path / "texts.jsonl").write_bytes(b"\n".join(damaged))
    assert kept.read() == {"a": "text of a"}


def test_nothing_is_kept_where_nothing_can_be_written(tmp_path: Path):
    for file in (None, tmp_path / "gone" / "texts.jsonl", tmp_path):
        KeptTexts(file).append("a", "text")
        assert KeptTexts(file).read() == {}
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_every_account_may_write_is_not_believed(tmp_path: Path):
    file = tmp_path / "texts.jsonl"
    KeptTexts(file).append("a", "text")
    file.chmod(0o666)
    assert KeptTexts(file).read() == {}


def test_a_large_file_is_begun_anew(tmp_path: Path, monkeypatch):
    kept = KeptTexts(tmp_path / "texts.jsonl")
    kept.append("a", "text")
    monkeypatch.setattr(kept_texts, "MOST_BYTES", 1)
    kept.append("b", "text")
    assert kept.read() == {"b": "text"}
