"""A list of names with a search field: a city has hundreds of units."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

_ROWS = 7


class Picker:
    """A selection of some names from a list; none selected means all.

    Args:
        label: the Chinese label.
        is_long: True for a search field above the list.
        on_change: called when the selection has changed.

    Attributes:
        search: the search field; a part of the names that are listed.
        list: the list of (name, value).
        widget: both, for display.
    """

    def __init__(self, label: str, *, is_long: bool, on_change: Callable[[], None]) -> None:
        self._options: list[tuple[str, str]] = []
        self._on_change = on_change
        self._is_updating = False
        self.search = widgets.Text(placeholder="输入名称的一部分", layout={"width": "98%"})
        self.list = widgets.SelectMultiple(rows=_ROWS, layout={"width": "98%"})
        head = widgets.Label(f"{label}（不选即全部，按住 Ctrl 可多选）")
        parts = [head, self.search, self.list] if is_long else [head, self.list]
        self.widget = widgets.VBox(parts, layout={"width": "20em"})
        self.search.observe(lambda _: self._update_list(), "value")
        self.list.observe(lambda _: self._notify(), "value")

    @property
    def value(self) -> tuple[str, ...]:
        """The selected values, in the list's order; empty for all."""
        return tuple(self.list.value)

    def choose(self, *values: str) -> None:
        """Select these options, and no others."""
        self.search.value = ""
        self.list.value = values

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace the options, (name, value); a selected one that is still there stays selected."""
        self._options = list(options)
        self._update_list()

    def _update_list(self) -> None:
        """List the selected options, and those that the search finds, without a notification."""
        selected = [value for _, value in self._options if value in self.list.value]
        text = self.search.value.strip()
        self._is_updating = True
        try:
            self.list.options = [
                (name, value) for name, value in self._options if value in selected or not text or text in name
            ]
            self.list.value = selected
        finally:
            self._is_updating = False

    def _notify(self) -> None:
        if not self._is_updating:
            self._on_change()
