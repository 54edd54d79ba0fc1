"""A copy of the checkout for tests that write into it, with an environment that imports the copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Checkout:
    """A copy as a git work tree, with a ``.venv`` as `make setup` makes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
        if listing.returncode != 0:
            pytest.skip("this is no git work tree, so there is no list of files to copy")
        for name in filter(None, listing.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        for package in ("ntanalytics", "tests"):
            for folder in (ROOT / package).rglob("__pycache__"):  # else each command compiles what it imports
                if (copy := root / folder.relative_to(ROOT)).parent.is_dir():
                    shutil.copytree(folder, copy)
        (root / ".venv").mkdir()
        for name in ("bin", "lib", "pyvenv.cfg"):
            (root / ".venv" / name).symlink_to(Path(sys.prefix) / name)
        self.run("git init -q")
        (root / ".venv" / ".installed").write_text("", encoding="utf-8")  # newer than the lock: nothing is installed

    def run(self, command: str, code: int = 0) -> str:
        """Run a command line in the checkout, check its exit code and return its output."""
        paths = f"{self.root / '.venv' / 'bin'}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": paths, "PYTHONPATH": str(self.root), "NO_COLOR": "1", "COLUMNS": "200"}
        environment["NTANALYTICS_CHROMIUM"] = ""  # nobody looks at a print
        environment.pop("NTANALYTICS_CONFIG", None)
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"$ {command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("checkout") / "ntanalytics")


def files_of(checkout: Checkout) -> dict[Path, bytes]:
    """Return the content of the source files and tests of the checkout."""
    folders = ("ntanalytics", "queries", "tests")
    paths = (path for folder in folders for path in (checkout.root / folder).rglob("*"))
    return {path: path.read_bytes() for path in paths if path.is_file() and "__pycache__" not in path.parts}
