"""Imported by a process from which others are forked: it has what kernels use."""

from tests.prepared_kernels import import_modules

import_modules()
