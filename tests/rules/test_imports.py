"""The direction of imports, as pyproject.toml declares it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_component_imports_only_components_below_it(root: Path) -> None:
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"an import climbs, or crosses between components:\n{run.stdout}\n{run.stderr}"
