"""Burdens of the staff in the default seed's city: they last through the whole estate (docs/domain.md, Burden).

They are no incidents: nothing is broken, and an inspection is not to find them. The report on adoption is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ntanalytics.demo.incidents.default_script import DEFAULT_SEED

if TYPE_CHECKING:
    from ntanalytics.demo.population.city import City


@dataclass(frozen=True, kw_only=True)
class Burden:
    """One planted burden.

    Attributes:
        id: unique in the estate.
        cause: cause of ``metrics.oa.burden.CAUSES``.
        subject: its name in the report.
        description: one Chinese sentence.
        share: reminders of a day, as a share of a city's messages of a plain working day.
        application: number of the application that reminds.
        clock: time of the reminder.
        on_rest_days: whether it reminds on days off, and not on working days.
    """

    id: str
    cause: str
    subject: str
    description: str
    share: float = 0.0
    application: str = ""
    clock: str = "00:00"
    on_rest_days: bool = False

    @property
    def at_ms(self) -> int:
        """Time of the reminder in milliseconds since midnight."""
        hour, _, minute = self.clock.partition(":")
        return (int(hour) * 60 + int(minute)) * 60_000


#: Edition and module that hardly anybody uses, and the step at which documents wait.
ZOMBIE = ("wecom", "decision_support")
STUCK = ("general", "supplies", "分管领导会签")
#: Edition whose unit is asked twice, the two modules, and matters of a working day.
TWICE = ("government", "documents", "countersign")
TWICE_A_DAY = 2
#: Documents that wait at the step, one of each of so many working days, and the number of working days since the last.
STUCK_DOCUMENTS, STUCK_SINCE = 12, 18

BURDENS = (
    Burden(id="remind-evening", cause="after_hours", subject="公文交换 工作日20:00", application="E1001", clock="20:05",
        share=0.03, description="公文交换每个工作日20时5分群发签收提醒。"),
    Burden(id="remind-early", cause="after_hours", subject="协同办公 工作日06:30", application="E1002", clock="06:35",
        share=0.03, description="协同办公每个工作日6时35分群发待办提醒。"),
    Burden(id="remind-weekend", cause="after_hours", subject="协同办公 休息日10:00", application="E1002", clock="10:05",
        share=0.06, on_rest_days=True, description="协同办公每个休息日10时5分群发待办提醒。"),
    Burden(id="asked-twice", cause="asked_twice", subject="公文管理 → 发文会签",
        description="同一文号的事项，单位在公文管理和发文会签中各填报一次。"),
    Burden(id="stuck-step", cause="stuck", subject="通用版·耗材管理“分管领导会签”环节",
        description="耗材领用单在分管领导会签环节积压数周。"),
    Burden(id="zombie-module", cause="unneeded", subject="企业微信版·辅助决策",
        description="企业微信版的辅助决策几乎无人使用。"),
)  # fmt: skip


def burdens_of(city: City, cause: str) -> tuple[Burden, ...]:
    """Return the planted burdens of a cause; other seeds, and an estate without incidents, have none."""
    if city.seed != DEFAULT_SEED or not city.incidents:
        return ()
    return tuple(burden for burden in BURDENS if burden.cause == cause)


def is_reminded(city: City, burden: Burden, day: dt.date) -> bool:
    """Return whether a burden's reminder is sent on a day."""
    return city.calendar.is_working_day(day) != burden.on_rest_days
