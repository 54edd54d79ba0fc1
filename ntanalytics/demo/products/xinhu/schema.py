"""The tables of 信呼 (xinhu OA 2.x) that the demo city fills, its flows, and the words by which its site maps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

#: Installation → the name of its one company; in the order of ``city.EDITIONS``.
INSTALLATIONS: Mapping[str, str] = MappingProxyType(
    {"oa_party": "市委版", "oa_government": "市政府版", "oa_general": "通用版", "oa_wecom": "企业微信版"}
)

#: Units that the OA calls by a name of its own: the keys of ``units.ALIASES`` that it uses.
OWN_NAMES = ("市发改委", "市人社局", "市住建局", "市卫健委", "崇川区教体局", '开发区"党工委"办公室')
#: Units that it only spells otherwise: with a full-width blank.
OWN_SPELLING: Mapping[str, str] = MappingProxyType({"市外办": "市　外办", "市科协": "市　科　协"})
#: A department that no list of units knows, whose people were lent by a unit.
TEAM, TEAM_OF, TEAM_SIZE = "市重大项目建设指挥部", "市发展改革委", 9

_TEXT = sa.String(50)


def _integers(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), sa.Integer())


#: Table → its columns. What the product limits to small integers (accounts) is wide enough for 36,000 of them here.
TABLES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "xinhu_company": {**_integers("id pid"), "name": sa.String(100)},
        "xinhu_dept": {**_integers("id pid companyid"), "name": sa.String(100)},
        "xinhu_admin": {
            **_integers("id deptid companyid status"), "user": _TEXT, "name": _TEXT, "deptname": _TEXT,
            "adddt": sa.DateTime(),
        },
        "xinhu_log": {
            **_integers("id optid level"), "type": _TEXT, "optdt": sa.DateTime(), "web": sa.String(100),
            "remark": sa.String(500),
        },
        "xinhu_flow_set": {
            **_integers("id status"), "name": _TEXT, "num": sa.String(30), "table": _TEXT, "type": sa.String(20),
        },
        "xinhu_flow_log": {
            **_integers("id mid status checkid modeid"), "table": _TEXT, "statusname": sa.String(20), "name": _TEXT,
            "optdt": sa.DateTime(), "web": sa.String(100),
        },
        "xinhu_flow_bill": {
            **_integers("id mid modeid uid udeptid optid isdel nstatus status isturn"), "sericnum": _TEXT,
            "udeptname": sa.String(30),
            "table": _TEXT, "modename": sa.String(20), "applydt": sa.Date(), "optdt": sa.DateTime(),
            "updt": sa.DateTime(), "createdt": sa.DateTime(),
        },
        "xinhu_reads": {
            **_integers("id mid optid stotal"), "table": sa.String(30), "optdt": sa.DateTime(),
            "adddt": sa.DateTime(), "web": sa.String(100),
        },
    }
)  # fmt: skip


@dataclass(frozen=True)
class Flow:
    """One flow of the product (``xinhu_flow_set``).

    Attributes:
        module: what it is of the contract's modules.
        num: its number.
        table: the table of its documents.
        name: as the product names it.
        steps: share of its actions that are steps; the others are first views.
        minutes: working minutes that the middle one of its bills takes; 0: it has no bills.
        weights: its part of the actions in each edition.
    """

    module: str
    num: str
    table: str
    name: str
    steps: float
    minutes: float
    weights: tuple[float, float, float, float]


#: The fifteen modules. Those that the product does not have are flows that the site added (kq, sw, fz).
FLOWS: tuple[Flow, ...] = (
    Flow("documents", "officib", "official", "收文单", 0.4, 420, (18, 20, 16, 12)),
    Flow("guests", "kqjd", "kqjd", "客情接待", 0.5, 500, (4, 5, 1, 0.5)),
    Flow("countersign", "officia", "official", "发文单", 1.0, 700, (12, 16, 9, 5)),
    Flow("committee_papers", "swlw", "swlw", "市委来文", 0.4, 300, (16, 5, 1, 0.5)),
    Flow("bulletins", "news", "news", "政务简报", 0.12, 0, (10, 12, 4, 3)),
    Flow("notices", "gong", "infor", "通知公告", 0.06, 0, (8, 9, 16, 22)),
    Flow("calendar", "schedule", "schedule", "日程安排", 0.7, 0, (6, 6, 8, 14)),
    Flow("mail", "emailm", "emailm", "内部邮件", 0.35, 0, (6, 7, 12, 6)),
    Flow("files", "word", "word", "文件共享", 0.25, 0, (3, 4, 9, 6)),
    Flow("followed_matters", "work", "work", "关注办件", 0.5, 900, (8, 10, 5, 6)),
    Flow("duty", "kqdist", "kqdist", "值班安排", 0.3, 0, (3, 3, 4, 8)),
    Flow("decision_support", "fzjc", "fzjc", "辅助决策", 0.15, 1_100, (7, 3, 0.5, 0.2)),
    Flow("cars", "carmrese", "carmrese", "车辆预定", 0.8, 90, (2, 3, 5, 5)),
    Flow("meeting_rooms", "meet", "meet", "会议室预定", 0.6, 45, (3, 4, 7, 8)),
    Flow("supplies", "goodly", "goodm", "耗材领用", 0.85, 380, (1, 1, 4, 4)),
)


def site_files() -> dict[str, str]:
    """What the site has of its own beside the mapping: path under its queries folder → content."""
    words = {flow.table: flow.module for flow in FLOWS if flow.steps < 1}
    words |= {flow.num: flow.module for flow in FLOWS} | {"*": "other"}
    browsers = {"UOS": "xinchuang", "Kylin": "xinchuang", "*": "traditional"}
    return {"xinhu/modules.csv": _table_of(words), "xinhu/platforms.csv": _table_of(browsers)}


def _table_of(words: Mapping[str, str]) -> str:
    return "".join(f"{theirs},{ours}\n" for theirs, ours in {"theirs": "ours", **words}.items())
