"""Rules of the SMS platform."""

from __future__ import annotations

from ntanalytics.findings.rule import RateNouns, Rule, source_rule
from ntanalytics.findings.threshold import Threshold

RULES: tuple[Rule, ...] = (
    Rule(
        "sms.delivery_rate", "delivery_rate", Threshold(0.95, 0.9, "up"), "联系运营商核查该通道，并查看失败代码分布",
        "Numbers out of service make up to a twentieth; below that a channel fails.", count_measure="submitted",
        min_count=400, cause="carriers",
    ),
    Rule(
        "sms.receipt_latency_p95_s", "receipt_latency_p95_s", Threshold(120, 600, "down"),
        "检查网关队列与运营商回执通道", "A code that comes after two minutes is asked for again.",
        count_measure="submitted", min_count=200, label="回执时延（95%以内）", cause="receipts",
    ),
    Rule(
        "sms.backlog", "backlog", Threshold(100, 1000, "down"), "检查网关进程、队列与运营商连接",
        "What waits for its report longer than a queue explains.", label="回执积压", cause="receipts",
    ),
    Rule(
        "sms.failures_rise", "failure_rate", Threshold(0.03, 0.12, "down"), "联系运营商核查该通道，并查看失败代码分布",
        "Failures are the numbers' fault and come evenly; more of them for some hours are the channel's.", min_count=15,
        label="分时失败率", kind="usual",
        scale="points", cause="carriers", nouns=RateNouns("失败", "已出结果短信", "条"),
    ),
    Rule(
        "sms.internal_failures_rise", "internal_failure_share", Threshold(0.015, 0.12, "down"),
        "联系运营商核查其内部网元，并查看失败代码分布",
        "Codes of the carrier's own network are rare: a few of them in some hours are an outage beginning.",
        min_count=15, label="运营商内部失败", kind="burst", scale="points", cause="carriers",
        nouns=RateNouns("因运营商内部原因失败", "已出结果短信", "条"),
    ),
    Rule(
        "sms.late_rise", "late_share", Threshold(0.05, 0.95, "down"), "检查网关队列与运营商回执通道",
        "Reports that hang for hours come in a row; those of telephones that were off come evenly.", min_count=15,
        label="分时回执迟到率", kind="usual", scale="points", cause="receipts",
        nouns=RateNouns("超过 10 分钟才有回执或仍无回执", "提交短信", "条"),
    ),
    Rule(
        "sms.carrier_unlike", "delivery_rate", Threshold(-0.03, -0.1, "up"), "与运营商核对号码质量与通道路由",
        "The same messages go over three carriers; one that delivers three points less has a reason of its own.",
        count_measure="submitted", min_count=300, label="送达率与其他运营商相比", kind="imbalance",
        scale="peers", cause="carriers",
    ),
    Rule(
        "sms.carrier_lull", "submitted", Threshold(1800, 7200, "down"), "检查该运营商的网关连接与路由",
        "Over every channel something is sent in every half hour of a working day.", min_count=25, label="通道中断",
        kind="absence", scale="silence", cause="carriers",
    ),
    # a day half as large again of an application that mails: its past surges hide it among the series
    Rule(
        "sms.application_rise", "submitted", Threshold(0.5, 9.0, "down"), "与应用单位核实是否为计划内群发，关注余量",
        "Half as many again as its days lead to expect: an application mails something, or repeats itself.",
        min_count=20, label="应用提交量高于常态", kind="burst", scale="departure", cause="mailings",
    ),
    Rule(
        "sms.segments_rise", "segments_per_message", Threshold(1.5, 5.0, "down"),
        "与应用单位核对短信模板和签名的改动，估算计费影响",
        "The texts of an application are what they were; half as many parts again, hour by hour, is another template.",
        count_measure="submitted", min_count=8, label="每条短信计费条数较常态", kind="usual", scale="multiple",
        cause="mailings",
    ),
    Rule(
        "sms.repeated", "repeated_messages", Threshold(0, 499, "down"),
        "核查应用与网关的重发设置，核对接收人是否收到两遍",
        "A message that follows one like it after the same time, again and again, is sent twice.", min_count=8,
        kind="burst", cause="mailings",
    ),
    Rule(
        "sms.application_lull", "submitted", Threshold(2 * 3600, 86_400, "down"), "核查该应用的短信接口与账号",
        "An application that sends every hour has lost its interface when it sends none for two.", min_count=25,
        label="应用停发", kind="absence", scale="silence", cause="standstill",
    ),
    Rule(
        "sms.bill", "difference_rate", Threshold(0.005, 0.005, "down"), "与运营商核对账单明细",
        "More than 0.5 % of a month's segments is a finding (docs/domain.md, SMS).", label="账单差异",
        kind="reconciliation", cause="bills",
    ),
    source_rule("sms"),
)  # fmt: skip
