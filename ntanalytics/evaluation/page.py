"""Page docs/evaluation.md: the tables of an evaluation, within a text that a person writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ntanalytics.evaluation.scoring import Score
from ntanalytics.evaluation.tables import ScoreTable, tables

#: Marks before and behind the tables; a person writes the rest.
BEGIN, END = "<!-- evaluation: begin -->", "<!-- evaluation: end -->"


def render_page(path: Path, scores: Sequence[Score], codes: Iterable[str]) -> str:
    """Return the page with its tables replaced; the text around them is kept.

    Args:
        path: the page; where there is none, the new one has the tables alone.
        scores: one an estate.
        codes: codes of all rules.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else f"# Evaluation\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    seeds = ", ".join(str(score.seed) for score in scores)
    span = f"{scores[0].first} to {scores[0].last}"
    head = f"Seeds {seeds}; the inspections of {span}, {scores[0].days} days each."
    body = "\n\n".join([head, *(_section(table) for table in tables(scores, codes))])
    return f"{before}{BEGIN}\n\n{body}\n\n{END}{after}"


def _section(table: ScoreTable) -> str:
    if not table.rows:
        return f"### {table.title}\n\nNone."
    lines = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return f"### {table.title}\n\n" + "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")
