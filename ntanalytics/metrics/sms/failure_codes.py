"""Classes of the carriers' failure codes, as data.

The code tables of carriers and vendors disagree in detail: a code is shown raw, and classed here coarsely by protocol
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
        "number_invalid": "号码无效",
        "unreachable": "关机或不在服务区",
        "blocked": "拦截",
        "phone_fault": "终端故障",
        "carrier_internal": "运营商内部",
        "unknown": "其他",
    }
)

#: Codes (upper case) by class; they take precedence over the prefixes.
CODES = MappingProxyType({
    "number_invalid": (
        "MK:0001", "MK:0012", "MI:0001", "MI:0012", "CB:0001", "CB:0053", "DB:0100", "DB:0101", "DB:0102",
        "DB:0103", "ID:0012", "ID:0013", "CB:0007", "MB:1048", "MB:1049", "003", "004", "601", "SGIP:2:1",
        "SGIP:2:21", "SGIP:2:24", "SGIP:2:29", "2:1", "2:21", "2:24", "2:29",
    ),
    "unreachable": (
        "EXPIRED", "MK:0008", "MK:0009", "MK:0024", "MI:0008", "MI:0009", "MI:0024", "MN:0024", "001", "002",
        "SGIP:2:25", "SGIP:2:27", "2:25",
    ),
    "blocked": (
        "REJECTD", "DELETED", "MK:0005", "MI:0005", "MB:1041", "MB:1042", "MB:1077", "ID:0069", "ID:0076",
        "ID:0318", "DB:0141", "DB:0144", "005", "SGIP:2:30", "2:30",
    ),
    "phone_fault": (
        "MK:0017", "MI:0017", "MN:0017", "MK:0013", "MI:0013", "007", "008", "SGIP:2:26", "SGIP:2:28", "SGIP:2:31",
        "2:26", "2:28", "2:31",
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
        code: the carrier's raw code; case and surrounding blanks do not matter. Null is ``unknown``.
    """
    plain = code.strip().upper()
    branches = [(plain.isin(codes), name) for name, codes in CODES.items()]
    branches += [(plain.startswith(start), name) for name, starts in PREFIXES.items() for start in starts]
    return ibis.cases(*branches, else_="unknown")
