"""End of a process that may be nobody's child."""

from __future__ import annotations

import os
import select


def has_ended(pid: int) -> bool:
    """Return whether a process has ended, or does so within the minute that a busy machine may need."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 60)[0])
    finally:
        os.close(watched)
