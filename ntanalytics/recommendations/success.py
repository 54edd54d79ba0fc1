"""How the success of a recommendation will be seen: one measurable sentence a cause, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: What is said of a cause that has no sentence of its own.
ANY = "下一期报告的同一检查不再超过阈值"

#: Cause → how it will be seen that what was recommended worked; each names a figure that a report shows.
SUCCESS: Mapping[str, str] = MappingProxyType({
    "backups": "连续 30 天各计划均在间隔 1.5 倍内成功，季度内恢复演练通过 1 次",
    "capacity": "磁盘使用率回到 85% 以下，预计写满在 90 天以后",
    "tls": "各站点证书剩余有效期均在 30 天以上",
    "outages": "各系统月可用率不低于 99.9%",
    "clocks": "季度内厂商软件崩溃均在 4 小时内恢复",
    "carriers": "各运营商月送达率不低于 95%，无单日低于 90%",
    "web": "各服务月错误率低于 0.5%，无单日高于 2%",
    "brute_force": "连续 30 天无 10 分钟内 20 次以上的口令失败",
    "logins": "月登录失败率低于 12%，各方式不高于其常态",
    "login_outages": "季度内无登录或单点登录中断",
    "apps": "各在用应用每个工作日均有访问，响应时间回到常态",
    "administration": "连续 30 天无未核对的批量变更，失败的变更当日重做",
    "patches": "失败的补丁全部复装成功，在用主机均在周期内打过补丁",
    "accounts": "无归属账号为 0，休眠账号较本期减少一半",
    "renewals": "30 天内到期的证书少于 400 张，过期证书登录尝试为 0",
    "unconfirmed": "下月流程调整的书面确认率为 100%",
    "seals": "印章制作后 14 天内完成测试，签章失败率低于 2%",
    "overdue": "1 个工作日内签收率不低于 90%，无单位逾期超过 4 件次",
    "interfaces": "各调用方月接口失败率低于 2%",
    "tickets": "月末无逾期未关闭工单",
    "alarms": "同一主机的同一告警季度内不超过 2 次",
    "slow_services": "各服务响应时间 P95 在 1 秒以内",
    "busy_hosts": "各主机 CPU 小时均值 P95 低于 85%",
    "handling": "各模块办理工时 P90 在 3 个工作日以内",
    "adoption": "相关单位活跃账号回到下降前的九成以上",
    "modules": "各模块使用人数达到最多模块的 2% 以上，或已下线",
    "mobile": "各版本移动端使用率不低于 25%",
    "demands": "任一类工单占比低于四成",
    "standstill": "季度内工作时段无 30 分钟以上的业务静默",
    "receipts": "各运营商回执时延 P95 在 2 分钟以内，积压少于 100 条",
    "mailings": "群发均有报备，未报备的突增为 0",
    "machines": "连续 30 天无单个账号的操作频率超过人工上限",
    "clients": "旧版客户端占比回到下降前水平",
    "returns": "各单位退文率低于 5%",
    "bills": "下一账期账单差异在 0.5% 以内",
    "watching": "连续 30 天监控无中断，无停滞的指标",
    "logs": "最早留存的访问日志不少于 6 个月",
    "surges": "突增的访问均有说明，未说明的突增为 0",
    "seen": "关注和异常的检查项均已复查为正常",
    "duties": "当期各项合同义务均有台账和用户确认",
    "data": "各数据源下月数据完整，剔除率低于 0.1%",
})  # fmt: skip


def success(cause: str) -> str:
    """How the success of what is recommended for a cause will be seen, in Chinese."""
    return SUCCESS.get(cause, ANY)
