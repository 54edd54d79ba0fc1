"""A library after which no kernel starts: every process that is forked from its importer ends at once."""

from __future__ import annotations

import os

os.register_at_fork(after_in_child=lambda: os._exit(7))
