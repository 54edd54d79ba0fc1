"""The adoption of the OA in a period: the whole city, one edition, or one unit among its peers."""

from __future__ import annotations

from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.report_content.adoption.batch import page_from_figures
from ntanalytics.report_content.adoption.figures import Adoption
from ntanalytics.report_content.adoption.queries import AdoptionQueries
from ntanalytics.report_content.adoption.service import open_datasets
from ntanalytics.workspace.report import Report


def summarize_adoption(report: Report, unit: str = "", edition: str = "") -> Adoption:
    """Return the adoption of the whole city, of one edition, or of one unit (docs/domain.md, OA adoption).

    Args:
        report: the period over the lake.
        unit: a unit's name, as any subsystem or the identity system writes it; empty for all.
        edition: an edition's code; empty for all.

    Raises:
        BadParameter: the OA has no such unit, or not in that edition; the message names those that are similar.
    """
    if not unit and not edition:
        open_datasets(report)
    return page_from_figures(report, unit, edition) or AdoptionQueries(report, unit, edition).compute()


def title_of(unit: str, edition: str) -> str:
    """Return the title of a page, without the city's name."""
    about = "，".join(part for part in (unit, EDITIONS.get(edition, edition)) if part)
    return f"协同办公应用情况（{about}）" if about else "协同办公应用情况"
