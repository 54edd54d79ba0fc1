"""Sheet of the desk's decisions about findings of the inspection."""

from __future__ import annotations

import datetime as dt

from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.desk_workbook.cells import Row, cell_time, with_ids

#: Working days before the last one, subject, check, decision, ticket, days for which it holds, reason. That on
#: the seals ends before the estate does, so that its finding comes back.
_DECISIONS = (
    (4, "oa-db-1 /data", "磁盘使用率", "ticketed", "GD-扩容", None, "已提交扩容申请"),
    (6, "Spark 2.8.3", "旧版或陌生客户端占比", "confirmed", None, None, "终端管理员正在重新推送"),
    (6, "待测试印章", "制作后待测试", "known", None, 3, "供应商下周到场测试"),
    (5, "如东县永安镇", "无归属账号", "known", None, 45, "机构改革，账号月底划转"),
)


def dispositions(city: City) -> list[Row]:
    """Return the rows of ``desk.dispositions``: what the desk decided about what its inspections found."""
    worked = city.calendar.working_days(city.days[0], city.until)
    if len(worked) < 10:
        return []
    rows = []
    for number, (back, subject, check, kind, ticket, days, remark) in enumerate(_DECISIONS):
        day = worked[-back]
        until = None if days is None else day + dt.timedelta(days=days)
        rows.append((cell_time(day, 9 * 60 + 10 * number), subject, check, kind, ticket, until, None, remark))
    return with_ids("CZ", sorted(rows, key=lambda row: row[0]))
