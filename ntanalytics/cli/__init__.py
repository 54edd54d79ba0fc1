"""The command line: arguments in, one call, what came of it printed. No logic lives here."""

from __future__ import annotations

import os
import sys

from ntanalytics.cli import (
    backfill,
    connect,
    contract,
    deliver,
    demo,
    doctor,
    evaluate,
    extract,
    health,
    history,
    index,
    init,
    lab,
    maintain,
    map_check,
    new,
    retention,
    rules,
    run,
    run_due,
    schedule,
    verify,
)
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import complain
from ntanalytics.errors import NtaError
from ntanalytics.kernels.skip_grammar_import import skip_grammar_import


def main() -> None:
    """Run the program; an error that is ours is said in words, with its own exit code."""
    skip_grammar_import()
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
    "backfill",
    "connect",
    "contract",
    "deliver",
    "demo",
    "doctor",
    "evaluate",
    "extract",
    "health",
    "history",
    "index",
    "init",
    "lab",
    "main",
    "maintain",
    "map_check",
    "new",
    "retention",
    "rules",
    "run",
    "run_due",
    "schedule",
    "verify",
]
