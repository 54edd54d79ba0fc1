"""A library after which no kernel comes up: what is forked ends at once."""

from __future__ import annotations

import os
from pathlib import Path


def die_in_the_kernel(_: Path) -> None:
    """Have every process that is forked from this one end before it is a kernel."""
    os.register_at_fork(after_in_child=lambda: os._exit(7))
