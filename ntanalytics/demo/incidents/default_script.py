"""Script of the default seed: incidents on fixed working days before the estate's last one. Other seeds draw theirs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ntanalytics.demo.incidents.incident import SPAN_DAYS, Incident, billed_months
from ntanalytics.demo.incidents.kinds import KINDS
from ntanalytics.demo.incidents.subjects import subsystem_of
from ntanalytics.demo.local_time import moment
from ntanalytics.periods import Calendar

DEFAULT_SEED = 20261122


@dataclass(frozen=True, kw_only=True)
class ScriptedIncident:
    """One incident of the script."""

    id: str
    kind: str
    subject: str
    days_back: int  # working days before the last one
    description: str
    clock: str = "00:00-24:00"  # of the beginning and of the end
    size: float = 1.0  # where the kind does not measure the duration
    days_before: int = 0  # days before that day on which it begins
    days_after: int | None = 0  # days after that day on which it ends; None lasts until the estate's end


SCRIPT = (
    ScriptedIncident(id="slow-oa", kind="slow_responses", subject="oa.nantong.example", days_back=3,
        clock="08:30-10:45", size=6, description="协同办公上午响应缓慢，接口耗时约为平时的六倍。"),
    ScriptedIncident(id="outage-unicom", kind="carrier_outage", subject="unicom", days_back=2, clock="09:12-12:42",
        size=0.3, description="中国联通通道故障，送达率降至约70%，历时3小时30分。"),
    ScriptedIncident(id="errors-portal", kind="error_burst", subject="portal", days_back=0, clock="14:10-14:50",
        size=0.34, description="统一门户上游服务异常，40分钟内约三分之一请求返回502或504。"),
    ScriptedIncident(id="backlog-telecom", kind="report_backlog", subject="telecom", days_back=6, clock="09:30-15:30",
        size=0.8, description="中国电信状态报告积压，最长延迟数小时，短信均已送达。"),
    ScriptedIncident(id="surge-hotline", kind="volume_surge", subject="E2002", days_back=9, clock="09:00-17:00", size=6,
        description="12345热线回访短信量约为平时的六倍。"),
    ScriptedIncident(id="attendance-gap", kind="attendance_gap", subject="驻场", days_back=5,
        description="当日无驻场或备选人员在岗记录。"),
    ScriptedIncident(id="check-cooling", kind="manual_check", subject="机房温湿度", days_back=0, clock="08:40-17:00",
        description="机房二号空调回风温度偏高，已联系维保。"),
    ScriptedIncident(id="tickets-overdue", kind="tickets_overdue", subject="desk", days_back=0, size=3,
        description="有工单超过应完成时间仍未关闭。"),
    ScriptedIncident(id="outage-logins", kind="login_outage", subject="统一身份认证", days_back=12, clock="09:05-09:47",
        description="认证服务中断42分钟，期间全市无法登录。"),
    ScriptedIncident(id="method-sms-code", kind="method_failing", subject="sms_code", days_back=7, clock="13:30-16:30",
        size=0.8, description="短信验证码登录失败率约八成，历时3小时。"),
    ScriptedIncident(id="brute-force", kind="brute_force", subject="203.0.113.66", days_back=4, clock="03:20-03:29",
        size=100, description="单一来源对一个账号连续尝试口令100次。"),
    ScriptedIncident(id="unit-closed", kind="unit_closed", subject="如东县永安镇", days_back=15, days_after=None,
        description="单位已停用，其账号仍处于启用状态。"),
    ScriptedIncident(id="app-silent", kind="app_silent", subject="seal", days_back=8,
        description="电子印章应用全天无人经单点登录进入。"),
    ScriptedIncident(id="errors-calls", kind="calls_failing", subject="政务服务网", days_back=3, clock="10:20-13:05",
        size=0.5, description="政务服务网的接口调用约半数失败。"),
    ScriptedIncident(id="overdue-unit", kind="overdue_unit", subject="启东市应急管理局", days_back=0, days_before=7,
        description="该单位连续一周未签收公文，逾期件数上升。"),
    ScriptedIncident(id="returned-burst", kind="returned_burst", subject="市统计局", days_back=11, clock="09:00-17:30",
        size=0.8, description="该单位所发公文大部分被退回。"),
    ScriptedIncident(id="module-meeting", kind="module_stopped", subject="general/meeting_rooms", days_back=10,
        description="通用版会议室管理模块全天无操作。"),
    ScriptedIncident(id="adoption-drop", kind="adoption_drop", subject="市交通运输局", days_back=9, size=0.75,
        days_after=14, description="该单位活跃账号骤降至平时的四分之一，持续两周。"),
    ScriptedIncident(id="edition-wecom", kind="edition_down", subject="wecom", days_back=13, clock="14:00-17:10",
        description="企业微信版移动端中断3小时10分。"),
    ScriptedIncident(id="tasks-stuck", kind="tasks_stuck", subject="government/countersign", days_back=2,
        description="政府版发文会签流程当日无一办结。"),
    ScriptedIncident(id="im-stopped", kind="messages_stopped", subject="im", days_back=6, clock="15:00-16:40",
        description="即时通讯消息中断1小时40分。"),
    ScriptedIncident(id="im-old-client", kind="old_client", subject="Spark 2.8.3", days_back=5, size=0.22,
        days_after=None, description="一批终端退回旧版客户端。"),
    ScriptedIncident(id="ca-expiring", kind="certificates_expiring", subject="personal", days_back=14, size=0.06,
        days_after=None, description="一批个人证书将在30天内集中到期。"),
    ScriptedIncident(id="ca-expired", kind="expired_in_use", subject="personal", days_back=1, clock="08:30-17:30",
        size=14, days_before=3, days_after=2, description="已过期的证书仍被反复用于登录。"),
    ScriptedIncident(id="ca-refused", kind="certificates_refused", subject="ca", days_back=16, clock="08:40-11:10",
        size=0.95, description="证书链校验失败，证书登录大量被拒。"),
    ScriptedIncident(id="seal-failures", kind="signing_failures", subject="seal", days_back=4, clock="10:00-11:30",
        size=0.5, description="签章服务故障，约半数签章失败。"),
    ScriptedIncident(id="seal-untested", kind="seal_untested", subject="seal", days_back=20, size=9, days_after=None,
        description="有印章制作完成后超过三周未测试。"),
    ScriptedIncident(id="disk-oa-db", kind="disk_filling", subject="oa-db-1", days_back=22, size=1, days_after=None,
        description="协同办公数据库磁盘持续增长，已超过90%。"),
    ScriptedIncident(id="cpu-exchange", kind="cpu_saturated", subject="exchange-app-1", days_back=8,
        clock="09:00-12:00", size=96.5, description="公文交换应用服务器CPU持续高于95%。"),
    ScriptedIncident(id="host-down", kind="host_down", subject="im-app-1", days_back=6, clock="14:52-16:44",
        description="即时通讯服务器宕机。"),
    ScriptedIncident(id="service-down", kind="service_down", subject="docexchange", days_back=17, clock="11:05-11:38",
        description="公文交换服务不可用33分钟。"),
    ScriptedIncident(id="service-down-long", kind="service_down", subject="docexchange", days_back=21,
        clock="09:40-15:05", description="公文交换服务不可用5小时25分。"),
    ScriptedIncident(id="checks-gap", kind="checks_gap", subject="zabbix", days_back=18, clock="01:10-03:25",
        description="监控平台自身中断，期间状态未知。"),
    ScriptedIncident(id="tls-portal", kind="certificate_expiring", subject="portal.nantong.example", days_back=0,
        size=10, description="统一门户的TLS证书将在十天内到期。"),
    ScriptedIncident(id="backup-missing", kind="backup_missing", subject="exchange", days_back=1, days_before=1,
        days_after=1, description="公文交换数据库备份未执行。"),
    ScriptedIncident(id="backup-shrunk", kind="backup_shrunk", subject="oa-files /data/attachments", days_back=7,
        size=0.62, description="协同办公附件备份数据量下降一半以上。"),
    ScriptedIncident(id="patch-failed", kind="patch_failed", subject="sms-app-1", days_back=12, clock="18:00-20:00",
        description="安全补丁安装失败，待复装。"),
    ScriptedIncident(id="change-unconfirmed", kind="change_unconfirmed", subject="oa", days_back=10,
        clock="15:00-16:00", description="流程调整未取得用户书面确认。"),
    ScriptedIncident(id="late-recovery", kind="late_recovery", subject="docexchange", days_back=21, clock="09:40-15:05",
        description="厂商软件故障，5小时25分恢复，超过4小时承诺。"),
    ScriptedIncident(id="report-unconfirmed", kind="report_unconfirmed", subject="weekly_service_report", days_back=19,
        description="一期服务周报未经用户确认。"),
)  # fmt: skip


def default_script(calendar: Calendar, first: dt.date, until: dt.date) -> list[Incident]:
    """Return the script's incidents for an estate from ``first`` to ``until``; the bill is that of the last full month.

    Raises:
        CalendarMissing: there is no working-day calendar for one of the days.
    """
    days = calendar.working_days(until - dt.timedelta(days=SPAN_DAYS - 1), until)[::-1]
    incidents = [_on_day(entry, days[entry.days_back], until) for entry in SCRIPT if entry.days_back < len(days)]
    for month in billed_months(first, until)[-1:]:
        text = "中国联通账单条数比平台统计多约1.8%，超过0.5%的核对界限。"
        bill = ScriptedIncident(
            id="bill-unicom", kind="bill_difference", subject="unicom", days_back=0, description=text, size=0.018
        )
        incidents.append(_incident(bill, moment(month.first, "00:00"), moment(month.last, "24:00")))
    return incidents


def _on_day(entry: ScriptedIncident, day: dt.date, until: dt.date) -> Incident:
    begin, end = entry.clock.split("-")
    start = moment(day - dt.timedelta(days=entry.days_before), begin)
    if entry.days_after is None:
        return _incident(entry, start, moment(until, "24:00"))
    return _incident(entry, start, moment(min(day + dt.timedelta(days=entry.days_after), until), end))


def _incident(entry: ScriptedIncident, start: dt.datetime, end: dt.datetime) -> Incident:
    kind = KINDS[entry.kind]
    size = kind.measured(start, end, float(entry.size))
    return Incident(
        id=entry.id,
        subsystem=kind.subsystem or subsystem_of(entry.subject),
        kind=entry.kind,
        subject=entry.subject,
        start=start,
        end=end,
        severity=kind.severity(size),
        description=entry.description,
        size=size,
    )
