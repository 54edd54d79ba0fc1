"""``ntanalytics calendar``: what it writes, and what it refuses to write; run as a program."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests import warm
from tests.settings.notices import OF_2027


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ntanalytics.yml").write_text("sources: {}\n", encoding="utf-8")
    (tmp_path / "notice.txt").write_text(OF_2027, encoding="utf-8")
    return tmp_path


def calendar(home: Path, *arguments: str, answers: str = "") -> subprocess.CompletedProcess[str]:
    command = ["--config", home / "ntanalytics.yml", "calendar", *arguments]
    return warm.command(*command, input=answers, env={**os.environ, "NO_COLOR": "1"})


def test_a_notice_is_written_once_and_its_year_is_shown(home: Path):
    assert calendar(home, "show", "2027").returncode == 10
    done = calendar(home, "add", str(home / "notice.txt"))
    assert done.returncode == 0, done.stderr
    written = (home / "calendar.yml").read_bytes()
    shown = calendar(home, "show", "2027").stdout
    assert "247 working days" not in shown  # 31 December is the notice of 2028's
    assert "248 working days" in shown
    assert " 5* 6* 7*" in shown
    again = calendar(home, "add", str(home / "notice.txt"))
    assert "already" in again.stdout
    assert (home / "calendar.yml").read_bytes() == written


def test_a_wrong_notice_writes_nothing_and_an_unusual_one_waits_for_a_yes(home: Path):
    notice = home / "notice.txt"
    notice.write_text(OF_2027.replace("共8天", "共9天"), encoding="utf-8")
    done = calendar(home, "add", str(notice), answers="y\ny\n")
    assert (done.returncode, "8 day" in done.stderr) == (3, True)
    notice.write_text(OF_2027.replace("、10月9日（周六）上班", "上班"), encoding="utf-8")
    for answers in ("", "n\n"):
        assert calendar(home, "add", str(notice), answers=answers).returncode == 1
        assert not (home / "calendar.yml").exists()
    assert calendar(home, "add", str(notice), answers="y\n").returncode == 0
    assert (home / "calendar.yml").exists()
