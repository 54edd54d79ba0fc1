"""What the house rules look at: the repository's folders, modules, notebooks and mappings."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.rules import package, ratchet

ROOT = package.ROOT


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return package.modules()


@pytest.fixture(scope="session")
def trees() -> dict[str, ast.Module]:
    return package.trees()


@pytest.fixture
def hold(request: pytest.FixtureRequest) -> Callable[[str, Mapping[str, Sequence[object]], str], None]:
    """Hold offences to a list at the top of the test's own file: see ratchet.py."""
    return lambda constant, offences, reason: ratchet.hold(constant, request.path, offences, reason)


@pytest.fixture(scope="session")
def committed() -> list[Path]:
    """The files that a commit would hold: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip("this is no git work tree, so there is no list of committed files")
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]
