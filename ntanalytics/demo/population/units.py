"""The 330 units of the demo city. The names are composed, and no figure is that of a real unit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_CITY = """
市委办公室 市人大常委会办公室 市政府办公室 市政协办公室 市纪委监委 市委组织部 市委宣传部
市委统战部 市委社会工作部 市委政法委 市委编办 市委巡察办 市委党校 市档案馆 市发展改革委 市教育局
市科技局 市工业和信息化局 市民族宗教局 市公安局 市民政局 市司法局 市财政局 市人力资源社会保障局
市自然资源和规划局 市生态环境局 市住房城乡建设局 市城市管理局 市交通运输局 市水利局 市农业农村局
市商务局 市文化广电和旅游局 市卫生健康委 市退役军人事务局 市应急管理局 市审计局 市外办 市国资委
市数据局 市市场监管局 市体育局 市统计局 市医疗保障局 市信访局 市机关事务管理局 市大数据管理中心
市政务服务中心 市住房公积金管理中心 市不动产登记中心 市消防救援支队 市总工会 团市委 市妇联 市科协
市文联 市工商联 市残联
"""

DISTRICTS = ("崇川区", "通州区", "海门区", "海安市", "如皋市", "启东市", "如东县", "开发区")

_DISTRICT_OFFICES = """
委办公室 政府办公室 纪委监委 组织部 宣传部 政法委 发展改革委 教育体育局 科技局 工业和信息化局
民政局 司法局 财政局 人力资源社会保障局 住房城乡建设局 交通运输局 农业农村局 商务局 卫生健康委
应急管理局 市场监管局 数据局 行政审批局
"""

_PLACES = "城东 城南 城西 城北 新港 滨江 园区 兴业 通扬 永安 和平"

UNITS = (
    *_CITY.split(),
    *(district + office for district in DISTRICTS for office in _DISTRICT_OFFICES.split()),
    # districts have subdistricts, counties and county-level cities have towns
    *(f"{area}{place}{'街道' if area.endswith('区') else '镇'}" for area in DISTRICTS for place in _PLACES.split()),
)

#: Units that use the OA, by edition; the others only exchange documents (docs/domain.md, The platform).
_PARTY = """
市委办公室 市纪委监委 市委组织部 市委宣传部 市委统战部 市委社会工作部 市委政法委 市委编办 市委巡察办 市委党校 市档案馆
"""
_GOVERNMENT = """
市政府办公室 市人大常委会办公室 市政协办公室 市发展改革委 市财政局 市外办 市国资委 市数据局 市大数据管理中心
市机关事务管理局 市信访局 市审计局
"""
#: Units of the general edition, and of the WeCom edition.
GENERAL_UNITS, WECOM_UNITS = 35, 42


def _editions() -> dict[str, str]:
    editions = dict.fromkeys(_PARTY.split(), "party") | dict.fromkeys(_GOVERNMENT.split(), "government")
    city = [unit for unit in _CITY.split() if unit not in editions][:GENERAL_UNITS]
    districts = [unit for unit in UNITS if unit.startswith(("崇川区", "开发区")) and not unit.endswith(("街道", "镇"))]
    return editions | dict.fromkeys(city, "general") | dict.fromkeys(districts[:WECOM_UNITS], "wecom")


#: Unit → edition of the OA; a unit that is missing here only exchanges documents.
EDITION_OF: Mapping[str, str] = MappingProxyType(_editions())

#: Name of a unit in systems that keep names of their own → unit, as in a site's table of aliases.
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "市发改委": "市发展改革委",
        "市人社局": "市人力资源社会保障局",
        "崇川区教体局": "崇川区教育体育局",
        '开发区"党工委"办公室': "开发区委办公室",
        "南通市发展和改革委员会": "市发展改革委",
        "市工信局": "市工业和信息化局",
        "市卫健委": "市卫生健康委",
        "市住建局": "市住房城乡建设局",
        '市体育局（"运动南通"专班）': "市体育局",
    }
)
#: Account on the SMS platform that belongs to no unit and has no alias.
NO_UNIT = "平台联调测试账号"
