"""The command line: arguments in, one call, what came of it printed. No logic lives here."""

from __future__ import annotations

import os
import sys

from ntanalytics.cli import (
    auditing,
    backfilling,
    delivering,
    evaluating,
    intake,
    issuing,
    lab,
    mapping,
    retaining,
    scaffolding,
    shelving,
    turning,
)
from ntanalytics.cli.program import app
from ntanalytics.errors import NtaError
from ntanalytics.kernels.grammar import leave_out_grammar
from ntanalytics.terminal import complain


def main() -> None:
    """Run the program; an error that is ours is said in words, with its own exit code."""
    leave_out_grammar()
    # Files of the account and its group alone, 0640 and 0750, however the shell or the scheduler was set.
    os.umask(0o027)
    try:
        app()
    except NtaError as error:
        complain("\n  ".join([f"error: {error}", *getattr(error, "__notes__", [])]))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(130)


__all__ = [
    "app",
    "auditing",
    "backfilling",
    "delivering",
    "evaluating",
    "intake",
    "issuing",
    "lab",
    "main",
    "mapping",
    "retaining",
    "scaffolding",
    "shelving",
    "turning",
]
