"""An IPython session of the lab: charts that stay here, ``df.plot()``, Tab for datasets and SQL, short errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher
from IPython.core.interactiveshell import InteractiveShell

from ntanalytics.contract import DATASETS
from ntanalytics.errors import NtaError
from ntanalytics.explore.plotly_config import PLOTLY_CONFIG

_FIGURE = "application/vnd.plotly.v1+json"
_NAME = re.compile(r"""\b(?:dataset|table|cases|covered_days)\(\s*["'](?P<part>[\w.]*)$""")
_SQL = re.compile(r"""\.sql\(\s*[fr]?(?P<mark>\"{3}|'{3}|["'])(?P<query>(?:(?!(?P=mark)).)*)$""", re.DOTALL)
_PART = re.compile(r"[\w.]*$")
_WORDS = (
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "ORDER BY",
    "LIMIT",
    "JOIN",
    "USING",
    "count(*)",
    "sum",
    "avg",
    "median",
)


def prepare_session(shell: InteractiveShell) -> None:
    """Prepare a session of the lab.

    Args:
        shell: the session of the kernel.
    """
    import pandas as pd
    import plotly.io as pio

    pio.renderers.default = "plotly_mimetype"  # the lab draws it itself
    pio.renderers["plotly_mimetype"].config = PLOTLY_CONFIG
    pd.set_option("plotting.backend", "plotly")  # matplotlib is not installed
    if shell.display_formatter is not None:
        bundles = shell.display_formatter.mimebundle_formatter
        bundles.for_type_by_name("ntanalytics.reports.blocks.block", "Block", _block_bundle)
    if complete_names not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(complete_names)
    # a protocol of IPython; only in the lab, since the evidence of a failed report needs the traceback
    setattr(NtaError, "_render_traceback_", _message_alone)  # noqa: B010


def _message_alone(error: NtaError) -> list[str]:
    """Return an error that says itself what is wrong and what to do, without forty lines of the package's code."""
    return str(error).splitlines()


@context_matcher(identifier="ntanalytics.names")  # type: ignore[untyped-decorator]
def complete_names(context: CompletionContext) -> SimpleMatcherResult:
    """Return the datasets after ``dataset("``, and the datasets, columns and words of SQL in ``ws.sql("``."""
    lines = context.full_text.split("\n")
    before = "\n".join([*lines[: context.cursor_line], lines[context.cursor_line][: context.cursor_position]])
    if call := _NAME.search(before):
        return _result(call["part"], DATASETS)
    if call := _SQL.search(before):
        part = _PART.search(call["query"])
        return _result(part[0] if part else "", _sql_names(context.full_text))
    return SimpleMatcherResult(completions=[])


def _sql_names(text: str) -> list[str]:
    """Return the names that a query may have: columns of the datasets that it names come first."""
    named = [dataset for dataset in DATASETS.values() if re.search(dataset.name.replace(".", "[._]"), text)]
    columns = [column.name for dataset in named for column in dataset.columns] + (["day", "source"] if named else [])
    return list(dict.fromkeys([*columns, *DATASETS, *(name.replace(".", "_") for name in DATASETS), *_WORDS]))


def _result(part: str, names: Iterable[str]) -> SimpleMatcherResult:
    completions = [SimpleCompletion(text=name, type="name") for name in names if name.lower().startswith(part.lower())]
    return SimpleMatcherResult(completions=completions, matched_fragment=part, suppress=bool(completions), ordered=True)


def _block_bundle(block: Any, **choice: Any) -> Mapping[str, object]:
    """Return the display of a block of a report; the record of a report, which the lab does not make, has no config."""
    bundle: Mapping[str, Any] = block._repr_mimebundle_(**choice)
    if _FIGURE not in bundle:
        return bundle
    return {**bundle, _FIGURE: {**bundle[_FIGURE], "config": PLOTLY_CONFIG}}
