"""ntanalytics: analytics and reporting for a city's e-government work platform.

Analysts start with :func:`ntanalytics.workspace.open_workspace`; everybody else with the command
line, ``ntanalytics --help``.
"""

from __future__ import annotations

import os

# Arrow looks at this once, when it is first imported. Its usual allocator keeps a third more of what batches needed.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")

__version__ = "0.1.0"
