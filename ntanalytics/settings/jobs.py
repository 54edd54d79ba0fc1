"""Jobs of a site, read from its ``scheduled/jobs.yml``: reports that are issued on a schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.language import tr
from ntanalytics.settings.channels import Address, Channel, Recipient, addresses
from ntanalytics.settings.problems import problem_text
from ntanalytics.settings.renames import JOBS_RENAMES, current_text
from ntanalytics.settings.schedule_spec import ScheduleSpec, parse_schedule_spec
from ntanalytics.settings.unique_keys import load_yaml


def _when(value: object) -> ScheduleSpec:
    try:
        return parse_schedule_spec(str(value))
    except SettingsError as error:
        raise ValueError(f"{error.what}; {error.todo}") from error


def _texts(value: object) -> object:
    """Return parameters with unchanged texts: YAML would make 493 of 0755, and False of NO."""
    if isinstance(value, dict):
        for name, text in value.items():
            if not isinstance(text, str):
                raise ValueError(  # noqa: TRY004 - pydantic takes it for a wrong value
                    tr('{name}: write its value in quotes, as "{text}"', name=name, text=text)
                )
    return value


class Job(BaseModel):
    """Report that is issued on a schedule."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    report: str = Field(description="The report: a notebook under notebooks/.")
    period: Literal["yesterday", "last-working-day", "last-week", "last-month", "contract-year"] = Field(
        description="Period of the report, relative to the day of the run."
    )
    when: Annotated[ScheduleSpec, BeforeValidator(_when)] = Field(
        description="Schedule: day, working day, Monday, first working day of the week or of the month, "
        "and a local time."
    )
    parameters: Annotated[dict[str, str], BeforeValidator(_texts)] = Field(
        default_factory=dict, description="Parameters of the report, each value in quotes."
    )
    each: Literal["unit"] | None = Field(None, description="`unit`: a page for each unit of the OA.")
    deadline_min: int = Field(120, gt=0, description="Minutes from the scheduled time to the deadline.")
    catch_up: Literal["all", "latest"] = Field(
        "all", description="After an outage: every missed period, or only the latest."
    )
    max_age_days: int = Field(10, gt=0, description="Age in days from which a missed period is not issued.")
    recipients: tuple[Recipient, ...] = Field((), description="Recipients of the report.")
    unit_recipients: dict[str, tuple[Recipient, ...]] = Field(
        default_factory=dict, description="With `each: unit`: the recipients of each unit's page."
    )

    @model_validator(mode="after")
    def _sends_each_page_to_its_unit(self) -> Job:
        if self.each == "unit" and self.recipients:
            raise ValueError(tr("each unit has a page of its own: name who gets it under unit_recipients"))
        if self.each is None and self.unit_recipients:
            raise ValueError(tr("unit_recipients go with `each: unit`"))
        return self

    def sent_to(self, channels: Mapping[str, Channel], *, where: str) -> Mapping[str, Sequence[Address]]:
        """Return the recipients by unit; the empty unit stands for a report without pages of units.

        Raises:
            SettingsError: an unknown channel, or a wrong address.
        """
        if self.each is None:
            return {"": list(addresses(self.recipients, channels, where=f"{where}: recipients"))}
        return {
            unit: list(addresses(named, channels, where=f"{where}: unit_recipients: {unit}"))
            for unit, named in self.unit_recipients.items()
        }

    def deadline(self, at: dt.datetime) -> dt.datetime:
        """Return the moment by which the report of a scheduled moment must be issued."""
        return at + dt.timedelta(minutes=self.deadline_min)


class JobList(BaseModel):
    """Content of ``jobs.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    jobs: dict[str, Job] = Field(description="The jobs by name.")


def periods_of(report: str, jobs: Mapping[str, Job]) -> list[str]:
    """Return the periods for which the jobs issue a report, in the order of the jobs."""
    return [job.period for job in jobs.values() if job.report == report]


def load_jobs(path: Path) -> Mapping[str, Job]:
    """Return the jobs of a file by name, in its order.

    Raises:
        SettingsError: the file cannot be read, is not YAML, or has a wrong key or value; each problem names its key.
    """
    where = str(path)
    try:
        content: Any = load_yaml(current_text(path.read_text(encoding="utf-8"), JOBS_RENAMES)[0])
    except OSError as error:
        raise SettingsError(
            tr("cannot read the jobs: {strerror}", strerror=error.strerror),
            where=where,
            todo=tr("`ntanalytics init DIR` writes such a file"),
        ) from error
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise SettingsError(tr("not YAML: {error}", error=error), where=where) from error
    try:
        return JobList.model_validate(content).jobs
    except ValidationError as error:
        raise SettingsError(_explained(error), where=where, todo=tr("see docs/schedule.md")) from None


def _explained(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            unknown = UnknownName("key", str(problem["loc"][-1]), _fields_at(problem["loc"]))
            lines.append(tr("{key}: unknown key; {todo}", key=key, todo=unknown.todo))
        else:
            lines.append(f"{key}: {problem_text(problem)}")
    return "\n".join(lines)


def _fields_at(path: Sequence[int | str]) -> Iterable[str]:
    """Return the known keys at the place of an unknown one."""
    if {"recipients", "unit_recipients"} & set(path[2:-1]):
        return Recipient.model_fields
    return Job.model_fields if len(path) > 1 else JobList.model_fields
