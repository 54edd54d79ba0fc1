"""The list of duties, and the obligations of the contract that they prove (docs/domain.md, Contract obligations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ntanalytics.metrics.desk import duties
from ntanalytics.metrics.desk.duties import Verdict
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.report_content.duties.duty import Duty, DutyRecord, Fact
from ntanalytics.report_content.duties.plan_duties import PLAN_DUTIES
from ntanalytics.report_content.duties.report_duties import REPORT_DUTIES
from ntanalytics.report_content.duties.running_duties import RUNNING_DUTIES
from ntanalytics.report_content.duties.team import TEAM_DUTIES
from ntanalytics.report_content.duties.ticket_duties import TICKET_DUTIES

#: Every duty by its id.
DUTIES: Mapping[str, Duty] = MappingProxyType(
    {duty.id: duty for duty in (*TEAM_DUTIES, *TICKET_DUTIES, *REPORT_DUTIES, *RUNNING_DUTIES, *PLAN_DUTIES)}
)


@dataclass(frozen=True)
class Obligation:
    """One obligation of the contract.

    Attributes:
        id: ``O1`` to ``O18``.
        label: in Chinese.
        duties: ids of the duties that prove it together.
    """

    id: str
    label: str
    duties: tuple[str, ...]


#: The obligations of the contract, in its order.
OBLIGATIONS: tuple[Obligation, ...] = (
    Obligation("O1", "技术支撑团队", ("team",)),
    Obligation("O2", "现场1人、备选1人", ("attendance", "standby")),
    Obligation("O3", "7×24小时技术支持", ("off_hours",)),
    Obligation("O4", "统一身份认证维护", ("identity_tickets",)),
    Obligation("O5", "单点登录权限与接入", ("sso_tickets",)),
    Obligation("O6", "公文交换维护与单位接入", ("exchange_tickets", "onboarding")),
    Obligation("O7", "协同办公维护与流程调整", ("oa_tickets", "confirmed_changes")),
    Obligation("O8", "即时通讯支持", ("im_tickets",)),
    Obligation("O9", "短信平台支持与统计", ("sms_tickets", "sms_reports")),
    Obligation("O10", "CA证书对接与发放", ("ca_tickets", "certificates")),
    Obligation("O11", "电子印章收集、制作与测试", ("seals",)),
    Obligation(
        "O12",
        "每工作日检查与服务周报",
        ("inspections", "inspection_reports", "weekly_reports", "delivered_reports", "signoffs"),
    ),
    Obligation("O13", "在线与离线备份", ("online_backups", "offline_backups", "restore_drills")),
    Obligation("O14", "系统稳定运行", ("availability", "change_results")),
    Obligation("O15", "紧急支持与故障恢复", ("recovery", "reported_incidents", "emergency_drills")),
    Obligation("O16", "优化建议", ("advice_reports", "decisions")),
    Obligation("O17", "安全加固与补丁升级", ("patches",)),
    Obligation("O18", "交流培训", ("training_plan", "trainings")),
)


#: Duty → the number of the obligation that it proves.
NUMBERS: Mapping[str, str] = MappingProxyType({name: item.id for item in OBLIGATIONS for name in item.duties})


@dataclass(frozen=True)
class ObligationRecord:
    """An obligation in a span, with the records of its duties."""

    obligation: Obligation
    duties: tuple[DutyRecord, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict: not met if one of its duties is not, else not shown while one of them cannot be."""
        return duties.worst([record.verdict for record in self.duties])

    @property
    def row(self) -> FigureRow:
        """The counted facts of all its duties, which know the gaps and the facts without proof."""
        results = [result for record in self.duties for result in record.results]
        return FigureRow(duties.counted(results), is_complete=all(record.is_complete for record in self.duties))

    @property
    def shortfalls(self) -> tuple[Fact, ...]:
        """The facts that break it."""
        return tuple(fact for record in self.duties for fact in record.shortfalls)

    @property
    def needed(self) -> tuple[str, ...]:
        """Evidence that is still needed to prove it."""
        return tuple(dict.fromkeys(words for record in self.duties for words in record.needed))


def obligation_records(records: Mapping[str, DutyRecord]) -> list[ObligationRecord]:
    """Return the obligations with the records of their duties, in the contract's order."""
    return [ObligationRecord(item, tuple(records[name] for name in item.duties)) for item in OBLIGATIONS]


def reads_of(names: Mapping[str, Duty] = DUTIES) -> dict[str, int]:
    """Return dataset → days of history that duties read."""
    reads: dict[str, int] = {"desk.changes": 28, "desk.dispositions": 0, "identity.units": 0}
    for duty in names.values():
        for dataset, days in duty.reads.items():
            reads[dataset] = max(days, reads.get(dataset, 0))
    return reads
