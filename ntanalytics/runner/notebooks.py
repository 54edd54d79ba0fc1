"""Report notebooks: their metadata give the title, the kinds of period and the data that they need."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ntanalytics.contract import DATASETS
from ntanalytics.errors import BadPeriod, ReportFailed, UnknownName
from ntanalytics.language import tr
from ntanalytics.periods import Period, PeriodKind
from ntanalytics.runner import parameters as strict
from ntanalytics.runner.parameters import Parameter
from ntanalytics.runner.report_needs import ReportNeeds, report_needs
from ntanalytics.settings import Settings, project_dir, require_own


@dataclass(frozen=True, kw_only=True)
class ReportNotebook:
    """Report notebook, read and checked.

    Attributes:
        name: the name of its file without ``.ipynb``.
        path: the file.
        title: the Chinese title.
        periods: the kinds of period that it can be made for.
        declared_needs: the needs in its metadata; None if ``report_content`` computes them.
        parameters: the parameters of its parameters cell; one of them is ``period``.
        sha256: the hash of the file.
        kept_in: the folder in which computed needs are kept; None: they are worked out.
    """

    name: str
    path: Path
    title: str
    periods: tuple[PeriodKind, ...]
    declared_needs: Mapping[str, int] | None
    parameters: tuple[Parameter, ...]
    sha256: str
    kept_in: Path | None = None

    @cached_property
    def needs(self) -> Mapping[str, int]:
        """Dataset → days of history that it reads before the longest of its kinds of period.

        Raises:
            UnknownName: neither its metadata nor ``report_content.contents`` declares them.
        """
        if self.declared_needs is not None:
            return self.declared_needs
        return self._needs.datasets

    def reads_more(self, settings: Settings) -> bool:
        """Return whether it reads more than the datasets that it needs: other reports, or what it does not declare."""
        if self.declared_needs is not None:
            return True
        reads_issued = self._needs.reads_issued
        return settings.site.contract is not None if reads_issued == "contract" else reads_issued

    @property
    def is_divided(self) -> bool:
        """Return whether a worker of the kernel can work out a part of it."""
        return self.declared_needs is not None or self._needs.is_divided

    @cached_property
    def _needs(self) -> ReportNeeds:
        return report_needs(self.name, self.periods, self.kept_in)

    def check_period(self, period: Period) -> None:
        """Refuse a period of a kind that the report is not made for.

        Raises:
            BadPeriod: the message names the kinds that it takes.
        """
        if period.kind not in self.periods:
            kinds = ", ".join(self.periods)
            raise BadPeriod(
                tr(
                    "{period} is a {kind}; {name} is made for: {kinds}",
                    period=period.text,
                    kind=period.kind,
                    name=self.name,
                    kinds=kinds,
                ),
                where=self.name,
            )


def report_names(directory: Path | None = None) -> list[str]:
    """Return the names of all reports in order: the notebooks directly in the folder.

    Args:
        directory: the folder; None for the project's ``notebooks``.
    """
    return sorted(path.stem for path in (directory or project_dir("notebooks")).glob("*.ipynb"))


def load_report(name: str, directory: Path | None = None, *, kept_in: Path | None = None) -> ReportNotebook:
    """Return the report of a name.

    The name is searched in the list of the folder and never made into a path, so that ``../x`` is simply unknown.

    Args:
        name: the report.
        directory: the folder of the reports; None for the project's ``notebooks``.
        kept_in: the folder in which computed needs are kept.

    Raises:
        UnknownName: there is no such report; the message lists the reports.
        SettingsError: every account of the host may write the notebook or its folder.
        ReportFailed: the file is not a notebook, has not exactly one parameters cell, or has wrong metadata; the
            message names the notebook and the line or key.
    """
    folder = directory or project_dir("notebooks")
    names = report_names(folder)
    if name not in names:
        raise UnknownName("report", name, names)
    path = folder / f"{name}.ipynb"
    where = f"notebooks/{path.name}"
    require_own([folder, path])
    try:
        raw = path.read_bytes()
        # nbformat takes more than a second to import, and a wrong parameter is refused at once.
        notebook = json.loads(raw)
        cells = [
            (cell["cell_type"], cell["metadata"].get("tags", []), "".join(cell["source"])) for cell in notebook["cells"]
        ]
        metadata = notebook["metadata"].get("ntanalytics")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportFailed(tr("cannot be read as a notebook: {error}", error=str(error)[:200]), where=where) from error
    title, periods, needs = _metadata(metadata, where)
    return ReportNotebook(
        name=name,
        path=path,
        title=title,
        periods=periods,
        declared_needs=needs,
        parameters=tuple(_parameters(cells, where)),
        sha256=hashlib.sha256(raw).hexdigest(),
        kept_in=kept_in,
    )


def _metadata(content: Any, where: str) -> tuple[str, tuple[PeriodKind, ...], dict[str, int] | None]:
    """Return the title, the kinds of period and the needs after a check of each."""
    where = f"{where}, metadata.ntanalytics"
    if not isinstance(content, dict) or set(content) - {"docx", "ofd", "needs"} != {"title", "periods"}:
        raise ReportFailed(
            tr("it must hold title and periods, docx: true where it is also issued for Word, and ofd: true for OFD"),
            where=where,
            todo=tr("compare with another report"),
        )
    for name in ("docx", "ofd"):
        if not isinstance(content.get(name, False), bool):
            raise ReportFailed(tr("{name} must be true or false", name=name), where=where)
    title, kinds, needs = content["title"], content["periods"], content.get("needs")
    if not isinstance(title, str) or not title.strip():
        raise ReportFailed(tr("title must be a text"), where=where)
    if not isinstance(kinds, list) or not kinds or any(kind not in tuple(PeriodKind) for kind in kinds):
        raise ReportFailed(tr("periods must list some of {periodkind}", periodkind=", ".join(PeriodKind)), where=where)
    if needs is not None and not isinstance(needs, dict):
        raise ReportFailed(tr("needs must give, for each dataset, the days of history"), where=where)
    for dataset, days in (needs or {}).items():
        if dataset not in DATASETS:
            raise ReportFailed(str(UnknownName("dataset", dataset, DATASETS)), where=f"{where}.needs")
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 3660:
            raise ReportFailed(
                tr("{dataset}: {days!r} is no number of days", dataset=dataset, days=days), where=f"{where}.needs"
            )
    return title, tuple(PeriodKind(kind) for kind in kinds), needs


def _parameters(cells: list[tuple[str, list[str], str]], where: str) -> list[Parameter]:
    """Return the parameters of the one parameters cell; a cell is its type, tags and source."""
    numbers = [number for number, (_, tags, _) in enumerate(cells, 1) if "parameters" in tags]
    if len(numbers) != 1 or cells[numbers[0] - 1][0] != "code":
        problem = (
            tr("cells {numbers} are tagged `parameters`", numbers=numbers)
            if numbers
            else tr("no cell is tagged `parameters`")
        )
        raise ReportFailed(problem, where=where, todo=tr("tag exactly one code cell `parameters`"))
    declared = strict.parse(cells[numbers[0] - 1][2], where=where)
    period = next((parameter for parameter in declared if parameter.name == "period"), None)
    if period is None or period.type != "str" or period.choices:
        raise ReportFailed(tr("there is no parameter `period: str`"), where=f"{where}, parameters cell")
    return declared
