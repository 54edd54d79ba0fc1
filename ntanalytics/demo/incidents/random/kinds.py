"""What a drawn script chooses from: for each kind its subjects, sizes, times of the day, and the sentence about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ntanalytics.demo.population.units import EDITION_OF, UNITS
from ntanalytics.demo.products.backup_runs import DATABASES, FILE_TREES
from ntanalytics.demo.products.sms_platform.outcomes import CARRIERS
from ntanalytics.demo.products.xinhu.schema import FLOWS
from ntanalytics.demo.products.zabbix.machines import MACHINES


@dataclass(frozen=True)
class IncidentKind:
    """What one kind of incident may be.

    Attributes:
        kind: of ``script.KINDS`` or ``script.HARMLESS``.
        subsystem: the subsystem's id; empty where it is that of the subject.
        subjects: one of them is drawn; ``UNITS`` stands for one of the larger units.
        sizes: the smallest and the largest, as ``script.MEASURES`` measures the kind.
        words: the Chinese sentence.
        faint: the same of one that is barely visible; None where there is none.
        bad: the size from which on it is 异常 and not 关注; None where it never is.
        begins: the earliest and the latest clock at which it begins.
        faint_begins: the same of one that is barely visible, where that differs.
        hours: how long it lasts, where that is not its size.
        faint_hours: the same of one that is barely visible, where that differs.
        days: how many days it lasts, from midnight to midnight, where that is not its size.
        step: begin and duration are multiples of so many minutes.
        on: the days on which it begins: ``work``, ``rest`` or ``any``.
        is_shaped: whether it may come and go by degrees, or with pauses.
        digits: of its size.
        is_single: whether an estate has one at most.
    """

    kind: str
    subsystem: str
    subjects: tuple[str, ...]
    sizes: tuple[float, float]
    words: str
    faint: tuple[float, float] | None = None
    critical: float | None = None
    begins: tuple[str, str] = ("00:00", "00:00")
    faint_begins: tuple[str, str] | None = None
    hours: tuple[float, float] | None = None
    faint_hours: tuple[float, float] | None = None
    days: tuple[int, int] | None = None
    step: int = 5
    on: str = "work"
    is_shaped: bool = False
    digits: int = 2
    is_single: bool = False


_SERVICES = ("portal", "oa.nantong.example", "exchange.nantong.example")
_HOSTS = tuple(machine.name for machine in MACHINES if machine.cores and "-app-" in machine.name)
#: The messenger runs on one server; what the others run goes on with its second one.
_LOSABLE = ("im-app-1", *(name for name in _HOSTS if name.endswith("-2") and not name.startswith("im")))
_DISKS = tuple(machine.name for machine in MACHINES if machine.is_database)
_PLANS = (*DATABASES, *(f"{host} {path}" for host, path in FILE_TREES))
_APPLICATIONS = ("E1003", "E1004", "E2001", "E2002", "E2003")
_ADDRESSES = tuple(f"{head}.{tail}" for head in ("203.0.113", "198.51.100", "192.0.2") for tail in range(40, 80))
_CITY_UNITS = tuple(unit for unit in UNITS if unit.startswith("市") and unit.endswith("局"))
_RECEIVERS = (*_CITY_UNITS, *(unit for unit in UNITS if unit.endswith("应急管理局") and not unit.startswith("市")))
#: Small units without OA that exchange nothing: that one of them is closed touches nothing else.
_CLOSABLE = tuple(unit for unit in UNITS if unit.endswith(("永安镇", "和平镇", "通扬镇")) and unit not in EDITION_OF)
_OFTEN = 5.0


def _used(*, has_bills: bool) -> tuple[str, ...]:
    """The modules that are used much in an edition, those that have bills or all."""
    editions = ("party", "government", "general", "wecom")
    return tuple(
        f"{edition}/{flow.module}"
        for flow in FLOWS
        for edition, weight in zip(editions, flow.weights, strict=True)
        if weight >= _OFTEN and (flow.minutes > 0 or not has_bills)
    )


_OF_SMS = (
    IncidentKind("carrier_outage", "sms", CARRIERS, (0.18, 0.6), "{name}通道约{percent}%的短信失败，历时{lasted}。",
           faint=(0.07, 0.1), critical=0.15, begins=("08:30", "14:30"), hours=(1.5, 5), is_shaped=True),
    IncidentKind("report_backlog", "sms", CARRIERS, (0.6, 0.95),
           "{name}的短信均已送达，但约{percent}%的状态报告迟到，历时{lasted}。",
           faint=(0.25, 0.35), begins=("09:00", "13:00"), hours=(3, 7), faint_hours=(1, 1.5), is_shaped=True),
    IncidentKind("volume_surge", "sms", _APPLICATIONS, (4, 10), "{name}短信量约为平时的{size:g}倍，历时{lasted}。",
           faint=(1.8, 2.2), begins=("08:30", "10:30"), hours=(4, 9), digits=1),
)  # fmt: skip
_OF_INFRA = (
    IncidentKind("error_burst", "", _SERVICES, (0.15, 0.6), "{name}约{percent}%的请求返回502或504，历时{lasted}。",
           faint=(0.04, 0.06), critical=0.15, begins=("09:00", "15:30"), hours=(0.5, 2), is_shaped=True),
    IncidentKind("slow_responses", "", _SERVICES, (3.5, 9), "{name}响应缓慢，耗时约为平时的{size:g}倍，历时{lasted}。",
           faint=(1.9, 2.2), begins=("08:30", "14:30"), hours=(1.5, 3), faint_hours=(3, 4), is_shaped=True, digits=1),
    IncidentKind("service_down", "", ("docexchange", "oa"), (0.4, 2), "{name}服务不可用{lasted}。",
           faint=(0.25, 0.25), critical=0.3, begins=("09:00", "15:30")),
    IncidentKind("checks_gap", "infra", ("zabbix",), (0.75, 4), "监控平台自身中断{lasted}，期间状态未知。",
           faint=(0.25, 0.4), begins=("00:30", "02:30"), on="any"),
    IncidentKind("cpu_saturated", "infra", _HOSTS, (95.5, 97), "{name}的CPU持续高于{count}%，历时{lasted}。",
           faint=(84, 87), critical=95, begins=("09:00", "13:00"), hours=(2, 5), step=60, digits=1),
    IncidentKind("host_down", "infra", _LOSABLE, (0.75, 3), "{name}宕机{lasted}。",
           faint=(0.25, 0.3), critical=0.5, begins=("09:00", "15:30")),
    IncidentKind("backup_missing", "infra", _PLANS, (2, 4), "{name}的备份连续{count}次未执行。",
           faint=(1, 1), critical=2, on="any", digits=0),
    IncidentKind("backup_shrunk", "infra", _PLANS, (0.55, 0.85), "{name}的备份数据量减少约{percent}%。",
           faint=(0.31, 0.36), critical=0.5, days=(1, 1), on="any"),
    IncidentKind("patch_failed", "infra", _HOSTS, (1, 1), "{name}的安全补丁安装失败，待复装。",
           begins=("18:00", "19:30"), hours=(1, 2)),
)  # fmt: skip
_OF_IDENTITY = (
    IncidentKind("login_outage", "identity", ("统一身份认证",), (0.5, 1.75), "认证服务中断{lasted}，期间全市无法登录。",
           faint=(0.2, 0.25), critical=0.3, begins=("08:45", "14:30")),
    IncidentKind("method_failing", "identity", ("sms_code", "scan", "federated"), (0.5, 0.95),
           "以{name}方式登录约{percent}%失败，历时{lasted}。",
           faint=(0.2, 0.28), critical=0.5, begins=("08:30", "14:00"), hours=(2, 4.5)),
    IncidentKind("brute_force", "identity", _ADDRESSES, (60, 300), "来源{name}对一个账号连续尝试口令{count}次。",
           faint=(18, 25), critical=60, begins=("00:30", "05:00"), hours=(0.17, 0.17), on="any", digits=0),
    IncidentKind("app_silent", "sso", ("docexchange", "seal", "im", "supervision"), (24, 24),
           "{name}应用{lasted}无人经单点登录进入。", faint=(4, 5), faint_begins=("12:30", "13:30")),
    IncidentKind("certificates_refused", "ca", ("ca",), (0.5, 0.98),
           "证书链校验失败，约{percent}%的证书登录被拒，历时{lasted}。",
           faint=(0.12, 0.2), critical=0.5, begins=("08:30", "14:00"), hours=(1.5, 4)),
    IncidentKind("expired_in_use", "ca", ("personal",), (8, 24), "至多{count}人的过期证书连续{days}天被反复用于登录。",
           faint=(3, 4), days=(3, 7), digits=0, is_single=True),
)  # fmt: skip
_OF_DOCUMENTS = (
    IncidentKind("calls_failing", "docexchange", ("政务服务网", "协同办公", "省公文交换平台"), (0.3, 0.9),
           "{name}的接口调用约{percent}%失败，历时{lasted}。",
           faint=(0.08, 0.12), critical=0.25, begins=("09:00", "14:00"), hours=(1.5, 4), is_shaped=True),
    IncidentKind("overdue_unit", "docexchange", _RECEIVERS, (4, 9), "{name}连续{count}天未签收公文，逾期件数上升。",
           faint=(2, 3), digits=0),
    IncidentKind("returned_burst", "docexchange", _CITY_UNITS, (0.5, 0.9), "{name}所发公文约{percent}%被退回。",
           faint=(0.25, 0.35), begins=("09:00", "09:00"), hours=(8.5, 8.5)),
    IncidentKind("signing_failures", "seal", ("seal",), (0.4, 0.8), "签章服务故障，约{percent}%的签章失败，历时{lasted}。",
           faint=(0.1, 0.15), critical=0.4, begins=("09:00", "15:00"), hours=(1.5, 3.5), is_shaped=True),
)  # fmt: skip
_OF_OFFICE = (
    IncidentKind("module_stopped", "oa", _used(has_bills=False), (24, 24), "{name}模块{lasted}无操作。",
           faint=(4, 4), faint_begins=("13:30", "13:30")),
    IncidentKind("adoption_drop", "oa", UNITS, (0.6, 0.85), "{name}活跃账号减少约{percent}%，持续{days}天。",
           faint=(0.38, 0.42), days=(8, 20)),
    IncidentKind("edition_down", "oa", ("wecom", "general", "government"), (1.5, 4), "{name}移动端中断{lasted}。",
           critical=1, begins=("09:00", "14:30")),
    IncidentKind("tasks_stuck", "oa", _used(has_bills=True), (24, 24), "{name}流程{lasted}无一办结。",
           faint=(4, 4), faint_begins=("13:30", "13:30")),
    IncidentKind("messages_stopped", "im", ("im",), (0.75, 3), "即时通讯消息中断{lasted}。",
           faint=(0.2, 0.25), critical=0.3, begins=("09:00", "15:00")),
    IncidentKind("old_client", "im", ("Spark 2.8.3", "Spark 2.9.4", "Pidgin 2.14.12"), (0.12, 0.35),
           "约{percent}%的Windows终端退回旧版客户端{name}，持续{days}天。",
           faint=(0.04, 0.06), days=(6, 20), is_single=True),
)  # fmt: skip
_OF_DESK = (
    IncidentKind("attendance_gap", "desk", ("驻场",), (1, 1), "当日无驻场或备选人员在岗记录。", critical=1, digits=0),
    IncidentKind("manual_check", "infra", ("机房温湿度", "UPS与供电", "服务器指示灯", "存储阵列"), (1, 2),
           "人工检查发现{name}{grade}，已联系维保。", critical=2, begins=("08:40", "08:40"), hours=(8, 8), digits=0),
    IncidentKind("change_unconfirmed", "desk", ("oa", "docexchange"), (1, 1), "{name}的流程调整未取得用户书面确认。",
           begins=("14:00", "16:30"), hours=(1, 1.5)),
    IncidentKind("report_unconfirmed", "desk", ("weekly_service_report",), (1, 1), "一期服务周报未经用户确认。",
           days=(1, 1), is_single=True),
)  # fmt: skip

#: Every kind that may begin on any of the days; ``drawn_script`` knows of those that are bound to the last ones.
CHOICES = (*_OF_SMS, *_OF_INFRA, *_OF_IDENTITY, *_OF_DOCUMENTS, *_OF_OFFICE, *_OF_DESK)

#: What a drawn city has of each that is harmless: how many at least and at most, and what it may be.
HARMLESS_CHOICES: tuple[tuple[int, int, IncidentKind], ...] = (
    (2, 2, IncidentKind("planned_maintenance", "", ("docexchange", "oa"), (1, 2.5),
                  "{name}按计划停机维护{lasted}，变更已事先书面确认。", begins=("18:30", "20:30"))),
    (1, 1, IncidentKind("planned_maintenance", "", ("docexchange", "oa"), (2, 4),
                  "{name}按计划停机维护{lasted}，变更已事先书面确认。", begins=("09:00", "13:00"), on="rest")),
    (2, 3, IncidentKind("announced_mailing", "sms", _APPLICATIONS, (3, 5),
                  "{name}按事先登记的计划集中发送，短信量约为平时的{size:g}倍。",
                  begins=("09:00", "10:30"), hours=(4, 8), digits=1)),
    (4, 6, IncidentKind("training_day", "oa", UNITS, (0.3, 0.5),
                  "{name}集中培训，当日活跃人数减少约{percent}%。", days=(1, 1))),
    (3, 4, IncidentKind("backup_moved", "infra", _PLANS, (4, 9), "{name}的备份晚{size:g}小时执行，未超过备份周期的1.4倍。",
                  days=(1, 1), on="any", digits=1)),
    (3, 5, IncidentKind("batch_load", "infra", _HOSTS, (77, 82), "{name}夜间批处理，CPU约{count}%，历时{lasted}。",
                  begins=("01:00", "04:00"), hours=(1, 2), step=60, on="any", digits=1)),
    (1, 1, IncidentKind("renewal_round", "ca", ("personal",), (0.03, 0.06),
                  "约{percent}%的个人证书集中换发，旧证书随即吊销。",
                  begins=("09:00", "09:00"), hours=(8, 8))),
)  # fmt: skip

#: File systems that may fill, whose certificates may expire, and small units that may be closed.
DISKS, CERTIFICATES, CLOSABLE = _DISKS, ("portal.nantong.example", "oa.nantong.example"), _CLOSABLE

#: Services that incidents name by their host → their subsystem; other subjects without one are subsystems themselves.
SUBSYSTEM_OF_SERVICE: Mapping[str, str] = MappingProxyType(
    {"portal": "infra", "oa.nantong.example": "oa", "exchange.nantong.example": "docexchange"}
)
