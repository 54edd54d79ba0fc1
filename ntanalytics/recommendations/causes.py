"""The causes that recommendations are made for, with their weights and why: data, to be argued about."""

from __future__ import annotations

from ntanalytics.recommendations.ranking import Cause

#: Who leads; the team on site takes part in everything.
_US, _OFFICE, _VENDOR = "运维团队", "用户方", "厂商"

#: Every cause; where scores are equal, this is the order of the recommendations.
CAUSES = (
    Cause(
        "backups",
        "hazard",
        "备份没有按计划完成，或数据量异常减少", "故障时可能无法恢复最近的数据",
        "排查备份任务与存储，补做备份并做一次恢复演练", "day", _US, 5,
        "What is not backed up is lost with the next disk.",
    ),
    Cause(
        "capacity", "hazard",
        "磁盘将按现有增速写满", "写满后数据库停止写入，业务中断", "先清理与归档，再按容量预测扩容", "day", _US, 5,
        "A database that cannot write stops a whole subsystem; the first step, to clean up, takes a day.",
    ),
    Cause(
        "tls", "hazard", "服务器证书即将到期", "到期后浏览器和接口拒绝访问",
        "更换证书，并登记到期提醒",
        "day", _US, 5, "An expired certificate closes the service to everyone, on a day that is known.",
    ),
    Cause(
        "outages",
        "running",
        "系统可用率低于要求", "用户在工作时间无法办公",
        "逐次复盘中断原因，对单点补充冗余与自动拉起", "week", _VENDOR, 5, "While it is down nobody works.",
    ),
    Cause(
        "clocks", "running", "有崩溃事件未在四小时内恢复",
        "违反服务承诺，影响验收",
        "完善应急预案与厂商值守，按季度演练", "week", _VENDOR, 4, "The contract promises four hours "
        "(docs/domain.md, O15).",
    ),
    Cause(
        "carriers",
        "running", "短信通道送达率不稳定",
        "验证码与通知收不到，登录和办件受阻", "为故障多发的运营商启用备用通道并设切换阈值", "week", _VENDOR, 4,
        "Codes by SMS are how many log in.",
    ),
    Cause(
        "web", "running", "网络服务出错率偏高", "用户打开页面或提交时失败",
        "按路径定位上游错误并修复，补充限流与重试", "week", _VENDOR, 4, "A failed request is a person who tries again.",
    ),
    Cause(
        "brute_force", "hazard", "存在口令暴力尝试",
        "弱口令账号可能被攻破", "启用来源封禁与登录延时，督促改密", "day", _US, 4,
        "One guessed password opens every application.",
    ),
    Cause(
        "logins",
        "running", "登录失败率偏高",
        "用户登录受阻，咨询工单增多", "按方式与原因整改认证链路，完善错误提示", "week", _US, 3,
        "Most come in at the second attempt.",
    ),
    Cause(
        "login_outages",
        "running", "登录或单点登录中断，或明显减少", "用户无法进入各应用",
        "复盘中断原因，为认证服务、票据库和证书网关补充冗余与自动切换", "week", _VENDOR, 5,
        "Everything else is behind the login.",
    ),
    Cause(
        "apps", "running", "接入应用无人访问或响应变慢",
        "该应用的用户无法经门户进入，或多等数秒", "与应用方核对入口、接入配置和票据校验", "day", _VENDOR, 3,
        "One application of many, and its users have other ways in.",
    ),
    Cause(
        "administration", "hazard", "账号批量变更或变更未生效",
        "误停、误授权的账号影响办公和安全", "批量操作前核对工单并双人复核，失败的变更当日重做", "day", _US, 3,
        "What was done by mistake can be undone, once it is known.",
    ),
    Cause(
        "patches", "hazard",
        "安全补丁安装失败，尚未复装", "已知漏洞仍可被利用",
        "与安全服务商约定窗口复装并复测", "day", _US, 4, "A known hole is the first that is tried.",
    ),
    Cause(
        "accounts", "hazard",
        "存在无归属或长期不用的账号", "离岗人员仍可登录，授权数被占用", "每月比对单位名册，停用无归属与休眠账号", "day",
        _OFFICE, 3, "Each of them is an access that nobody answers for.",
    ),
    Cause(
        "renewals",
        "hazard",
        "个人证书集中到期或过期仍在使用",
        "持证人无法登录和签章", "按单位分批组织更新，到期前 30 天短信提醒", "week", _OFFICE, 3,
        "Who holds an expired certificate waits until it is renewed.",
    ),
    Cause(
        "unconfirmed", "hazard", "流程调整缺少书面确认", "变更无据可查，影响验收",
        "变更系统中设置确认为必填环节，补签已完成项", "day", _US, 3, "Only what was confirmed may be changed (O7).",
    ),
    Cause(
        "seals",
        "running", "印章制作后长期未测试或签章失败",
        "单位无法用章，公文改走纸质", "集中安排一次到场测试", "day", _OFFICE, 2, "Few units wait, and they have paper.",
    ),
    Cause(
        "overdue",
        "running",
        "公文逾期未签收", "文件办理延误", "设收文员 A/B 岗，逾期自动短信催办", "week", _OFFICE, 3,
        "A document that nobody signs for is not worked on.",
    ),
    Cause(
        "interfaces",
        "running", "系统间接口失败率偏高",
        "对接系统收发文中断", "与调用方联合核查证书、报文与超时设置", "week", _VENDOR, 3, "Callers try again, mostly.",
    ),
    Cause(
        "tickets",
        "running", "工单超期未关闭", "用户问题未按时解决",
        "每日站会清点逾期工单",
        "day", _US, 2, "Few are late, and each has its person.",
    ),
    Cause(
        "alarms", "hazard", "同一告警反复出现", "真正的故障被淹没",
        "消除告警根因，或调整不合理的阈值", "week", _US, 2, "Who is called for nothing does not come.",
    ),
    Cause(
        "slow_services", "efficiency",
        "网页响应偏慢", "每次操作多等数秒",
        "优化慢路径的查询与缓存", "week", _VENDOR, 3, "Everybody waits a little, all day.",
    ),
    Cause(
        "busy_hosts",
        "efficiency", "主机处理器接近饱和", "高峰时段响应变慢",
        "错峰批处理任务，必要时扩容",
        "week", _US, 3, "Queues grow without bound near saturation.",
    ),
    Cause(
        "handling", "efficiency", "部分模块办理用时偏长",
        "文件办理周期拉长",
        "梳理流程环节，增加超时提醒与代办", "week", _OFFICE, 3, "A tenth of the tasks make the reputation of the rest.",
    ),
    Cause(
        "adoption",
        "function",
        "部分单位应用活跃度骤降",
        "平台建设效益未发挥", "上门了解原因，针对性培训", "day", _OFFICE, 3, "A unit that left takes its papers along.",
    ),
    Cause(
        "modules", "function", "部分功能模块很少使用", "已建功能闲置",
        "征求意见后改进或下线，开展专题培训", "vendor", _OFFICE, 2, "Idle functions cost upkeep, and nobody suffers.",
    ),
    Cause(
        "mobile", "function", "部分版本移动端使用偏少", "外出时办件不及时",
        "优化移动端首页与待办提醒，推广移动办公", "vendor", _OFFICE, 2,
        "It waits until the person is back at the desk.",
    ),
    Cause(
        "demands", "function", "某类工单集中", "同类问题反复占用人力",
        "编写图文指引和自助功能，纳入培训", "week", _US, 2, "Each is small; together they fill the desk.",
    ),
    Cause(
        "standstill",
        "running", "应用或流程中断", "期间用户无法办理，事后集中补办", "逐次复盘中断原因，对静默时段设自动告警", "week",
        _VENDOR, 4, "Who cannot act waits, and tells nobody.",
    ),
    Cause(
        "receipts", "running", "短信回执延迟或积压",
        "验证码被反复索取，发送结果不明", "与运营商核查回执通道，设积压告警", "week", _VENDOR, 2,
        "The messages arrive; only nobody knows it.",
    ),
    Cause(
        "mailings", "hazard", "发送量异常升高", "占用通道与费用，可能是误发或滥用", "要求群发事先报备，按应用设日限额", "day",
        _OFFICE, 2,
        "Most are meant; one that is not is paid for all the same.",
    ),
    Cause(
        "machines", "hazard", "单个账号操作频率不似人工", "账号可能被盗用或被程序使用",
        "核实用途，改用接口账号并限频", "day", _US, 3, "What a program can read at night, it can carry away.",
    ),
    Cause(
        "clients", "hazard", "一批终端退回旧版客户端", "旧版漏洞未修复，新功能不可用",
        "核查软件分发策略并重新推送", "day", _US, 2, "Old versions keep their holes.",
    ),
    Cause(
        "returns", "running", "公文被集中退回",
        "发文单位需重新制发，办理延误", "向发文单位说明退文原因，完善发送前校验", "day", _OFFICE, 2,
        "Each is an error of one office, made once for every receiver.",
    ),
    Cause(
        "bills", "hazard", "运营商账单与平台计费不符", "可能多付通信费用",
        "与运营商逐日核对明细并更正账单", "week", _OFFICE, 3, "What is not claimed within the month is paid.",
    ),
    Cause(
        "watching", "hazard", "监控有中断或指标停滞",
        "期间发生故障无人知晓", "为监控平台自身设置心跳告警，修复失效的采集项", "day", _US, 3,
        "What is not watched is not known.",
    ),
    Cause(
        "logs", "hazard", "访问日志留存不足六个月", "不符合网络安全法第二十一条",
        "延长日志轮转周期，将日志归档到独立存储", "day", _US, 4, "The law asks for six months, and an inspection too.",
    ),
    Cause(
        "surges", "running", "访问量突增", "服务可能变慢或被滥用",
        "核实活动安排，对异常来源限流", "day", _US, 2, "Most surges are events; a few are attacks.",
    ),
    Cause(
        "seen", "hazard", "人工检查发现的问题尚未处理", "小问题可能发展为故障",
        "逐项落实处理并复查", "day", _US, 3, "What was seen and left is known to be wrong.",
    ),
    Cause(
        "duties",
        "hazard",
        "合同义务缺少履行证明", "影响验收与付款", "逐项补齐台账与用户确认", "day", _US, 4,
        "Half of each year's fee is paid on what is proved.",
    ),
    Cause(
        "data",
        "hazard",
        "数据缺失或不完整", "有关结论为下限或未知", "排查数据源与抽取任务，补抽缺失日期", "day", _US, 3,
        "Over a hole nothing is known to be in order.",
    ),
)  # fmt: skip
