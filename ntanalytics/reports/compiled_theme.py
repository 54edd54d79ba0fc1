"""Templates of the theme, compiled when this module is imported: before kernels are forked, and while one works.

Jinja compiles a template at its first use, else, in each kernel and after the last cell of each run.
"""

from __future__ import annotations

from ntanalytics.reports import fragments

#: The templates of blocks and of the page.
TEMPLATES = tuple(fragments.templates().get_template(name) for name in ("blocks.html.j2", "page.html.j2"))
