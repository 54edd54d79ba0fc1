"""Applications of the demo city that send messages."""

from __future__ import annotations

from dataclasses import dataclass

from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.population.units import DISTRICTS, UNITS

_COUNTER_OFFICES = "市政务服务中心 市人力资源社会保障局 市市场监管局 市卫生健康委 市公安局 市交通运输局"
_COUNTERS = (*_COUNTER_OFFICES.split(), *(f"{district}行政审批局" for district in DISTRICTS))
_REGISTRY, _HOTLINE, _FUND = ("市不动产登记中心",), ("市大数据管理中心",), ("市住房公积金管理中心",)


@dataclass(frozen=True, kw_only=True)
class Application:
    """Application that sends messages."""

    number: str  # ``Enterprise_No`` on the SMS platform
    name: str
    share: float  # part of all messages on a plain working day
    audience: Audience
    length: float  # mean length of a message in characters, signature included
    batch: float  # mean number of recipients of one sending
    units: tuple[str, ...]  # units that send through it
    signature: str  # at the head of a message
    text: str  # fictitious; never extracted


_OFFICE, _COUNTER, _CITIZEN = Audience.OFFICE, Audience.COUNTER, Audience.CITIZEN

APPLICATIONS = tuple(
    Application(
        number=number,
        name=name,
        share=share,
        audience=audience,
        length=length,
        batch=batch,
        units=units,
        signature=f"【{signature}】",
        text=f"{text}（演示）",
    )
    for number, name, share, audience, length, batch, units, signature, text in (
        ("E1001", "公文交换", 0.15, _OFFICE, 61, 4, UNITS, "公文交换", "新到公文，请签收。"),
        ("E1002", "协同办公", 0.27, _OFFICE, 57, 6, UNITS, "协同办公", "您有待办事项。"),
        ("E1003", "政务办事", 0.25, _COUNTER, 82, 1.1, _COUNTERS, "南通政务", "申请已受理。"),
        ("E1004", "苏服办·南通", 0.21, _CITIZEN, 46, 1, ("市数据局",), "苏服办南通", "验证码"),
        ("E2001", "不动产登记", 0.04, _COUNTER, 74, 1, _REGISTRY, "不动产登记", "登记已办结。"),
        ("E2002", "12345热线回访", 0.04, _CITIZEN, 66, 1.5, _HOTLINE, "12345", "诉求已转办。"),
        ("E2003", "公积金服务", 0.04, _CITIZEN, 69, 1.2, _FUND, "公积金", "本月已入账。"),
    )
)
