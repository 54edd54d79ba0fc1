"""Rules of instant messaging."""

from __future__ import annotations

from ntanalytics.findings.rule import RateNouns, Rule, activity_rule, source_rule
from ntanalytics.findings.threshold import Threshold

RULES: tuple[Rule, ...] = (
    Rule(
        "im.im_messages", "im_messages", Threshold(1, 0, "up"), "核查消息服务与归档插件",
        "A day of work without a message is an outage.", kind="absence", cause="standstill",
    ),
    Rule(
        "im.lull", "im_messages", Threshold(480, 1800, "down"), "核查消息服务器与归档插件",
        "The city writes in every working minute; what an outage of eight minutes explains is one.", min_count=30,
        label="消息中断", kind="absence", scale="silence", cause="standstill",
    ),
    Rule(
        "im.busiest", "busiest_messages", Threshold(600, 3000, "down"), "核实该账号是否由程序使用，必要时停用并改密",
        "A message every six seconds for an hour is not a person's.", label="单个账号一小时消息", kind="burst",
        cause="machines",
    ),
    activity_rule("im", Threshold(4, 20, "down")),
    Rule(
        "im.old_client", "client_share", Threshold(0.005, 0.4, "down"), "核查终端软件分发策略，重新推送当前版本",
        "Versions go up; where one in two hundred has gone back, a roll-out or an image is at fault.", min_count=100,
        label="旧版或陌生客户端占比", kind="hygiene", scale="points", cause="clients",
        nouns=RateNouns("使用该客户端", "全部客户端用户", "人"),
    ),
    source_rule("im"),
)  # fmt: skip
