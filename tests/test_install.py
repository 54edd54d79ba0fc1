from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def install() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", ROOT / "install.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def installer(folder: Path, end: str) -> list[str]:
    """A program that comes across two packages, installs one, and goes on when it was told how far it is."""
    place = folder / "lib" / "python3" / "site-packages" / "a-1.dist-info"
    program = f"""
import pathlib, sys
print("Collecting a")
print("Collecting b", flush=True)
pathlib.Path({str(place)!r}).mkdir(parents=True)
while not pathlib.Path({str(folder / "told")!r}).exists():
    pass
{end}
"""
    return [sys.executable, "-c", program]


@pytest.fixture
def told(install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person is told, every hundredth of a second."""
    texts: list[str] = []

    def tell(text: str) -> None:
        texts.append(text)
        if "1 of 2 installed" in text:
            (tmp_path / "told").touch()

    monkeypatch.setattr(install, "PAUSE_S", 0.01)
    monkeypatch.setattr(install, "_tell", tell)
    return texts


def test_who_waits_is_told_how_far_it_is_and_how_long_still(install: ModuleType, tmp_path: Path, told: list[str]):
    assert install._watch(installer(tmp_path, "print('done')"), tmp_path, 2) == 0
    assert "1 of 2 installed" in told[-1]
    assert "s left" in told[-1]


def test_the_words_of_an_installer_that_fails_are_shown(install: ModuleType, tmp_path: Path, told: list[str]):
    assert install._watch(installer(tmp_path, "print('no such hash'); sys.exit(3)"), tmp_path, 2) == 3
    assert "no such hash" in told[-1]
