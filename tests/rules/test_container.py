"""The container file takes nothing from a network, runs as a plain user, and names files that a release has.

No container engine is needed: its lines are read, and its commands held against the program.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from ntanalytics import cli

INSTRUCTION = re.compile(r"^([A-Z]+)\s+(.*)$")


@pytest.fixture(scope="module")
def instructions(root: Path) -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", (root / "Containerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(match[1], match[2]) for line in lines if (match := INSTRUCTION.match(line))]


def of(instructions: list[tuple[str, str]], word: str) -> list[str]:
    return [text for name, text in instructions if name == word]


def test_nothing_is_taken_from_a_network(instructions: list[tuple[str, str]]) -> None:
    commands = [command.strip() for text in of(instructions, "RUN") for command in text.split("&&")]
    installs = [command for command in commands if "pip install" in command]
    assert installs
    assert [command for command in installs if "--no-index" not in command] == []
    assert [command for command in commands if re.search(r"\b(apt|apt-get|curl|wget|git|dnf|apk)\b", command)] == []
    assert "ADD" not in {name for name, _ in instructions}, "ADD may fetch an address"


def test_hashes_are_checked_before_anything_is_installed(instructions: list[tuple[str, str]]) -> None:
    [build] = [text for text in of(instructions, "RUN") if "pip install" in text]
    assert build.index("sha256sum --check --strict") < build.index("pip install")
    assert "--no-deps --require-hashes -r requirements.lock" in build


def test_it_runs_as_a_plain_user(instructions: list[tuple[str, str]]) -> None:
    [user] = of(instructions, "USER")
    uid, _, gid = user.partition(":")
    assert min(int(uid), int(gid)) >= 1000
    [created] = [text for text in of(instructions, "RUN") if "useradd" in text]
    assert f"--uid {uid}" in created
    assert [name for name, _ in instructions].index("USER") > max(
        number for number, (name, _) in enumerate(instructions) if name == "RUN"
    ), "nothing is changed by the user that runs it"


def test_it_copies_what_a_release_holds(root: Path, instructions: list[tuple[str, str]]) -> None:
    release = (root / "Makefile").read_text(encoding="utf-8").partition("\nrelease: ")[2]
    wanted = {name for text in of(instructions, "COPY") if "--from" not in text for name in text.split()[:-1]}
    assert wanted == {"requirements.lock", "SHA256SUMS", "wheelhouse", "ntanalytics-*.whl"}
    for name in ("requirements.lock", "SHA256SUMS", "wheelhouse", "--target wheel"):
        assert name in release


def test_its_entry_point_is_the_program(instructions: list[tuple[str, str]]) -> None:
    assert of(instructions, "ENTRYPOINT") == ['["ntanalytics"]']
    assert of(instructions, "CMD") == ['["--help"]']
    assert "run-due" in typer.main.get_command(cli.app).commands
