"""Command line: each command reads its arguments, makes one call and prints the result."""

from __future__ import annotations

import os
import sys

from typer.main import get_command

from ntanalytics import event_log
from ntanalytics.cli import (
    backfill,
    backup,
    calendar,
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
    remark,
    reproduce,
    restore,
    retention,
    rules,
    run,
    run_due,
    schedule,
    upgrade,
    verify,
)
from ntanalytics.cli.help_texts import translate_help
from ntanalytics.cli.program import app, chosen_language
from ntanalytics.cli.terminal import complain
from ntanalytics.errors import NtaError
from ntanalytics.kernels.collection_pause import search_less_often
from ntanalytics.kernels.unused_imports import skip_unused_imports
from ntanalytics.language import tr, use_language
from ntanalytics.temporary_files import own_temporary_files


def main() -> None:
    """Run the program; an error of this package is printed, and gives the exit code."""
    skip_unused_imports()
    search_less_often()
    # Files are readable by the account and its group only, whatever the umask of the shell or the scheduler.
    os.umask(0o027)
    use_language(chosen_language(sys.argv[1:]))
    program = get_command(app)
    translate_help(program)
    try:
        with own_temporary_files():
            program()
    except NtaError as error:
        complain("\n  ".join([tr("error: {error}", error=error), *getattr(error, "__notes__", [])]))
        event_log.record("command failed", "error", error=str(error), exit_code=error.exit_code)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        complain(tr("interrupted"))
        event_log.record("command interrupted", "warning", exit_code=130)
        sys.exit(130)
    except Exception as error:
        event_log.record("command failed", "error", error=repr(error), exit_code=1)
        raise


__all__ = [
    "app",
    "backfill",
    "backup",
    "calendar",
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
    "remark",
    "reproduce",
    "restore",
    "retention",
    "rules",
    "run",
    "run_due",
    "schedule",
    "upgrade",
    "verify",
]
