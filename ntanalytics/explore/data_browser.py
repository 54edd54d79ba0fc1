"""A browser of the data: the datasets and metrics with their words, and the code that opens one."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
from markupsafe import Markup

from ntanalytics.contract import DATASETS, Dataset
from ntanalytics.metrics import MEASURES, Measure

_ROWS = 14


class DataBrowser:
    """A list of datasets and measures with a search field; what is selected is explained, with code that opens it.

    In JupyterLab, "Create New View for Output" puts it beside the notebook. There the button inserts the code at the
    cursor of the notebook, and can be dragged to another place (``explore/labextensions``); elsewhere the code is
    copied.

    Attributes:
        search: the search field: a part of a name, a Chinese word or a column.
        list: the list of (words, name).
        words: the explanation of the selection.
        code: Python that opens it.
        insert: the button that inserts the code.
        widget: the whole browser, for display.
    """

    def __init__(self) -> None:
        self.search = widgets.Text(placeholder="数据集、指标或列，中文或英文", layout={"width": "98%"})
        self.list = widgets.Select(rows=_ROWS, layout={"width": "98%"})
        self.words = widgets.HTML()
        self.code = widgets.Textarea(rows=3, layout={"width": "98%"})
        self.insert = widgets.Button(
            description="插入到光标处", tooltip="单击插入到笔记本的光标处，或拖到所需位置", icon="arrow-left"
        )
        self.insert.add_class("ntanalytics-insert")
        left = widgets.VBox([self.search, self.list], layout={"width": "24em"})
        right = widgets.VBox([self.words, self.code, self.insert], layout={"width": "44em"})
        self.widget = widgets.HBox([left, right], layout={"flex_flow": "row wrap"})
        self.widget.add_class("ntanalytics-browser")
        self.search.observe(lambda _: self._update_list(), "value")
        self.list.observe(lambda _: self._explain(), "value")
        self._update_list()

    def _update_list(self) -> None:
        text = self.search.value.strip().lower()
        datasets = [(f"{dataset.label}  {name}", name) for name, dataset in DATASETS.items() if _has(dataset, text)]
        measures = [
            (f"{measure.label}  {name}", name)
            for name, measure in MEASURES.items()
            if not text or text in f"{name} {measure.label}".lower()
        ]
        self.list.options = [*datasets, *measures]
        self.list.value = self.list.options[0][1] if self.list.options else None
        self._explain()

    def _explain(self) -> None:
        name = self.list.value
        if name is None:
            self.words.value, self.code.value = "没有找到", ""
        elif name in DATASETS:
            self.words.value, self.code.value = _dataset_words(DATASETS[name]), f'ws.table("{name}", first, last)'
        else:
            self.words.value, self.code.value = _measure_words(MEASURES[name]), name

    def _repr_mimebundle_(self, **choice: Any) -> Any:
        return self.widget._repr_mimebundle_(**choice)


def _has(dataset: Dataset, text: str) -> bool:
    names = " ".join(f"{column.name} {column.label}" for column in dataset.columns)
    return text in f"{dataset.name} {dataset.label} {names}".lower()


def _dataset_words(dataset: Dataset) -> str:
    rows = Markup("").join(
        Markup("<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>").format(
            column.label, column.name, column.unit, "、".join(column.values.values())
        )
        for column in dataset.columns
    )
    return str(Markup("<b>{}</b> {}<table>{}</table>").format(dataset.label, dataset.name, rows))


def _measure_words(measure: Measure) -> str:
    return str(Markup("<b>{}</b> {}<p>{}</p>").format(measure.label, measure.unit, measure.definition))
