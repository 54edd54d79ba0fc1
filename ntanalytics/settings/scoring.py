"""Scoring sheet of a site (考核办法): clauses as data, read from ``scoring.yml``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.settings.problems import problem_text
from ntanalytics.settings.unique_keys import load_yaml

_RATE = re.compile(r"rate\s*<\s*([01](?:\.\d+)?)")


def _condition(text: str) -> str:
    if text in ("each", "any") or _RATE.fullmatch(text):
        return text
    raise ValueError("write each (points for each shortfall), any (points once), or rate < 0.95")


class Clause(BaseModel):
    """One clause of the sheet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clause: str = Field(min_length=1, description="The clause in Chinese, as the contract has it.")
    measure: str = Field(description="The duty that is measured; docs/domain.md lists them.")
    condition: Annotated[str, AfterValidator(_condition)] = Field(
        "each",
        description="`each`: points for each shortfall; `any`: once if there is one; `rate < 0.95`: once if the share "
        "of the kept ones is lower.",
    )
    points: float = Field(gt=0, description="Points that are taken off.")
    cap: float | None = Field(None, gt=0, description="Most points that the clause takes off.")
    evidence: str = Field("", description="Evidence that the clause names, in Chinese.")

    @property
    def least_rate(self) -> float | None:
        """The share below which points are taken; None of another condition."""
        match = _RATE.fullmatch(self.condition)
        return float(match[1]) if match else None


class Grade(BaseModel):
    """One grade of the sheet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: float = Field(description="Least points of the grade.")
    grade: str = Field(min_length=1, description="The grade in Chinese.")


class ScoringSheet(BaseModel):
    """Content of ``scoring.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field("考核评分", description="Title of the sheet in Chinese.")
    full: float = Field(100, gt=0, description="Points before any deduction.")
    clauses: dict[str, Clause] = Field(min_length=1, description="The clauses by their numbers.")
    grades: tuple[Grade, ...] = Field(min_length=1, description="The grades, the best first; the last begins at 0.")

    @model_validator(mode="after")
    def _has_every_grade(self) -> ScoringSheet:
        limits = [grade.at_least for grade in self.grades]
        if limits != sorted(set(limits), reverse=True) or limits[-1] != 0:
            raise ValueError(tr("grades: write them from the best to the worst, which begins at 0"))
        return self

    @property
    def least_rates(self) -> dict[str, float]:
        """Duty → the share of kept facts that a clause demands."""
        return {clause.measure: clause.least_rate for clause in self.clauses.values() if clause.least_rate is not None}

    def grade_of(self, points: float) -> str:
        """Return the grade of some points."""
        return next((grade.grade for grade in self.grades if points >= grade.at_least), self.grades[-1].grade)


def read_scoring(path: Path) -> ScoringSheet | None:
    """Return the scoring sheet of a file; None where there is no file.

    Raises:
        SettingsError: the file cannot be read, is not YAML, or a key or value is wrong; each problem names its key.
    """
    if not path.exists():
        return None
    where = str(path)
    try:
        content: Any = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise SettingsError(
            tr("cannot be read: {error}", error=error), where=where, todo=tr("see docs/settings.md")
        ) from error
    if isinstance(content, dict) and isinstance(content.get("clauses"), dict):
        content["clauses"] = {str(number): clause for number, clause in content["clauses"].items()}
    try:
        return ScoringSheet.model_validate(content)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, problem['loc']))}: {problem_text(problem)}" for problem in error.errors()]
        raise SettingsError("\n".join(lines), where=where, todo=tr("see docs/settings.md")) from None
