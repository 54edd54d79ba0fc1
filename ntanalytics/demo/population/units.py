"""The 330 units and the applications of the demo city. The names are composed, and mean no real unit's figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ntanalytics.demo.population.seasonality import Audience

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

_DISTRICTS = "崇川区 通州区 海门区 海安市 如皋市 启东市 如东县 开发区"

_DISTRICT_OFFICES = """
委办公室 政府办公室 纪委监委 组织部 宣传部 政法委 发展改革委 教育体育局 科技局 工业和信息化局
民政局 司法局 财政局 人力资源社会保障局 住房城乡建设局 交通运输局 农业农村局 商务局 卫生健康委
应急管理局 市场监管局 数据局 行政审批局
"""

_PLACES = "城东 城南 城西 城北 新港 滨江 园区 兴业 通扬 永安 和平"


def _names() -> tuple[str, ...]:
    offices = [district + office for district in _DISTRICTS.split() for office in _DISTRICT_OFFICES.split()]
    # districts have subdistricts, counties and county-level cities have towns
    places = [
        f"{district}{place}{'街道' if district.endswith('区') else '镇'}"
        for district in _DISTRICTS.split()
        for place in _PLACES.split()
    ]
    return (*_CITY.split(), *offices, *places)


#: Every unit of the demo city.
UNITS: tuple[str, ...] = _names()

#: Those that use the OA, by edition; the others only exchange documents (docs/domain.md, The platform).
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
    found = dict.fromkeys(_PARTY.split(), "party") | dict.fromkeys(_GOVERNMENT.split(), "government")
    city = [unit for unit in _CITY.split() if unit not in found][:GENERAL_UNITS]
    districts = [unit for unit in UNITS if unit.startswith(("崇川区", "开发区")) and not unit.endswith(("街道", "镇"))]
    return found | dict.fromkeys(city, "general") | dict.fromkeys(districts[:WECOM_UNITS], "wecom")


#: Unit → the edition of the OA that it uses; a unit that is missing here only exchanges documents.
EDITION_OF: Mapping[str, str] = MappingProxyType(_editions())

#: What systems that keep units' names of their own call some of them → the unit, as a site's table of aliases has it.
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
#: A name on the SMS platform that is no unit's, and that nobody has an alias for.
NO_UNIT = "平台联调测试账号"


_COUNTER_OFFICES = "市政务服务中心 市人力资源社会保障局 市市场监管局 市卫生健康委 市公安局 市交通运输局"
_COUNTERS = (
    *_COUNTER_OFFICES.split(),
    *(f"{district}行政审批局" for district in _DISTRICTS.split()),
)
_REGISTRY, _HOTLINE, _FUND = ("市不动产登记中心",), ("市大数据管理中心",), ("市住房公积金管理中心",)


@dataclass(frozen=True)
class Application:
    """One application that sends messages.

    Attributes:
        number: its ``Enterprise_No`` on the SMS platform.
        name: as the platform names it.
        share: its part of all messages on a plain working day.
        audience: whose rhythm it follows.
        length: mean length of its messages in characters, signature included.
        batch: mean number of recipients of one sending.
        units: the units that send through it.
        signature: the signature at the head of a message.
        text: what its messages say (fictitious; never extracted).
    """

    number: str
    name: str
    share: float
    audience: Audience
    length: float
    batch: float
    units: tuple[str, ...]
    signature: str
    text: str


APPLICATIONS: tuple[Application, ...] = (
    Application("E1001", "公文交换", 0.15, Audience.OFFICE, 61, 4, UNITS, "【公文交换】", "新到公文，请签收。（演示）"),
    Application("E1002", "协同办公", 0.27, Audience.OFFICE, 57, 6, UNITS, "【协同办公】", "您有待办事项。（演示）"),
    Application(
        "E1003", "政务办事", 0.25, Audience.COUNTER, 82, 1.1, _COUNTERS, "【南通政务】", "申请已受理。（演示）"
    ),
    Application(
        "E1004", "苏服办·南通", 0.21, Audience.CITIZEN, 46, 1, ("市数据局",), "【苏服办南通】", "验证码（演示）"
    ),
    Application(
        "E2001", "不动产登记", 0.04, Audience.COUNTER, 74, 1, _REGISTRY, "【不动产登记】", "登记已办结。（演示）"
    ),
    Application(
        "E2002", "12345热线回访", 0.04, Audience.CITIZEN, 66, 1.5, _HOTLINE, "【12345】", "诉求已转办。（演示）"
    ),
    Application("E2003", "公积金服务", 0.04, Audience.CITIZEN, 69, 1.2, _FUND, "【公积金】", "本月已入账。（演示）"),
)
