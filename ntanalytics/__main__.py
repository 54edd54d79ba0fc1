"""Entry point of ``python -m ntanalytics``."""

from __future__ import annotations

from ntanalytics.cli import main

if __name__ == "__main__":
    main()
