"""``python -m ntanalytics.cli`` is the program too."""

from __future__ import annotations

from ntanalytics.cli import main

if __name__ == "__main__":
    main()
