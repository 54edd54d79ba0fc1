"""Sparklines: small lines without axes, as inline SVG made of numbers only."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 150, 26


def sparkline(values: Sequence[float | None]) -> Markup:
    """Return the line of some values, oldest first; a null is a gap that the line does not bridge.

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
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return Markup(f'<svg class="spark" {size} preserveAspectRatio="none" aria-hidden="true">{shapes}{end}</svg>')  # noqa: S704 — numbers only


def _shape(run: Sequence[tuple[float, float]]) -> str:
    if len(run) == 1:  # one day between two gaps: a line of one point is invisible
        return f'<circle cx="{run[0][0]}" cy="{run[0][1]}" r="1"/>'
    return f'<polyline points="{" ".join(f"{x},{y}" for x, y in run)}"/>'
