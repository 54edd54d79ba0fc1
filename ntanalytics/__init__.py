"""ntanalytics: analytics and reporting for a city's e-government work platform.

Analysts start with :func:`ntanalytics.workspace.open_workspace`; everybody else with the command
line, ``ntanalytics --help``.
"""

from __future__ import annotations

__version__ = "0.1.0"
