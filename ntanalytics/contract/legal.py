"""Legal references: every provision that a report or a rule cites, with the date and the source of its text.

They are cited from here alone. None was read in the official gazette: the buyer's lawyer confirms them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class LegalReference:
    """One provision.

    Attributes:
        title: Chinese title or number of the text.
        article: Chinese article; empty for the whole text.
        text_on: date of the text, as it is cited.
        in_force_on: first day on which the provision holds.
        source: where the text was read.
        is_confirmed: whether the buyer's lawyer confirmed the reading.
    """

    title: str
    article: str = ""
    text_on: dt.date
    in_force_on: dt.date
    source: str
    is_confirmed: bool = False

    @property
    def citation(self) -> str:
        """The citation in a Chinese sentence: ``《网络安全法》第二十三条第（三）项``."""
        return f"{self.title}{self.article}"


_SECONDARY = "secondary copies of the published text"

#: Keeping of network logs for at least six months, the newest wording first.
LOG_RETENTION = (
    LegalReference(
        title="《网络安全法》",
        article="第二十三条第（三）项",
        text_on=dt.date(2025, 10, 28),
        in_force_on=dt.date(2026, 1, 1),
        source=_SECONDARY,
    ),
    LegalReference(
        title="《网络安全法》",
        article="第二十一条第（三）项",
        text_on=dt.date(2016, 11, 7),
        in_force_on=dt.date(2017, 6, 1),
        source=_SECONDARY,
    ),
)
#: Six calendar months in days, at most: from 1 March to 1 September.
LOG_RETENTION_DAYS = 184

#: Ban of rankings by use, of forced promotion and of forced logins.
NO_LEAGUE_TABLES = LegalReference(
    title="国办函〔2026〕12号", text_on=dt.date(2026, 1, 25), in_force_on=dt.date(2026, 1, 25), source=_SECONDARY
)

#: Reporting deadline of an incident of the level 较大 or above.
INCIDENT_REPORTING = LegalReference(
    title="《国家网络安全事件报告管理办法》",
    text_on=dt.date(2025, 9, 11),
    in_force_on=dt.date(2025, 11, 1),
    source=_SECONDARY,
)
#: The report that it demands, as the name of a duty.
INCIDENT_REPORT = "网络安全事件报告"
#: Operator → hours from discovery to the report of such an incident.
REPORTING_HOURS: Mapping[str, int] = MappingProxyType({"critical_infrastructure": 1, "central_organ": 2, "other": 4})


def in_force(references: tuple[LegalReference, ...], on: dt.date) -> LegalReference:
    """Return the wording that holds on a day: the newest that was in force; before all of them the oldest."""
    return next((item for item in references if item.in_force_on <= on), references[-1])
