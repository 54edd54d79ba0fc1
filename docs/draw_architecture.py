"""Draw docs/architecture.svg: the components of the package in their layers, and the imports between them.

Layers are read from the import-linter contract in pyproject.toml, imports from the code. An arrow that follows from
other arrows is left out (transitive reduction), and so is every arrow to a component that most components import. The
same code gives the same bytes: `python docs/draw_architecture.py > docs/architecture.svg`, or `make docs`.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import grimp

PACKAGE = "ntanalytics"
#: A component that so many others import is drawn grey, and without arrows to it.
MANY = 12
#: Sizes in pixels: the picture, a layer, a box, the lane of an arrow that passes a layer, and what is between them.
WIDTH, MARGIN, TOP, ROW, BOX, LANE, GAP = 1200, 60, 96, 64, 38, 10, 40
#: Sweeps over the layers that order what stands in them, and sweeps that straighten the arrows after it.
ORDERING, STRAIGHTENING = 30, 200
STYLE = """
text { font: 13px "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2933 }
.title { font-size: 19px; font-weight: 600 } .note { fill: #52606d } .layer { font-size: 11px; fill: #7b8794 }
.component text { text-anchor: middle } .name { font-size: 14px; font-weight: 600 }
.size { font-size: 11px; fill: #52606d } .component rect { fill: #e3f0fb; stroke: #4a84b5; stroke-width: 1.2px }
.many rect { fill: #eef0f2; stroke: #9aa5b1 } .band { fill: #f5f7fa } .page { fill: #fff }
.arrow { fill: none; stroke: #5f7387; marker-end: url(#head) } .arrow:hover { stroke: #c2410c } marker { fill: #5f7387 }
"""
HEAD = """<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"
markerUnits="userSpaceOnUse"><path d="M0 0 8 4 0 8z"/></marker></defs>"""

Edge = tuple[str, str]
#: A component, or the lane of an arrow (its two components) in a layer that the arrow passes.
Node = str | Edge
Places = list[dict[Node, float]]


def read_layers(root: Path) -> list[list[str]]:
    """Return the layers of the package, high to low, each with its components."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [one for one in settings["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    return [
        [component.strip(" ()") for component in layer.replace(":", "|").split("|")] for layer in contract["layers"]
    ]


def read_imports(root: Path) -> Counter[Edge]:
    """Return the number of imports from modules of one component to modules of another, by the two components."""
    sys.path.insert(0, str(root))  # where grimp looks for the package, which it does not run
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    graph.remove_module(f"{PACKAGE}.__main__")  # it is no component, and calls cli
    pairs = ((module, other) for module in graph.modules for other in graph.find_modules_directly_imported_by(module))
    components = ((module.split(".")[1:2], other.split(".")[1:2]) for module, other in pairs)
    return Counter((ours[0], theirs[0]) for ours, theirs in components if ours and theirs and ours != theirs)


def choose_arrows(imports: Iterable[Edge]) -> set[Edge]:
    """Return the edges that do not follow from others and do not lead to a component that most components import."""
    direct: dict[str, set[str]] = {}
    for component, other in imports:
        direct.setdefault(component, set()).add(other)
    reached: dict[str, set[str]] = {}

    def reach(component: str) -> set[str]:
        if component not in reached:
            reached[component] = set().union(*({other} | reach(other) for other in direct.get(component, ())))
        return reached[component]

    known = ((component, other) for component, others in direct.items() for other in others - find_grey(imports))
    return {
        (component, other)
        for component, other in known
        if not any(other in reach(between) for between in direct[component])
    }


def find_grey(imports: Iterable[Edge]) -> set[str]:
    """Return the components that so many others import that arrows to them would cover the picture."""
    return {component for component, users in Counter(other for _, other in imports).items() if users >= MANY}


def arrange(layers: Sequence[Sequence[str]], arrows: Sequence[Edge]) -> Places:
    """Return for each layer its components and lanes from left to right, each with the middle of its place."""
    level = {component: number for number, components in enumerate(layers) for component in components}
    rows: list[list[Node]] = [list(components) for components in layers]
    beside: dict[tuple[int, Node], list[tuple[int, Node]]] = {}
    for arrow in arrows:
        begin, end = level[arrow[0]], level[arrow[1]]
        lanes: list[tuple[int, Node]] = [(row, arrow) for row in range(begin + 1, end)]
        for row, lane in lanes:
            rows[row].append(lane)
        for upper, lower in pairwise([(begin, arrow[0]), *lanes, (end, arrow[1])]):
            beside.setdefault(upper, []).append(lower)
            beside.setdefault(lower, []).append(upper)
    places: Places = [{node: WIDTH / 2 + 40 * (n - len(row) / 2) for n, node in enumerate(row)} for row in rows]
    for sweep in range(ORDERING + STRAIGHTENING):
        # down and up in turn: first each layer follows the one before, then both pull and the order stays
        side = 0 if sweep >= ORDERING else (-1, 1)[sweep % 2]
        for row in range(len(rows)) if sweep % 2 == 0 else range(len(rows) - 1, -1, -1):
            near = {
                node: [one for one in beside.get((row, node), ()) if (one[0] - row) * side >= 0] for node in rows[row]
            }
            wanted = {node: _pull(node, near[node], places) or places[row][node] for node in rows[row]}
            if side:
                rows[row].sort(key=wanted.__getitem__)
            places[row] = _spread(rows[row], wanted)
    centres = [x for row in places for x in row.values()]
    shift = (WIDTH - min(centres) - max(centres)) / 2
    return [{node: x + shift for node, x in row.items()} for row in places]


def _pull(node: Node, near: Sequence[tuple[int, Node]], places: Places) -> float:
    """Return the mean place of the neighbours, 0 without one; a lane follows lanes rather than components."""
    weights = [4 if isinstance(node, tuple) and isinstance(other, tuple) else 1 for _, other in near]
    pulled = (weight * places[row][other] for weight, (row, other) in zip(weights, near, strict=True))
    return sum(pulled) / max(sum(weights), 1)


def _spread(row: Sequence[Node], wanted: Mapping[Node, float]) -> dict[Node, float]:
    """Return the places nearest to the wanted ones without overlaps (pool adjacent violators)."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (_width(left) + _width(right)) / 2 + GAP)
    blocks: list[tuple[float, int]] = []
    for node, offset in zip(row, offsets, strict=True):
        blocks.append((wanted[node] - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (right_start, right_size), (left_start, left_size) = blocks.pop(), blocks.pop()
            size = left_size + right_size
            blocks.append(((left_start * left_size + right_start * right_size) / size, size))
    starts = [start for start, size in blocks for _ in range(size)]
    least, most = MARGIN + _width(row[0]) / 2, WIDTH - 20 - _width(row[-1]) / 2 - offsets[-1]
    return {node: min(max(at, least), most) + offset for node, at, offset in zip(row, starts, offsets, strict=True)}


def _width(node: Node) -> float:
    return max(110, 26 + 8.5 * len(node)) if isinstance(node, str) else LANE


def draw(root: Path) -> str:
    """Return the picture of the package below ``root``, as SVG."""
    layers, imports = read_layers(root), read_imports(root)
    level = {component: number for number, components in enumerate(layers) for component in components}
    if lost := {component for edge in imports for component in edge} - set(level):
        raise ValueError(f"no layer in pyproject.toml holds {sorted(lost)}")
    arrows = sorted(choose_arrows(imports), key=lambda arrow: (level[arrow[0]], arrow))
    places, grey, height = arrange(layers, arrows), find_grey(imports), TOP + ROW * len(layers) + 8
    notes = (
        "A component imports only components below it. An arrow leads to an import; not drawn where others imply it.",
        f"Grey: at least {MANY} import it, and arrows to it are left out. Thick: many imports. Sizes are rounded.",
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f'<style>{STYLE}</style>{HEAD}<rect class="page" width="{WIDTH}" height="{height}"/>',
        f'<text class="title" x="20" y="32">The components of {PACKAGE} in their layers</text>',
        *(f'<text class="note" x="20" y="{54 + 20 * n}">{note}</text>' for n, note in enumerate(notes)),
    ]
    for number in range(len(layers)):
        y = TOP + ROW * number
        parts += [f'<rect class="band" y="{y}" width="{WIDTH}" height="{ROW}"/>'] if number % 2 == 0 else []
        parts.append(f'<text class="layer" x="20" y="{y + ROW // 2 + 4}">{number + 1}</text>')
    parts += [_arrow(arrow, imports[arrow], level, places) for arrow in arrows]
    for component, number in level.items():
        kind = "component many" if component in grey else "component"
        parts.append(_box(component, kind, number, places[number][component], _size(root, component)))
    return "\n".join([*parts, "</svg>", ""])


def _box(component: str, kind: str, row: int, x: float, size: str) -> str:
    y, width = TOP + ROW * row + (ROW - BOX) // 2, _width(component)
    return (
        f'<g class="{kind}" data-component="{component}" data-layer="{row + 1}">'
        f'<rect x="{x - width / 2:.0f}" y="{y}" width="{width:.0f}" height="{BOX}" rx="5"/>'
        f'<text class="name" x="{x:.0f}" y="{y + 17}">{component}</text>'
        f'<text class="size" x="{x:.0f}" y="{y + 31}">{size}</text></g>'
    )


def _size(root: Path, component: str) -> str:
    """Return the size of a component in lines with one digit, so that it changes seldom."""
    folder = root / PACKAGE / component
    files = folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
    lines = sum(file.read_text(encoding="utf-8").count("\n") for file in files)
    return f"{round(lines, 1 - len(str(lines))):,} lines"


def _arrow(arrow: Edge, weight: int, level: Mapping[str, int], places: Places) -> str:
    begin, end = level[arrow[0]], level[arrow[1]]
    x, y = places[begin][arrow[0]], TOP + ROW * begin + (ROW + BOX) // 2
    path = f"M{x:.0f} {y}"
    for row in range(begin + 1, end + 1):
        there, top = places[row][arrow if row < end else arrow[1]], TOP + ROW * row + (ROW - BOX) // 2
        path += f"C{x:.0f} {(y + top) // 2} {there:.0f} {(y + top) // 2} {there:.0f} {top}"
        x, y = there, top + BOX
        path += f"V{y}" if row < end else ""
    thick = 1.2 if weight < 5 else 2 if weight < 20 else 3.2
    named = 'data-from="{}" data-to="{}"'.format(*arrow)
    return f'<path class="arrow" {named} stroke-width="{thick}" d="{path}"><title>{" → ".join(arrow)}</title></path>'


if __name__ == "__main__":
    sys.stdout.write(draw(Path(__file__).parents[1]))
