"""Classes of the carriers' failure codes, as data.

The code tables of carriers and vendors disagree in detail: a code is shown raw, and classed here by protocol
(CMPP of China Mobile, SMGP of China Telecom, SGIP of China Unicom, the SMPP words that all use). To class a code, add
it to ``CODES``, or its prefix to ``PREFIXES``; any other code is ``unknown``.
"""

from __future__ import annotations

from types import MappingProxyType

import ibis
import ibis.expr.types as ir

#: Class → its Chinese label.
CLASSES = MappingProxyType(
    {
        "number_invalid": "空号",
        "suspended": "停机或欠费",
        "unreachable": "关机或不在服务区",
        "blacklisted": "黑名单",
        "rate_limited": "频控",
        "content": "内容审核",
        "blocked": "拦截（未注明原因）",
        "phone_fault": "终端故障",
        "carrier_internal": "运营商网络",
        "unknown": "其他",
    }
)

#: Class → who can mend it, and how.
REMEDIES = MappingProxyType(
    {
        "number_invalid": "发送单位核对号码",
        "suspended": "发送单位核对号码，或改用其他方式通知",
        "unreachable": "无需处理，开机后由运营商补发",
        "blacklisted": "发送单位核实是否退订，需要的向运营商申请解除",
        "rate_limited": "运维团队错峰发送，或向运营商申请提高限额",
        "content": "发送单位修改内容或报备模板",
        "blocked": "运维团队向运营商查询原因",
        "phone_fault": "收信人清理短信或检查手机",
        "carrier_internal": "运维团队报运营商排查",
        "unknown": "运维团队向运营商查询代码含义",
    }
)

#: Codes (upper case) by class; they take precedence over the prefixes.
CODES = MappingProxyType({
    "number_invalid": (
        "MK:0001", "MK:0012", "MI:0001", "MI:0012", "CB:0001", "CB:0053", "DB:0100", "DB:0101",
        "ID:0012", "ID:0013", "MB:1048", "MB:1049", "003", "004", "601", "SGIP:2:1",
        "SGIP:2:21", "SGIP:2:24", "SGIP:2:29", "2:1", "2:21", "2:24", "2:29",
    ),
    "suspended": ("DB:0102", "DB:0103", "CB:0007"),
    "unreachable": (
        "EXPIRED", "MK:0008", "MK:0009", "MK:0024", "MI:0008", "MI:0009", "MI:0024", "MN:0024", "001", "002",
        "SGIP:2:25", "2:25",
    ),
    "blacklisted": ("ID:0069", "DB:0141", "005"),
    "rate_limited": ("MB:1041", "MB:1042"),
    "content": ("ID:0076", "ID:0318"),
    "blocked": ("SUBMIT", "REJECTD", "DELETED", "MK:0005", "MI:0005", "MB:1077", "DB:0144", "SGIP:2:30", "2:30"),
    "phone_fault": (
        "MK:0017", "MI:0017", "MN:0017", "MK:0013", "MI:0013", "007", "008", "SGIP:2:26", "SGIP:2:27", "SGIP:2:28",
        "SGIP:2:31", "2:26", "2:27", "2:28", "2:31",
    ),
    "carrier_internal": (
        "MK:0036", "MK:0050", "006", "009", "010", "SGIP:2:11", "SGIP:2:22", "SGIP:2:23", "SGIP:2:32", "SGIP:2:33",
        "2:11", "2:22", "2:23", "2:32", "2:33",
    ),
})  # fmt: skip

#: Beginnings of codes (upper case) by class, where no code of ``CODES`` fits: the network elements
#: of CMPP 3.0 (MA–MC message centre, CA/CB and SA/SB platforms, IA–IC the next gateway) and the
#: platform's own refusals.
PREFIXES = MappingProxyType(
    {
        "carrier_internal": ("MA:", "MB:", "MC:", "CA:", "CB:", "DA:", "SA:", "SB:", "IA:", "IB:", "IC:"),
        "blocked": ("DD0",),
    }
)


def failure_class(code: ir.StringValue) -> ir.StringValue:
    """Return the class of a failure code: a key of ``CLASSES``.

    Args:
        code: the carrier's raw code; case and surrounding blanks do not matter. Null has none.
    """
    plain = code.strip().upper()
    branches: list[tuple[ir.BooleanValue, ir.StringValue | str]] = [(plain.isnull(), ibis.null("string"))]
    branches += [(plain.isin(codes), name) for name, codes in CODES.items()]
    branches += [(plain.startswith(start), name) for name, starts in PREFIXES.items() for start in starts]
    return ibis.cases(*branches, else_="unknown")
