"""Rules of document exchange."""

from __future__ import annotations

from ntanalytics.findings.rule import RateNouns, Rule, source_rule
from ntanalytics.findings.threshold import Threshold

#: What to do where receipts of many units are not registered.
REGISTRATION_ADVICE = "核查登记功能与收文接口，通知受影响单位"

RULES: tuple[Rule, ...] = (
    Rule(
        "docexchange.signed_in_time_rate", "signed_in_time_rate", Threshold(0.9, 0.75, "up"),
        "向逾期单位发送催办，并核对收文员",
        "Nine of ten deliveries are signed for within a working day in an ordinary week.", count_measure="deliveries",
        min_count=50, cause="overdue",
    ),
    Rule(
        "docexchange.overdue_deliveries", "overdue_deliveries", Threshold(4, 19, "down"),
        "电话催办，核实收文员是否变动", "A unit with five overdue documents has left off receiving.",
        label="逾期未签收", kind="deadline", cause="overdue",
    ),
    Rule(
        "docexchange.unsigned", "unsigned_share", Threshold(0.5, 0.99, "down"), "电话催办，核实收文员是否变动",
        "Of a unit that signs the same day half is left lying for days: its clerk is away.", min_count=4,
        label="未按时签收占比", kind="usual", cause="overdue", nouns=RateNouns("未按时签收", "应签收", "件次"),
    ),
    Rule(
        "docexchange.registration_lull", "registered_deliveries", Threshold(10_800, 86_400, "down"),
        REGISTRATION_ADVICE,
        "Documents that are signed for all day, and registered by nobody, wait for a "
        "function that is broken.", min_count=25, label="公文登记中断", kind="absence",
        scale="silence", cause="standstill",
    ),
    Rule(
        "docexchange.unregistered", "unregistered_share", Threshold(0.5, 0.99, "down"),
        "电话核实收文登记人员与登记流程", "A unit that signs and no longer registers has left off half of its work.",
        min_count=4, label="签收后未登记占比", kind="usual", cause="overdue",
        nouns=RateNouns("签收后未登记", "已签收", "件次"),
    ),
    Rule(
        "docexchange.returned_share", "returned_share", Threshold(0.05, 0.2, "down"), "与发文单位核对格式与主送范围",
        "A returned document is an error of the sender's; one in twenty is a pattern.", count_measure="deliveries",
        min_count=30, cause="returns",
    ),
    Rule(
        "docexchange.returns_rise", "returned_share", Threshold(0.1, 0.95, "down"), "与发文单位核对格式与主送范围",
        "One in a hundred comes back; a tenth of a unit's documents of a day is one error made many times.",
        min_count=10, label="所发公文退文率", kind="burst", cause="returns",
        nouns=RateNouns("被退回或拒收", "所发公文送达", "件次"),
    ),
    Rule(
        "docexchange.undelivered", "undelivered_share", Threshold(0.005, 0.05, "down"), "核查送达队列与收文单位的节点",
        "What has not arrived after a day never will by itself.", min_count=50, label="次日仍未送达占比",
        kind="deadline", scale="points", cause="undelivered", nouns=RateNouns("次日仍未送达", "前一日送达件次", "件次"),
    ),
    Rule(
        "docexchange.undated", "undated_share", Threshold(0.1, 0.95, "down"),
        "核查公文交换客户端与发文模板为何不再填写签收期限，补填后重新计算逾期",
        "A few documents in a hundred ask for no receipt in time; a tenth more lost their deadline.", min_count=20,
        label="无签收期限占比", kind="usual", scale="points", cause="data",
        nouns=RateNouns("没有签收期限", "公文送达", "件次"),
    ),
    Rule(
        "docexchange.disordered", "disordered_share", Threshold(0.02, 0.95, "down"),
        "核对公文交换各节点与服务器的时钟同步，此间的送达用时与签收用时不作依据",
        "Nobody signs for what has not arrived: the clocks that wrote both times disagree.", min_count=20,
        label="时间次序矛盾占比", kind="usual", scale="points", cause="data",
        nouns=RateNouns("后一环节早于前一环节", "公文送达", "件次"),
    ),
    Rule(
        "docexchange.recalled", "recalled_share", Threshold(0.1, 0.5, "down"),
        "向发文单位核实是否本意撤回，核查近期的批量操作与脚本，必要时重新发送",
        "A document is recalled every few days; one in ten is no sender's mistake.", min_count=20,
        label="发文撤回占比", kind="usual", scale="points", cause="recalls",
        nouns=RateNouns("被撤回", "公文", "件"),
    ),
    Rule(
        "docexchange.call_failure_rate", "call_failure_rate", Threshold(0.02, 0.1, "down"),
        "联系调用方核查接口报文与证书", "Interfaces between systems fail for one call in some hundreds.",
        count_measure="calls", min_count=50, cause="interfaces",
    ),
    Rule(
        "docexchange.calls_failing", "call_failure_rate", Threshold(0.03, 0.12, "down"),
        "联系调用方核查接口报文、证书与超时设置",
        "Of one caller's calls a share fails for some hours, or now and then all day: something changed on its side.",
        min_count=10, label="分时接口失败率", kind="burst", scale="points", cause="interfaces",
        nouns=RateNouns("失败", "接口调用", "次"),
    ),
    Rule(
        "docexchange.caller_lull", "calls", Threshold(7200, 86_400, "down"), "联系调用方核查其任务与网络",
        "A system that calls all day and then does not has stopped, and says nothing.", min_count=25,
        label="接口调用中断", kind="absence", scale="silence", cause="interfaces",
    ),
    Rule(
        "docexchange.unknown_caller", "calls", Threshold(0, 99, "down"),
        "核实该调用方是否经批准接入，未经批准的立即停用其凭据",
        "Systems are connected by an order; one that nobody knows reads what it was not given.", label="陌生调用方",
        kind="burst", cause="unknown_callers",
    ),
    # the slow tail, which moves the mean of a subject too little
    Rule(
        "docexchange.calls_slow", "call_p95_ms", Threshold(0.8, 3.0, "down"), "核查接口服务与数据库的慢查询",
        "The slowest twentieth of the calls is the same from day to day.", count_measure="timed_calls", min_count=300,
        label="接口耗时", kind="usual", scale="departure", cause="interfaces",
    ),
    Rule(
        "docexchange.unusual_endings", "unusual_endings", Threshold(0, 199, "down"),
        "核查是否由程序自动签收，通知有关单位",
        "Who signs within a minute of the sending has read nothing: a program signs. A unit that sends back most of "
        "what it gets cannot read it.", kind="usual", label="即时签收或退回", cause="hasty",
    ),
    source_rule("docexchange"),
)  # fmt: skip
