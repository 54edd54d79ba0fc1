"""Page docs/evaluation.md: the tables of an evaluation, within a text that a person writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ntanalytics.evaluation.mutations import MutationScore
from ntanalytics.evaluation.mutations.tables import mutation_tables
from ntanalytics.evaluation.scoring import Score
from ntanalytics.evaluation.tables import ScoreTable, tables


def render_page(path: Path, scores: Sequence[Score], codes: Iterable[str]) -> str:
    """Return the page with its tables of incidents replaced; the text around them is kept.

    Args:
        path: the page; where there is none, the new one has the tables alone.
        scores: one an estate.
        codes: codes of all rules.
    """
    seeds = ", ".join(str(score.seed) for score in scores)
    span = f"{scores[0].first} to {scores[0].last}"
    head = f"Seeds {seeds}; the inspections of {span}, {scores[0].days} days each."
    return _with_tables(path, "evaluation", head, tables(scores, codes))


def render_mutations(path: Path, scores: Sequence[MutationScore]) -> str:
    """Return the page with its tables of mutations replaced; the text around them is kept.

    Args:
        path: the page; where there is none, the new one has the tables alone.
        scores: one a seed.
    """
    seeds = ", ".join(f"{score.seed} ({len(score.outcomes)} mutations)" for score in scores)
    return _with_tables(path, "mutations", f"Seeds {seeds}.", mutation_tables(scores))


def _with_tables(path: Path, name: str, head: str, shown: Iterable[ScoreTable]) -> str:
    """Return the page with the tables between the two marks of a name; at its end where it has no such marks."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = path.read_text(encoding="utf-8") if path.is_file() else "# Evaluation\n"
    if begin not in text:
        text = f"{text}\n{begin}\n{end}\n"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    body = "\n\n".join([head, *(_section(table) for table in shown)])
    return f"{before}{begin}\n\n{body}\n\n{end}{after}"


def _section(table: ScoreTable) -> str:
    if not table.rows:
        return f"### {table.title}\n\nNone."
    lines = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return f"### {table.title}\n\n" + "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")
