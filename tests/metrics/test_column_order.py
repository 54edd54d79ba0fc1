"""Columns of a metric stand in one order in every process: kept SQL is found again by it."""

import ast
from pathlib import Path

import ntanalytics.metrics


def test_no_metric_lists_columns_in_the_order_of_a_set():
    folder = Path(ntanalytics.metrics.__file__).parent
    unordered = [
        f"{path.relative_to(folder)}:{node.lineno}"
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Starred) and isinstance(node.value, ast.Set | ast.SetComp)
    ]
    assert unordered == [], "use dict.fromkeys: the order of a set of texts differs from process to process"
