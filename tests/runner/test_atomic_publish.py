"""A folder takes the place of another in one step, and a reader never finds half of it."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from ntanalytics.runner import atomic_publish

FILES = ("a", "b", "c")


def make(folder: Path, version: int) -> Path:
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_text(str(version), encoding="utf-8")
    return folder


def version_of(folder: Path) -> set[str]:
    return {(folder / name).read_text(encoding="utf-8") for name in FILES}


@pytest.fixture(params=["exchange", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways: as this file system does it, and as one that cannot exchange does."""
    if request.param == "two renames":
        monkeypatch.setattr(atomic_publish, "_exchange", lambda one, other: False)
    return str(request.param)


def test_a_new_folder_is_put_in_place(tmp_path: Path, way: str) -> None:
    atomic_publish.atomic_publish(make(tmp_path / "made", 1), tmp_path / "target")
    assert version_of(tmp_path / "target") == {"1"}
    assert names(tmp_path) == ["target"]


def test_an_old_folder_is_replaced_and_removed(tmp_path: Path, way: str) -> None:
    make(tmp_path / "target", 1)
    (tmp_path / "target" / "more").write_text("old", encoding="utf-8")
    atomic_publish.atomic_publish(make(tmp_path / "made", 2), tmp_path / "target")
    assert version_of(tmp_path / "target") == {"2"}
    assert names(tmp_path / "target") == list(FILES)
    assert names(tmp_path) == ["target"]


def test_a_refused_rename_leaves_the_old_folder(tmp_path: Path, way: str) -> None:
    make(tmp_path / "target", 1)
    with pytest.raises(FileNotFoundError):
        atomic_publish.atomic_publish(tmp_path / "not there", tmp_path / "target")
    assert version_of(tmp_path / "target") == {"1"}
    assert names(tmp_path) == ["target"]


def test_this_file_system_exchanges_in_one_call(tmp_path: Path) -> None:
    try:
        known = atomic_publish._exchange(make(tmp_path / "one", 1), make(tmp_path / "other", 2))
    except OSError as error:
        pytest.fail(f"a file system may lack the exchange, but then it says so: {error}")
    if not known:
        pytest.skip("this file system cannot exchange two folders; two renames do it")
    assert (version_of(tmp_path / "one"), version_of(tmp_path / "other")) == ({"2"}, {"1"})


def test_a_reader_finds_every_file_at_every_moment(tmp_path: Path) -> None:
    target = make(tmp_path / "target", 0)
    if not atomic_publish._exchange(target, make(tmp_path / "probe", 0)):
        pytest.skip("this file system cannot exchange two folders")
    wrong: list[BaseException] = []
    done = threading.Event()
    reads = 0

    def read() -> None:
        nonlocal reads
        try:
            while not done.is_set() or reads < 50:
                versions = [int(one) for name in FILES if (one := (target / name).read_text(encoding="utf-8"))]
                # read one after the other, so later files may be newer; never missing, empty or older
                assert versions == sorted(versions)
                assert len(versions) == len(FILES)
                reads += 1
        except BaseException as error:  # noqa: BLE001 — shown by the main thread
            wrong.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for version in range(1, 101):
        atomic_publish.atomic_publish(make(tmp_path / "made", version), target)
    done.set()
    reader.join()
    assert not wrong
    assert version_of(target) == {"100"}


def test_a_swap_killed_between_two_renames_is_undone(tmp_path: Path) -> None:
    make(tmp_path / ".target.previous", 1)
    atomic_publish.restore(tmp_path / "target")
    assert version_of(tmp_path / "target") == {"1"}
    assert names(tmp_path) == ["target"]


def test_a_swap_killed_after_two_renames_is_cleaned_up(tmp_path: Path) -> None:
    make(tmp_path / ".target.previous", 1)
    make(tmp_path / "target", 2)
    atomic_publish.restore(tmp_path / "target")
    assert version_of(tmp_path / "target") == {"2"}
    assert names(tmp_path) == ["target"]


def test_a_second_rename_that_fails_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_publish, "_exchange", lambda one, other: False)
    target = make(tmp_path / "target", 1)
    with pytest.raises(OSError) as caught:  # noqa: PT011 — which one depends on the system
        atomic_publish.atomic_publish(tmp_path / "gone", target)
    assert caught.value.errno == errno.ENOENT
    assert version_of(target) == {"1"}


def names(folder: Path) -> list[str]:
    """What a folder holds."""
    return sorted(path.name for path in folder.iterdir())
