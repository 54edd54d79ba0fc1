"""Entry point of the command ``ntanalytics`` and of ``python -m ntanalytics``."""

from __future__ import annotations

from ntanalytics.cli import main
from ntanalytics.process_end import end_process


def run() -> None:
    """Run the program, and end the process with its exit code."""
    try:
        main()
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        end_process(ended.code or 0)
    end_process(0)


if __name__ == "__main__":
    run()
