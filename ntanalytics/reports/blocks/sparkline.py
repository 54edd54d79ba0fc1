"""Sparklines: small lines without axes, as inline SVG made of numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

WIDTH, HEIGHT = 150, 26


def sparkline(values: Sequence[float | None], marks: Sequence[Mapping[str, Any]] = ()) -> Markup:
    """Return the line of some values, oldest first; a null is a gap that the line does not bridge.

    Args:
        values: the values.
        marks: the exceptions among them, each with its place (``at``) and its words (``words``), which are the name of
            the drawing. A drawing without any is an ornament, which a screen reader leaves out.

    Returns:
        An SVG of ``WIDTH`` × ``HEIGHT``, or nothing when fewer than two values are known.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(known), max(known)

    def point(index: int, value: float) -> tuple[float, float]:
        x = 2 + index * (WIDTH - 8) / (len(values) - 1)
        y = 3 + (HEIGHT - 6) * (1 - (value - low) / (high - low)) if high > low else HEIGHT / 2
        return round(x, 1), round(y, 1)

    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(point(index, value))
    shapes = "".join(_shape(run) for run in runs if run)
    last = max(index for index, value in enumerate(values) if value is not None)
    x, y = point(last, known[-1])
    end = f'<circle class="end" cx="{x}" cy="{y}" r="2"/>'
    placed = [(mark["at"], value) for mark in marks if (value := values[mark["at"]]) is not None]
    out = "".join('<circle class="out" cx="{}" cy="{}" r="3"/>'.format(*point(*place)) for place in placed)
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    name = f'role="img" aria-label="{escape(words_of(marks))}"' if out else 'aria-hidden="true"'
    return Markup(f'<svg class="spark" {size} preserveAspectRatio="none" {name}>{shapes}{end}{out}</svg>')  # noqa: S704 — numbers, and words that are escaped


def marks_json(marks: Mapping[int, str]) -> list[Mapping[str, int | str]]:
    """Return exceptions, place → words, as the record keeps them."""
    return [{"at": place, "words": words} for place, words in sorted(marks.items())]


def words_of(marks: Sequence[Mapping[str, Any]]) -> str:
    """Return the words of some exceptions: ``走势：11月18日 85.6%，低于通常范围；…``; empty without any."""
    return f"走势：{'；'.join(str(mark['words']) for mark in marks)}" if marks else ""


def _shape(run: Sequence[tuple[float, float]]) -> str:
    if len(run) == 1:  # one day between two gaps: a line of one point is invisible
        return f'<circle cx="{run[0][0]}" cy="{run[0][1]}" r="1"/>'
    return f'<polyline points="{" ".join(f"{x},{y}" for x, y in run)}"/>'
