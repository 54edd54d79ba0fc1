"""Tables of 信呼 (xinhu OA 2.x) that the demo city fills, its flows, and the site's words for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ntanalytics.demo.store import parse_tables

#: Installation → name of its one company, in the order of ``people.EDITIONS``.
INSTALLATIONS: Mapping[str, str] = MappingProxyType(
    {"oa_party": "市委版", "oa_government": "市政府版", "oa_general": "通用版", "oa_wecom": "企业微信版"}
)

#: Aliases of units in the OA, keys of ``units.ALIASES``.
OWN_NAMES = ("市发改委", "市人社局", "市住建局", "市卫健委", "崇川区教体局", '开发区"党工委"办公室')
#: Units with another spelling in the OA: a full-width blank.
OWN_SPELLING: Mapping[str, str] = MappingProxyType({"市外办": "市　外办", "市科协": "市　科　协"})
#: Department that no list of units has, the unit that lends its people, and their number.
TEAM, TEAM_OF, TEAM_SIZE = "市重大项目建设指挥部", "市发展改革委", 9

#: Integers are wide enough for 36,000 accounts, where the product has small ones.
TABLES = parse_tables("""
xinhu_company: id* int, pid int, name 100
xinhu_dept: id* int, pid int, companyid int, name 100
xinhu_admin: id* int, deptid int, companyid int, status int, user 50, name 50, deptname 50, adddt time
xinhu_log: id* int, optid int, level int, type 50, optdt time, web 100, remark 500; index optdt
xinhu_flow_set: id* int, status int, name 50, num 30, table 50, type 20
xinhu_flow_log: id* int, mid int, status int, checkid int, modeid int, table 50, statusname 20, name 50, optdt time,
  web 100; index optdt
xinhu_flow_bill: id* int, mid int, modeid int, uid int, udeptid int, optid int, isdel int, nstatus int, status int,
  isturn int, nowcourseid int, sericnum 50, udeptname 30, table 50, modename 20, applydt date, optdt time, updt time,
  createdt time
xinhu_flow_course: id* int, setid int, name 20
xinhu_official: id* int, zinum 30
xinhu_reads: id* int, mid int, optid int, stotal int, table 30, optdt time, adddt time, web 100; index adddt
""")


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Flow of the product (``xinhu_flow_set``)."""

    module: str  # module of the contract
    num: str
    table: str  # table of its documents
    name: str
    steps: float  # share of actions that are steps; the others are first views
    minutes: float  # median working minutes of a bill; 0 for a flow without bills
    weights: tuple[float, float, float, float]  # part of the actions in each edition


#: The fifteen modules; the site added the flows kq…, sw… and fz…, which the product does not have.
FLOWS = tuple(
    Flow(module=module, num=num, table=table, name=name, steps=steps, minutes=minutes, weights=weights)
    for module, num, table, name, steps, minutes, weights in (
        ("documents", "officib", "official", "收文单", 0.4, 420, (18, 20, 16, 12)),
        ("guests", "kqjd", "kqjd", "客情接待", 0.5, 500, (4, 5, 1, 0.5)),
        ("countersign", "officia", "official", "发文单", 1.0, 700, (12, 16, 9, 5)),
        ("committee_papers", "swlw", "swlw", "市委来文", 0.4, 300, (16, 5, 1, 0.5)),
        ("bulletins", "news", "news", "政务简报", 0.12, 0, (10, 12, 4, 3)),
        ("notices", "gong", "infor", "通知公告", 0.06, 0, (8, 9, 16, 22)),
        ("calendar", "schedule", "schedule", "日程安排", 0.7, 0, (6, 6, 8, 14)),
        ("mail", "emailm", "emailm", "内部邮件", 0.35, 0, (6, 7, 12, 6)),
        ("files", "word", "word", "文件共享", 0.25, 0, (3, 4, 9, 6)),
        ("followed_matters", "work", "work", "关注办件", 0.5, 900, (8, 10, 5, 6)),
        ("duty", "kqdist", "kqdist", "值班安排", 0.3, 0, (3, 3, 4, 8)),
        ("decision_support", "fzjc", "fzjc", "辅助决策", 0.15, 1_100, (7, 3, 0.5, 0.2)),
        ("cars", "carmrese", "carmrese", "车辆预定", 0.8, 90, (2, 3, 5, 5)),
        ("meeting_rooms", "meet", "meet", "会议室预定", 0.6, 45, (3, 4, 7, 8)),
        ("supplies", "goodly", "goodm", "耗材领用", 0.85, 380, (1, 1, 4, 4)),
    )
)
MODULES = tuple(flow.module for flow in FLOWS)

#: Steps of each flow with bills (``xinhu_flow_course``); no drawn bill waits at the last one.
STEPS = ("部门核稿", "办公室审核", "领导签批", "分管领导会签")
STUCK_STEP = len(STEPS) - 1


def step_id(flow: int, step: int) -> int:
    """Return the id of a step, an index into ``STEPS``, of a flow, an index into ``FLOWS``."""
    return flow * len(STEPS) + step + 1


def site_files() -> dict[str, str]:
    """Return the site's own files beside the mapping: path under its queries folder → content."""
    modules = {flow.table: flow.module for flow in FLOWS if flow.steps < 1}
    modules |= {flow.num: flow.module for flow in FLOWS} | {"*": "other"}
    browsers = {"UOS": "xinchuang", "Kylin": "xinchuang", "*": "traditional"}
    return {"xinhu/modules.csv": _csv(modules), "xinhu/platforms.csv": _csv(browsers)}


def _csv(words: Mapping[str, str]) -> str:
    return "".join(f"{theirs},{ours}\n" for theirs, ours in {"theirs": "ours", **words}.items())
