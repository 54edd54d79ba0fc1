"""A list of names to choose some from, with a field that finds them: a city has hundreds of units."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

_ROWS = 7


class Picker:
    """Choose none (all), one or several.

    Args:
        label: the Chinese words above it.
        is_long: whether there may be more names than a list shows, so that a field is needed to find them.
        changed: called when the choice has changed.

    Attributes:
        search: the field; what stands in it is part of the names that are listed.
        list: the list, of (name, value).
        widget: both, to be displayed.
    """

    def __init__(self, label: str, *, is_long: bool, changed: Callable[[], None]) -> None:
        self._options: list[tuple[str, str]] = []
        self._changed = changed
        self._is_listing = False
        self.search = widgets.Text(placeholder="输入名称的一部分", layout={"width": "98%"})
        self.list = widgets.SelectMultiple(rows=_ROWS, layout={"width": "98%"})
        head = widgets.Label(f"{label}（不选即全部，按住 Ctrl 可多选）")
        parts = [head, self.search, self.list] if is_long else [head, self.list]
        self.widget = widgets.VBox(parts, layout={"width": "20em"})
        self.search.observe(lambda _: self._show(), "value")
        self.list.observe(lambda _: self._tell(), "value")

    @property
    def value(self) -> tuple[str, ...]:
        """The chosen values, in the list's order; empty for all."""
        return tuple(self.list.value)

    def choose(self, *values: str) -> None:
        """Choose these values, and no others; they are among those that are offered."""
        self.search.value = ""
        self.list.value = values

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer these (name, value); what was chosen and is still there stays chosen. Nobody is told."""
        self._options = list(options)
        self._show()

    def _show(self) -> None:
        """List what is chosen, and what the field finds."""
        kept = [value for _, value in self._options if value in self.list.value]
        sought = self.search.value.strip()
        self._is_listing = True
        try:
            self.list.options = [
                (name, value) for name, value in self._options if value in kept or not sought or sought in name
            ]
            self.list.value = kept
        finally:
            self._is_listing = False

    def _tell(self) -> None:
        if not self._is_listing:
            self._changed()
