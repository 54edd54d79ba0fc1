"""The page of the gap matrix: what was run, of how much, and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.gaps.comparison import Verdict

KINDS = ("equal", "bounded", "unknown", "false")

_BEGIN, _END = "<!-- gaps: begin -->", "<!-- gaps: end -->"


@dataclass(frozen=True)
class Cell:
    """One damage of one dataset under one report."""

    dataset: str
    damage: str
    report: str

    @property
    def kind(self) -> str:
        """The damage; the loss of a column without the column's name."""
        return self.damage.partition(" ")[0]


def write_page(page: Path, ran: Mapping[Cell, Verdict | None], cells: Collection[Cell]) -> None:
    """Write the counts of the cells that were run between the marks of a page.

    Args:
        page: the page.
        ran: cell → its comparison; None where its damage cannot be done.
        cells: all cells of the matrix.
    """
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    text = "\n".join(_lines(ran, cells))
    page.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")


def _lines(ran: Mapping[Cell, Verdict | None], cells: Collection[Cell]) -> Iterator[str]:
    compared = {cell: verdict for cell, verdict in ran.items() if verdict is not None}
    left = len(cells) - len(ran)
    yield (
        f"**{len(ran):,} of {len(cells):,} cells were run**"
        + (f"; {left:,} were not, and nothing is known of them" if left else "")
        + f". {len(ran) - len(compared):,} of them could not be damaged so (a day has no middle); of the other "
        f"{len(compared):,}, {sum(bool(verdict.false) for verdict in compared.values()):,} have something false."
    )
    yield ""
    parts: tuple[tuple[str, Callable[[Cell], str]], ...] = (
        ("report", lambda cell: f"`{cell.report}`"),
        ("damage", lambda cell: cell.kind),
        ("dataset", lambda cell: f"`{cell.dataset}`"),
    )
    for title, key in parts:
        yield f"| {title} | cells run | of | equal | bounded | unknown | false |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        of, done = Counter(map(key, cells)), Counter(map(key, ran))
        for name in sorted(of):
            counts = Counter[str]()
            for cell, verdict in compared.items():
                counts.update(verdict.counts if key(cell) == name else {})
            numbers = (done[name], of[name], *(counts[kind] for kind in KINDS))
            yield f"| {name} | {' | '.join(f'{number:,}' for number in numbers)} |"
        yield ""
    for cell, verdict in sorted(compared.items(), key=lambda item: (item[0].report, item[0].dataset, item[0].damage)):
        if verdict.false:
            yield f"- `{cell.dataset}`, {cell.damage}, `{cell.report}`: {', '.join(sorted(verdict.false)[:5])}"
