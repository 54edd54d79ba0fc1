"""Checked request for one report: its notebook, its period, and a value for each parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ntanalytics.delivery.report_folder import folder_in, folder_name
from ntanalytics.errors import BadParameter
from ntanalytics.language import tr
from ntanalytics.periods import Period, parse_period, require_started
from ntanalytics.runner.notebooks import ReportNotebook, load_report
from ntanalytics.runner.parameters import Value, resolve
from ntanalytics.runner.run_context import RunContext

#: The parameter of every report that holds its period.
_PERIOD = "period"


@dataclass(frozen=True)
class ReportRequest:
    """A report of one period with one set of parameters; equal requests are published in the same folder.

    Attributes:
        notebook: the report's notebook.
        period: the period.
        values: the value of each parameter, ``period`` included.
    """

    notebook: ReportNotebook
    period: Period
    values: Mapping[str, Value]

    @classmethod
    def of(cls, notebook: ReportNotebook, period: Period, given: Mapping[str, object]) -> ReportRequest:
        """Return the request with the given parameters, and the defaults of the others.

        Raises:
            BadParameter: a name that the notebook does not declare, or a wrong value.
        """
        if _PERIOD in given:
            raise BadParameter(
                tr("the period is not given as a parameter"),
                where=notebook.name,
                todo=tr("use --period {given}", given=given[_PERIOD]),
            )
        values = resolve(notebook.parameters, given, where=notebook.name)
        return cls(notebook, period, {**values, _PERIOD: period.text})

    @cached_property
    def own_parameters(self) -> dict[str, Value]:
        """The parameters that differ from their defaults, the period left out."""
        defaults = {parameter.name: parameter.default for parameter in self.notebook.parameters}
        return {name: value for name, value in self.values.items() if name != _PERIOD and value != defaults[name]}

    @cached_property
    def folder_name(self) -> str:
        """The name of the folder in which the report is published for the first time."""
        return folder_name(self.period.text, self.own_parameters)

    def folder_in(self, outputs: Path) -> str:
        """Return the name of the folder in which the report is published, or was already."""
        return folder_in(outputs / self.notebook.name, self.period.text, self.own_parameters)

    def directory(self, outputs: Path) -> Path:
        """Return the folder in which the report is published."""
        return outputs / self.notebook.name / self.folder_in(outputs)


def request_report(
    context: RunContext, report: str, period: str | Period, given: Mapping[str, object]
) -> ReportRequest:
    """Check everything that a person or a job asks for; nothing is started.

    Args:
        context: the site, and the day of words such as "last-week".
        report: the report's name.
        period: the period; a text is read by :func:`ntanalytics.periods.parse_period` and must not be in the future.
        given: the report's own parameters, name → text, or → value of the declared type.

    Raises:
        UnknownName: there is no such report.
        BadPeriod: the report is not made for the period, or a text is none, or of one that has not begun.
        BadParameter: a wrong name or value.
        ReportFailed: the notebook cannot be used.
    """
    notebook = load_report(report, context.notebooks, kept_in=context.settings.lake)
    if isinstance(period, str):
        today = context.today
        period = parse_period(period, today, context.settings.calendar())
        require_started(period, today, where=report)
    notebook.check_period(period)
    return ReportRequest.of(notebook, period, given)


def request_run(context: RunContext, report: str, period: str | Period, given: Mapping[str, object]) -> ReportRequest:
    """Check everything that a run needs before it is started: as :func:`request_report`, and a source.

    Raises:
        SettingsError: the report needs data, and no source is configured.
    """
    request = request_report(context, report, period, given)
    if request.notebook.needs:
        context.settings.require_sources()
    return request
