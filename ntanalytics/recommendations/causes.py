"""Causes of findings, as data: effect, action, owner, weight, reason, success criterion and trend of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.contract import legal
from ntanalytics.recommendations import trends
from ntanalytics.recommendations.ranking import Cause

#: Leading party; the operations team takes part in every measure.
OPERATIONS, CUSTOMER, VENDOR = "运维团队", "用户方", "服务供应商"

#: Every cause; recommendations of equal scores keep this order.
CAUSES = (
    Cause(
        code="backups", kind="hazard", problem="备份没有按计划完成，或数据量异常减少",
        effect="故障时可能无法恢复最近的数据", action="排查备份任务与存储，补做备份并做一次恢复演练", effort="day",
        owner=OPERATIONS, weight=5, reason="What is not backed up is lost with the next disk.",
        success="连续 30 天各计划均在间隔 {infra.backup_lateness} 内成功，{infra.restore_drill} 内恢复演练通过 1 次",
    ),
    Cause(
        code="capacity", kind="hazard", problem="磁盘空间紧张", effect="写满后数据库停止写入，业务中断",
        action="先清理与归档，再按容量预测扩容", effort="day", owner=OPERATIONS, weight=5,
        reason="A database that cannot write stops a whole subsystem; the first step, to clean up, takes a day.",
        success="磁盘使用率回到 {infra.disk_used} 以下，预计写满在 {infra.days_until_full} 以后",
        trend=trends.FULLEST_DISKS,
    ),
    Cause(
        code="tls", kind="hazard", problem="服务器证书即将到期", effect="到期后浏览器和接口拒绝访问",
        action="更换证书，并登记到期提醒", effort="day", owner=OPERATIONS, weight=5,
        reason="An expired certificate closes the service to everyone, on a day that is known.",
        success="各站点证书剩余有效期均在 {infra.tls_days} 以上",
    ),
    Cause(
        code="outages", kind="running", problem="系统或主机有中断", effect="用户可能无法办公",
        action="逐次复盘中断原因，对单点补充冗余与自动拉起", effort="week", owner=VENDOR, weight=5,
        reason="While it is down nobody works.",
        success="各系统月可用率不低于 {infra.availability}", trend=trends.PLATFORM,
    ),
    Cause(
        code="clocks", kind="running", problem="有崩溃事件未在四小时内恢复", effect="关系服务承诺与验收",
        action="完善应急预案与供应商值守，按季度演练", effort="week", owner=VENDOR, weight=4,
        reason="The contract promises four hours (docs/domain.md, O15).",
        success="季度内供应商软件崩溃均在 4 小时内恢复", trend=trends.PLATFORM,
    ),
    Cause(
        code="carriers", kind="running", problem="短信通道不稳定", effect="验证码与通知收不到，登录和办件受阻",
        action="为故障多发的运营商启用备用通道并设切换阈值", effort="week", owner=VENDOR, weight=4,
        reason="Codes by SMS are how many log in.",
        success="各运营商月送达率不低于 {sms.delivery_rate}，无单日低于 {sms.delivery_rate critical}",
        trend=trends.DELIVERY,
    ),
    Cause(
        code="web", kind="running", problem="网络服务出错率偏高", effect="用户打开页面或提交时失败",
        action="按路径定位上游错误并修复，补充限流与重试", effort="week", owner=VENDOR, weight=4,
        reason="A failed request is a person who tries again.",
        success="各服务月错误率低于 {infra.error_rate}，无单日高于 {infra.error_rate critical}",
        trend=trends.ERRORS,
    ),
    Cause(
        code="brute_force", kind="hazard", problem="疑似口令攻击或账号被盗用", effect="账号可能被攻破或冒用",
        action="启用来源封禁与登录延时，督促改密", effort="day", owner=OPERATIONS, weight=4,
        reason="One guessed password opens every application.", success="连续 30 天无 10 分钟内 20 次以上的口令失败",
    ),
    Cause(
        code="logins", kind="running", problem="登录失败率偏高", effect="用户登录受阻，咨询工单增多",
        action="按方式与原因整改认证链路，完善错误提示", effort="week", owner=OPERATIONS, weight=3,
        reason="Most come in at the second attempt.",
        success="月登录失败率低于 {identity.login_failure_rate}，各方式不高于其常态",
        trend=trends.LOGIN_FAILURES,
    ),
    Cause(
        code="login_outages", kind="running", problem="登录或单点登录中断", effect="用户无法进入各应用",
        action="复盘中断原因，为认证服务和票据库补充冗余与自动切换", effort="week", owner=VENDOR, weight=5,
        reason="Everything else is behind the login.", success="季度内无登录或单点登录中断", trend=trends.LOGINS,
    ),
    Cause(
        code="apps", kind="running", problem="接入应用无人访问", effect="该应用的用户可能无法经门户进入",
        action="与应用方核对入口、接入配置和票据校验", effort="day",
        owner=VENDOR, weight=3, reason="One application of many, and its users have other ways in.",
        success="各在用应用每个工作日均有访问",
    ),
    Cause(
        code="administration", kind="hazard", problem="账号批量变更或变更未生效",
        effect="停用、授权有误的账号影响办公和安全", action="批量操作前核对工单并双人复核，失败的变更当日重做",
        effort="day", owner=OPERATIONS, weight=3, reason="What was done by mistake can be undone, once it is known.",
        success="连续 30 天无未核对的批量变更，失败的变更当日重做",
    ),
    Cause(
        code="patches", kind="hazard", problem="安全补丁安装失败，尚未复装", effect="已知漏洞仍可被利用",
        action="与安全服务商约定窗口复装并复测", effort="day", owner=OPERATIONS, weight=4,
        reason="A known hole is the first that is tried.",
        success="失败的补丁全部复装成功，在用主机均在周期内打过补丁",
    ),
    Cause(
        code="accounts", kind="hazard", problem="存在无归属或长期不用的账号", effect="离岗人员仍可登录，授权数被占用",
        action="每月比对单位名册，停用无归属与休眠账号", effort="day", owner=CUSTOMER, weight=3,
        reason="Each of them is an access that nobody answers for.", success="无归属账号为 0，休眠账号较当前减少一半",
    ),
    Cause(
        code="renewals", kind="hazard", problem="证书即将到期，须提前更新", effect="到期后持证人无法登录和签章",
        action="按单位分批组织更新，到期前 30 天短信提醒", effort="week", owner=CUSTOMER, weight=3,
        reason="Who holds an expired certificate waits until it is renewed.",
        success="30 天内到期的证书少于 {ca.expiring_30d}",
    ),
    Cause(
        code="expired", kind="hazard", problem="过期证书仍在用于登录", effect="持证人无法登录和签章",
        action="通知持证人办理更新，到期前 30 天短信提醒", effort="week", owner=CUSTOMER, weight=3,
        reason="Who holds an expired certificate waits until it is renewed.", success="过期证书登录尝试为 0",
        trend=trends.EXPIRED,
    ),
    Cause(
        code="revoked", kind="hazard", problem="吊销证书仍在用于登录", effect="证书介质可能不在持证人手中",
        action="核实持证人身份，收回或更换介质", effort="week", owner=CUSTOMER, weight=3,
        reason="It belongs to somebody who left, or was not told.", success="吊销证书登录尝试为 0",
    ),
    Cause(
        code="certificate_outages", kind="running", problem="证书登录中断", effect="用户无法用证书登录",
        action="复盘中断原因，为证书网关和签名验签服务补充冗余与自动切换", effort="week", owner=VENDOR, weight=4,
        reason="Who has a password still gets in.", success="季度内无证书登录中断",
    ),
    Cause(
        code="shared", kind="hazard", problem="疑似多人共用账号", effect="操作无法落实到人",
        action="与单位核实，督促一人一号", effort="day", owner=CUSTOMER, weight=3,
        reason="What is done under it has no author.", success="疑似共用账号为 0",
    ),
    Cause(
        code="unconfirmed", kind="hazard", problem="流程调整缺少书面确认", effect="变更无据可查，影响验收",
        action="变更系统中设置确认为必填环节，补签已完成项", effort="day", owner=OPERATIONS, weight=3,
        reason="Only what was confirmed may be changed (O7).", success="下月流程调整的书面确认率为 100%",
    ),
    Cause(
        code="seals", kind="running", problem="印章长期等待制作或测试", effect="单位暂时无法用章",
        action="催办制章单位，集中安排到场测试", effort="day", owner=CUSTOMER, weight=2,
        reason="Few units wait, and they have paper.", success="印章制作后 {seal.testing_days} 内完成测试",
    ),
    Cause(
        code="signings", kind="running", problem="签章或验章失败偏多", effect="签章、验章受阻，公文办理可能延误",
        action="核查签章、验签与时间戳服务", effort="day", owner=VENDOR, weight=3,
        reason="A document that cannot be sealed is not sent.",
        success="签章失败率低于 {seal.signing_failure_rate}", trend=trends.SIGNINGS,
    ),
    Cause(
        code="seal_misuse", kind="hazard", problem="印章使用异常", effect="有关签章可能未经审批或无效",
        action="与用印单位核实审批，核查印章状态校验和所签文件", effort="day", owner=OPERATIONS, weight=4,
        reason="What a seal signs binds its unit.", success="连续 30 天无停用印章签章和夜间集中用印",
    ),
    Cause(
        code="overdue", kind="running", problem="公文签收不及时", effect="文件办理延误",
        action="设收文员 A/B 岗，逾期自动短信催办", effort="week", owner=CUSTOMER, weight=3,
        reason="A document that nobody signs for is not worked on.",
        success="1 个工作日内签收率不低于 {docexchange.signed_in_time_rate}，"
        "无单位逾期超过 {docexchange.overdue_deliveries}",
    ),
    Cause(
        code="recalls", kind="running", problem="发文被大量撤回", effect="收文单位收到的公文被撤回，可能须重新发送",
        action="与发文单位核实是否本意撤回，核查近期的批量操作与脚本", effort="day", owner=CUSTOMER, weight=2,
        reason="Most are sent again within the day.", success="发文撤回占比回到常态",
    ),
    Cause(
        code="undelivered", kind="running", problem="公文次日仍未送达", effect="收文单位收不到公文，办理延误",
        action="核查送达队列与收文单位的节点，补送未送达的公文", effort="day", owner=VENDOR, weight=3,
        reason="What has not arrived after a day never will by itself.", success="次日仍未送达占比低于 0.5%",
    ),
    Cause(
        code="refusals", kind="running", problem="应用访问失败率偏高", effect="用户经门户进入应用时被拒",
        action="与应用方核查接入配置、权限与票据校验", effort="week", owner=VENDOR, weight=3,
        reason="Who is refused once tries again, mostly.", success="应用访问失败率低于 {sso.access_failure_rate}",
    ),
    Cause(
        code="unknown_callers", kind="hazard", problem="陌生系统调用公文交换接口", effect="公文可能被其读取",
        action="核实调用方是否经批准接入，未经批准的停用其凭据", effort="day", owner=OPERATIONS, weight=4,
        reason="It reads what it was not given.", success="接口调用方均经批准接入",
    ),
    Cause(
        code="interfaces", kind="running", problem="系统间接口不稳定", effect="对接系统的业务受阻",
        action="与调用方联合核查证书、报文与超时设置", effort="week", owner=VENDOR, weight=3,
        reason="Callers try again, mostly.", success="各调用方月接口失败率低于 {docexchange.call_failure_rate}",
    ),
    Cause(
        code="tickets", kind="running", problem="工单受理或办理异常", effect="用户问题可能未按时解决",
        action="每日站会清点逾期工单", effort="day", owner=OPERATIONS, weight=2,
        reason="Few are late, and each has its person.", success="月末无逾期未关闭工单",
    ),
    Cause(
        code="alarms", kind="hazard", problem="同一告警反复出现", effect="真正的故障被淹没",
        action="消除告警根因，或调整不合理的阈值", effort="week", owner=OPERATIONS, weight=2,
        reason="Who is called for nothing does not come.",
        success="同一主机的同一告警一周内不超过 {infra.repeated_problems}",
    ),
    Cause(
        code="slow_services", kind="efficiency", problem="网页响应偏慢", effect="每次操作多等数秒",
        action="优化慢路径的查询与缓存", effort="week", owner=VENDOR, weight=3,
        reason="Everybody waits a little, all day.",
        success="各服务95%的请求在 {infra.slow_service} 内响应", trend=trends.DURATION,
    ),
    Cause(
        code="busy_hosts", kind="efficiency", problem="主机资源紧张或负载异常", effect="高峰时段响应变慢",
        action="错峰批处理任务，必要时扩容", effort="week", owner=OPERATIONS, weight=3,
        reason="Queues grow without bound near saturation.", success="各主机 处理器使用率 95% 的小时低于 {infra.cpu}",
    ),
    Cause(
        code="handling", kind="efficiency", problem="部分模块或单位办理偏慢", effect="文件办理周期拉长",
        action="梳理流程环节，增加超时提醒与代办", effort="week", owner=CUSTOMER, weight=3,
        reason="A tenth of the tasks make the reputation of the rest.",
        success="各模块九成任务的办理用时不超过 {oa.handling}",
    ),
    Cause(
        code="hasty", kind="hazard", problem="任务或公文未经正常办理即结束", effect="有关事项可能无人办理",
        action="核实是否为误操作、程序自动处理或批量清理，必要时恢复", effort="week", owner=CUSTOMER, weight=3,
        reason="What ends unread is not worked on.", success="各模块取消和即时办结的任务回到常态",
    ),
    Cause(
        code="recurring", kind="hazard", problem="同类事件再次发生", effect="前次故障的根因可能未消除",
        action="复盘前次整改是否到位，消除根因", effort="week", owner=VENDOR, weight=3,
        reason="What failed again was not set right.", success="一个月内没有同一原因的事件再次发生",
    ),
    Cause(
        code="adoption", kind="function", problem="应用活跃度偏低或骤降",
        effect="有关账号、终端或流程可能有故障，办件受阻", action="核查登录、终端与流程故障，听取单位意见",
        effort="day", owner=CUSTOMER, weight=3,
        reason="A unit that left takes its papers along.", success="相关单位的故障已排除，或变化的原因已查明",
        trend=trends.ACTIVE,
    ),
    Cause(
        code="modules", kind="function", problem="部分功能模块很少使用", effect="已建功能闲置",
        action="征求意见后合并或关停", effort="vendor", owner=CUSTOMER, weight=2,
        reason="Idle functions cost upkeep, and nobody suffers.",
        success="很少使用的模块已合并或关停，或有保留的理由",
    ),
    Cause(
        code="mobile", kind="function", problem="部分版本移动端使用偏少", effect="外出时办件不及时",
        action="核查移动端登录、证书与性能，收集用户意见", effort="vendor", owner=CUSTOMER, weight=2,
        reason="It waits until the person is back at the desk.", success="移动端的故障已排除，用户意见已处理",
    ),
    Cause(
        code="demands", kind="function", problem="某类工单集中", effect="同类问题反复占用人力",
        action="编写图文指引和自助功能，纳入培训", effort="week", owner=OPERATIONS, weight=2,
        reason="Each is small; together they fill the desk.", success="任一类工单占比低于 {desk.concentrated}",
    ),
    Cause(
        code="standstill", kind="running", problem="应用或流程中断", effect="期间用户无法办理，事后集中补办",
        action="逐次复盘中断原因，对静默时段设自动告警", effort="week", owner=VENDOR, weight=4,
        reason="Who cannot act waits, and tells nobody.", success="季度内工作时段无业务静默",
    ),
    Cause(
        code="receipts", kind="running", problem="短信回执延迟", effect="验证码被反复索取，发送结果不明",
        action="与运营商核查回执通道，设积压告警", effort="week", owner=VENDOR, weight=2,
        reason="The messages arrive; only nobody knows it.",
        success="各运营商95%的回执在 {sms.receipt_latency_p95_s} 内到达，积压少于 {sms.backlog}", trend=trends.RECEIPTS,
    ),
    Cause(
        code="mailings", kind="hazard", problem="发送量异常升高", effect="占用通道与费用，可能是误发或滥用",
        action="要求群发事先报备，按应用设日限额", effort="day", owner=CUSTOMER, weight=2,
        reason="Most are meant; one that is not is paid for all the same.", success="群发均有报备，未报备的突增为 0",
    ),
    Cause(
        code="machines", kind="hazard", problem="单个账号操作频率不似人工", effect="账号可能被盗用或被程序使用",
        action="核实用途，改用接口账号并限频", effort="day", owner=OPERATIONS, weight=3,
        reason="What a program can read at night, it can carry away.",
        success="连续 30 天无单个账号的操作频率超过人工上限",
    ),
    Cause(
        code="clients", kind="hazard", problem="一批终端退回旧版客户端", effect="旧版漏洞未修复，新功能不可用",
        action="核查软件分发策略并重新推送", effort="day", owner=OPERATIONS, weight=2,
        reason="Old versions keep their holes.", success="旧版客户端占比回到下降前水平",
    ),
    Cause(
        code="returns", kind="running", problem="公文被集中退回", effect="发文单位需重新制发，办理延误",
        action="向发文单位说明退文原因，完善发送前校验", effort="day", owner=CUSTOMER, weight=2,
        reason="Each is an error of one office, made once for every receiver.",
        success="各单位退文率低于 {docexchange.returned_share}",
    ),
    Cause(
        code="bills", kind="hazard", problem="运营商账单与平台计费不符", effect="可能多付通信费用",
        action="与运营商逐日核对明细并更正账单", effort="week", owner=CUSTOMER, weight=3,
        reason="What is not claimed within the month is paid.", success="下一账期账单差异在 {sms.bill} 以内",
    ),
    Cause(
        code="watching", kind="hazard", problem="监控有中断", effect="期间发生故障无人知晓",
        action="为监控平台自身设置心跳告警", effort="day", owner=OPERATIONS, weight=3,
        reason="What is not watched is not known.", success="连续 30 天监控无中断",
    ),
    Cause(
        code="stalled", kind="hazard", problem="监控指标停滞", effect="有关主机或服务的异常无人知晓",
        action="修复失效的采集项，并对长时间不变的指标设告警", effort="day", owner=OPERATIONS, weight=3,
        reason="A value that no longer moves is not measured.", success="连续 30 天无停滞的指标",
    ),
    Cause(
        code="unprobed", kind="hazard", problem="在用应用未纳入探测", effect="这些应用停止服务时无人告警",
        action="为这些应用增加探测目标", effort="day", owner=OPERATIONS, weight=3,
        reason="What is not watched is not known.", success="在用应用均已纳入探测",
    ),
    Cause(
        code="logs", kind="hazard", problem="日志留存不足六个月", effect=f"不符合{legal.LOG_RETENTION[0].citation}",
        action="延长日志轮转周期，将日志归档到独立存储", effort="day", owner=OPERATIONS, weight=4,
        reason="The law asks for six months, and an inspection too.", success="各类日志最早留存均不少于 6 个月",
    ),
    Cause(
        code="seen", kind="hazard", problem="人工检查发现的问题尚未处理", effect="小问题可能发展为故障",
        action="逐项落实处理并复查", effort="day", owner=OPERATIONS, weight=3,
        reason="What was seen and left is known to be wrong.", success="关注和异常的检查项均已复查为正常",
    ),
    Cause(
        code="duties", kind="hazard", problem="合同义务的履行未达要求", effect="影响验收与付款",
        action="按合同补足人员与在岗，逐项补齐台账与用户确认", effort="day", owner=OPERATIONS, weight=4,
        reason="Half of each year's fee is paid on what is proved.", success="当期各项合同义务均有台账和用户确认",
    ),
    Cause(
        code="data", kind="hazard", problem="数据缺失、不完整或有矛盾", effect="有关结论为下限或未知",
        action="排查数据源与抽取任务，补采缺失日期", effort="day", owner=OPERATIONS, weight=3,
        reason="Over a hole nothing is known to be in order.",
        success="各数据源下月数据完整，剔除率低于 {data.rejected_share}",
    ),
)  # fmt: skip

#: Code → cause.
CAUSES_BY_CODE: Mapping[str, Cause] = MappingProxyType({cause.code: cause for cause in CAUSES})
