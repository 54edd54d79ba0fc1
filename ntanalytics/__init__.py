"""ntanalytics: analytics and reporting for a city's e-government work platform.

Analysts start with :func:`ntanalytics.workspace.open_workspace`; everybody else with the command
line, ``ntanalytics --help``.
"""

from __future__ import annotations

import os

# Arrow looks at this once, when it is first imported. The system's allocator gives back what a batch needed when it is
# asked to; Arrow's own ones keep 50 MB more of it.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
# Likewise OpenBLAS, of NumPy and SciPy. Its threads busy-wait for the next product of two small matrices: a twelfth of
# the processor time of an inspection.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
