"""docs/evaluation.md: the tables of an evaluation, and below them what a person wrote about the misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ntanalytics.evaluation.scoring import Score
from ntanalytics.evaluation.tables import Listed, tables
from ntanalytics.findings.rule import Rule

#: What stands before and behind the tables; all else on the page is a person's.
BEGIN, END = "<!-- evaluation: begin -->", "<!-- evaluation: end -->"


def written(path: Path, scores: Sequence[Score], rules: Mapping[str, Rule]) -> str:
    """The page with its tables replaced; what stands around them is kept.

    Args:
        path: the page; where it is not there, it is made of the tables alone.
        scores: one an estate.
        rules: every rule by code.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else f"# Evaluation\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    seeds = ", ".join(str(score.seed) for score in scores)
    span = f"{scores[0].first} to {scores[0].last}"
    head = f"Seeds {seeds}; the inspections of {span}, {scores[0].days} days each."
    body = "\n\n".join([head, *(_section(each) for each in tables(scores, rules))])
    return f"{before}{BEGIN}\n\n{body}\n\n{END}{after}"


def _section(table: Listed) -> str:
    if not table.rows:
        return f"### {table.title}\n\nNone."
    lines = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return f"### {table.title}\n\n" + "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")
