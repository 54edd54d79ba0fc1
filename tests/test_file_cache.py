"""Texts in a file: found again, never another's, and no file does harm."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics import file_cache
from ntanalytics.file_cache import FileCache

_TEXTS = st.dictionaries(st.text(max_size=9), st.text(max_size=40), max_size=5)


@settings(max_examples=30)
@given(texts=_TEXTS)
def test_what_was_kept_is_found(tmp_path_factory, texts):
    file = tmp_path_factory.mktemp("kept") / "texts.jsonl"
    for key, text in texts.items():
        FileCache(file).put({key: text})
    assert {key: FileCache(file).get(key) for key in texts} == texts
    assert FileCache(file).get("another one") is None


def test_a_damaged_line_is_left_out_and_the_others_are_read(tmp_path: Path):
    FileCache(tmp_path / "texts.jsonl").put({key: f"text of {key}" for key in "abc"})
    first, second, third = (tmp_path / "texts.jsonl").read_bytes().splitlines()
    changed = second.replace(b"text of b", b"text of x")
    damaged = [first, changed, third[:-4], b"[1, 2]", b"7", b"\xff", json.dumps(["d", "", {}]).encode()]
    (tmp_path / "texts.jsonl").write_bytes(b"\n".join(damaged))
    read = FileCache(tmp_path / "texts.jsonl")
    assert {key: read.get(key) for key in "abcd17"} == {**dict.fromkeys("abcd17"), "a": "text of a"}


@settings(max_examples=30)
@given(texts=st.dictionaries(st.text('a",\\ ', max_size=6), _TEXTS.map(str), max_size=9))
def test_keys_that_look_like_the_rest_of_a_line_are_kept_apart(tmp_path_factory, texts):
    file = tmp_path_factory.mktemp("kept") / "texts.jsonl"
    FileCache(file).put(texts)
    assert {key: FileCache(file).get(key) for key in texts} == texts


def test_the_last_text_of_a_key_counts_unless_it_is_damaged(tmp_path: Path):
    file = tmp_path / "texts.jsonl"
    for text in ("first", "second"):
        FileCache(file).put({"a": text})
    assert FileCache(file).get("a") == "second"
    file.write_bytes(file.read_bytes()[:-9] + b"\n")
    assert FileCache(file).get("a") == "first"


def test_nothing_is_kept_where_nothing_can_be_written(tmp_path: Path):
    for file in (None, tmp_path / "gone" / "texts.jsonl", tmp_path):
        FileCache(file).put({"a": "text"})
        assert FileCache(file).get("a") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_every_account_may_write_is_not_believed(tmp_path: Path):
    file = tmp_path / "texts.jsonl"
    FileCache(file).put({"a": "text"})
    file.chmod(0o666)
    assert FileCache(file).get("a") is None


def test_a_large_file_is_begun_anew(tmp_path: Path, monkeypatch):
    FileCache(tmp_path / "texts.jsonl").put({"a": "text"})
    monkeypatch.setattr(file_cache, "MOST_BYTES", 1)
    FileCache(tmp_path / "texts.jsonl").put({"b": "text"})
    read = FileCache(tmp_path / "texts.jsonl")
    assert (read.get("a"), read.get("b")) == (None, "text")


def test_a_file_holds_few_lines_beside_those_that_count(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(file_cache, "FEW_LINES", 4)
    file = tmp_path / "texts.jsonl"
    for turn in range(50):
        FileCache(file).put({key: f"{key} of turn {turn}" for key in "abc"} | {"new " + str(turn): "kept"})
    assert len(file.read_bytes().splitlines()) <= 2 * (50 + 3) + 4 + 4
    read = FileCache(file)
    assert [read.get(key) for key in ("a", "b", "c", "new 0", "new 49")] == [
        *("a of turn 49", "b of turn 49", "c of turn 49"), "kept", "kept",
    ]  # fmt: skip
    assert (file.stat().st_mode & 0o777, list(tmp_path.iterdir())) == (0o640, [file])


def test_a_file_holds_few_bytes_beside_those_that_count(tmp_path: Path, monkeypatch):
    """A month of many applications is one long line that is written anew each day."""
    monkeypatch.setattr(file_cache, "FEW_BYTES", 1000)
    file = tmp_path / "texts.jsonl"
    FileCache(file).put({"short": "text"})
    for turn in range(100):
        FileCache(file).put({"long": f"{turn:0500}"})
    assert len(file.read_bytes()) <= 2 * 600 + 1000 + 2 * 600
    read = FileCache(file)
    assert (read.get("short"), read.get("long")) == ("text", f"{99:0500}")


def test_one_object_writes_a_file_anew_once(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(file_cache, "FEW_LINES", 4)
    file = tmp_path / "texts.jsonl"
    for _ in range(5):
        FileCache(file).put({"a": "text", "b": "text"})
    cache = FileCache(file)
    sizes = []
    for turn in range(4):
        cache.put({"c": f"text {turn}"})
        sizes.append(len(file.read_bytes().splitlines()))
    assert sizes == [3, 4, 5, 6]
    assert FileCache(file).get("c") == "text 3"


def test_what_another_process_appended_is_kept_when_a_file_is_written_anew(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(file_cache, "FEW_LINES", 0)
    file = tmp_path / "texts.jsonl"
    for _ in range(5):
        FileCache(file).put({"a": "text"})
    cache = FileCache(file)
    assert cache.get("a") == "text"
    FileCache(tmp_path / "other.jsonl").put({"b": "of another process"})
    file.write_bytes(file.read_bytes() + (tmp_path / "other.jsonl").read_bytes())
    cache.put({"c": "text"})
    read = FileCache(file)
    assert [read.get(key) for key in "abc"] == ["text", "of another process", "text"]
    assert len(file.read_bytes().splitlines()) == 3


@pytest.mark.parametrize("full", ["rename", "write"])
def test_a_file_that_cannot_be_written_anew_stays(tmp_path: Path, monkeypatch, full: str):
    monkeypatch.setattr(file_cache, "FEW_LINES", 0)
    file = tmp_path / "texts.jsonl"
    for _ in range(5):
        FileCache(file).put({"a": "text"})
    before = file.read_bytes()
    if full == "rename":
        monkeypatch.setattr(Path, "replace", _full)
    else:
        write = os.write  # a disk that is nearly full takes a part, and says so by its length alone
        monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:5]))
    FileCache(file).put({"b": "text"})
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")
