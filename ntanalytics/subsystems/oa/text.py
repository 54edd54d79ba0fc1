"""Sentences of office automation: for its rules, and for the report on adoption."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.enumerations import MODULES
from ntanalytics.findings import unusual_endings_text
from ntanalytics.findings.account_activity_text import TEXT
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.phrases import listed, moved, shifted, value_words
from ntanalytics.findings.text import RuleText, Texts
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.noise import is_steady_count
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.oa.unit_ranking import MIN_ACCOUNTS
from ntanalytics.periods import period_word
from ntanalytics.periods.day_text import day_words


def level(total: FigureRow, reach: FigureRow) -> str:
    """Return the numbers of enabled accounts, active accounts and units; over a gap what is known of them.

    Returns:
        For example ``启用账号 12,539 个，本周活跃 9,477 个，较上周增加 0.4%（+33 个），活跃率 75.6%；接入的 101 个单位
        均有人使用。``
    """
    enabled, acted, rate = (total.quantity(name) for name in ("enabled", "active", "active_rate"))
    if not acted.is_exact:
        return f"{period_word(total.against)}数据不完整，{acted.named()}，活跃率和增减不予计算。"
    sentence = f"{enabled.named()}，{period_word(total.against)}活跃 {acted.text}"
    change = moved(total.exact("active_change"), total.exact("active_change_rate"), "个", total.against)
    sentence += f"，{change}" if change else f"（{total.against}数据不完整，不作比较）"
    if rate.reason != "no_value":
        sentence += f"，{rate.named()}"
    onboarded, active = reach.exact("units_onboarded"), reach.exact("units_active")
    if reach.quantity("units_onboarded").lacks_data or reach.quantity("units_active").lacks_data:
        return f"{sentence}；各单位是否有人使用未知。"
    if onboarded is None or active is None or onboarded < 2:
        return f"{sentence}。"
    if onboarded == active:
        return f"{sentence}；接入的 {format_number(onboarded, 'integer')} 个单位均有人使用。"
    units, idle = format_number(onboarded, "integer"), format_number(onboarded - active, "integer")
    return f"{sentence}；接入的 {units} 个单位中 {idle} 个无人使用。"


def pace(total: FigureRow, worked_days: tuple[int, int]) -> str:
    """Return the daily mean of working days against the period before; a holiday does not change it.

    Returns:
        For example ``工作日日均活跃 4,971 个（本周 5 个工作日，上周 3 个），较上周增加 4.1%。``
    """
    now, rate = total.exact("daily_active"), total.exact("daily_active_change_rate")
    if now is None or not worked_days[0] or rate is None:
        return ""
    few = (
        f"（{period_word(total.against)} {worked_days[0]} 个工作日，{total.against} {worked_days[1]} 个）"
        if worked_days[0] != worked_days[1]
        else ""
    )
    return f"工作日日均活跃 {_daily(now)} 个{few}，{_by(rate, now, total.against)}。"


def moved_units(moving: Figures, units: Figures) -> str:
    """Return the number of units whose use changed much, by direction and likely cause; none is named.

    Args:
        moving: these units.
        units: all units, of which those with a gap in one of the periods are not compared.

    Returns:
        For example ``7 个单位的日均活跃变化较大（增 3 个、减 4 个），其中 4 个原因待核实，见“使用变化较大的单位”。``
    """
    unknown = sum(row.certainty("daily_active_change_rate") != "exact" for row in units)
    if not moving:
        return f"{unknown} 个单位数据不完整，使用变化未知。" if unknown else ""
    rising = sum(row["daily_active_change_rate"] > 0 for row in moving)
    sentence = f"{len(moving)} 个单位的日均活跃变化较大（增 {rising} 个、减 {len(moving) - rising} 个）"
    unclear = sum(row["likely_cause"] == "unclear" for row in moving)
    which = "原因均" if unclear == len(moving) > 1 else f"其中 {unclear} 个原因"
    known = f"，{which}待核实" if unclear else ""
    rest = f"；另有 {unknown} 个单位数据不完整，使用变化未知" if unknown else ""
    return f"{sentence}{known}，见“使用变化较大的单位”{rest}。"


def habit(total: FigureRow) -> str:
    """Return the share of the active accounts that act on at least half of the working days.

    Returns:
        For example ``活跃账号中 62.0% 在半数以上工作日使用，较上周上升 0.7 个百分点。``
    """
    share = total.exact("habit")
    if share is None:
        return ""
    beside = f"，{change}" if (change := shifted(total.exact("habit_change"), total.against)) else ""
    return f"活跃账号中 {format_number(share, 'rate:1')} 在半数以上工作日使用{beside}。"


def terminals(total: FigureRow, typical: FigureRow | None = None) -> str:
    """Return the mobile and domestic shares, against the period before, or of a unit against its edition's median.

    Returns:
        For example ``移动端占比 64.3%，较上周上升 0.7 个百分点；信创占比 44.0%，与上周基本持平。``
    """
    parts = []
    for name, label in (("mobile_share", "移动端占比"), ("xinchuang_share", "信创占比")):
        share = total.exact(name)
        if share is None:
            # where all is over a gap, the first sentence says so
            is_alone = name in total and total.quantity(name).lacks_data and total.exact("active") is not None
            parts += [f"{label}未知"] if is_alone else []
            continue
        beside = f"，{change}" if (change := shifted(total.exact(f"{name}_change"), total.against)) else ""
        if typical and typical.get(name) is not None:
            beside += f"（同版本中位数 {format_number(typical[name], 'rate:1')}）"
        parts.append(f"{label} {format_number(share, 'rate:1')}{beside}")
    return "；".join(parts) + "。" if parts else ""


def flow(flow: FigureRow) -> str:
    """Return the counts of new, returned and lapsed accounts; nothing over a gap, which moves accounts among them.

    A gap of the weeks before leaves bounds of the new and the returned ones.

    Returns:
        For example ``新增活跃 18 个、回流 799 个，上周活跃账号中 824 个本周未使用（8.7%）。``
    """
    new, resurrected, lapsed = (flow.quantity(name) for name in ("new", "resurrected", "lapsed"))
    if not lapsed.is_exact:
        return ""
    came = f"{new.named()}、{resurrected.named('回流')}"
    if not flow["was_active"]:
        return f"{came}。"
    share = format_number(flow["lapsed"] / flow["was_active"], "rate:1")
    return f"{came}，{flow.against}活跃账号中 {lapsed.text}{period_word(flow.against)}未使用（{share}）。"


def handled(total: FigureRow, by_module: Figures) -> str:
    """Return the handling time of tasks, by the clock and in working hours, and the slowest module.

    Returns:
        For example ``办结任务 9,273 件，用时中位数 25 小时 42 分（工时 7 小时 6 分），九成在 6 天 2 小时
        （工时 34 小时）内办结；用时最长的是辅助决策（中位数 4 天 21 小时）。``
    """
    tasks = total.quantity("tasks")
    if not tasks.is_exact:
        return f"{tasks.named()}（数据不完整），用时不予计算。"
    if tasks.is_none or total["handling_p50_s"] is None:
        return ""
    sentence = f"{tasks.named()}，用时中位数 {_hours(total['handling_p50_s'])}"
    sentence += (
        f"{_worked(total['worked_p50_s'])}，九成在 {_hours(total['handling_p90_s'])}{_worked(total['worked_p90_s'])}"
    )
    sentence += "内办结"
    # a module of a few tasks is slow by chance
    many = [row for row in by_module if row["tasks"] >= MIN_ACCOUNTS and row["handling_p50_s"] is not None]
    if len(many) > 1:
        slow = max(many, key=lambda row: float(row["handling_p50_s"]))
        sentence += (
            f"；用时最长的是{MODULES.get(slow['module'], slow['module'])}（中位数 {_hours(slow['handling_p50_s'])}）"
        )
    return f"{sentence}。"


def modules(used: Figures) -> str:
    """Return the module with most accounts, and the unused ones; over a gap only how many were used at least.

    A login belongs to no module.

    Returns:
        For example ``使用最多的模块是公文管理（3,844 个账号）；无人使用：耗材管理、用车管理。``
    """
    known = {row["module"]: row["active"] for row in used if row["module"] != "other"}
    if not known:
        return ""
    if not used.is_complete:
        return f"数据不完整，有人使用的模块 ≥ {len(known)} 个。"
    most = max(known, key=lambda name: int(known[name]))
    unused = [label for name, label in MODULES.items() if name != "other" and name not in known]
    sentence = f"使用最多的模块是{MODULES.get(most, most)}（{format_number(known[most], 'integer')} 个账号）"
    return (
        f"{sentence}；无人使用：{listed(unused, 5)}。"
        if unused
        else f"{sentence}，全部 {len(MODULES) - 1} 个模块均有使用。"
    )


def terminals_trend(weeks: Figures) -> str:
    """Return the change of the mobile and domestic shares over the weeks shown, as the title of their chart.

    Returns:
        For example ``近 8 周移动端占比由 54.0% 升至 64.3%，信创占比由 44.0% 升至 44.1%``.
    """
    parts = []
    # a share may have a gap of its own, which the accounts of the week do not share
    complete = [row["week_name"] for row in weeks if row.origin("active").is_complete]
    for name, label in (("mobile_share", "移动端占比"), ("xinchuang_share", "信创占比")):
        known = {row["week_name"]: value for row in weeks if (value := row.exact(name)) is not None}
        if known:
            shares, until = list(known.values()), next(reversed(known))  # a whole week may lack its terminals
            first, last = format_number(shares[0], "rate:1"), format_number(shares[-1], "rate:1")
            beside = "" if until == complete[-1] else f"（至{until}）"
            way = "升至" if shares[-1] > shares[0] else "降至"
            parts.append((f"{label}保持 {last}" if first == last else f"{label}由 {first} {way} {last}") + beside)
    if not parts:
        return "移动端和信创占比：没有完整的周"
    span = (
        f"近 {len(weeks)} 周" if len(complete) == len(weeks) else f"近 {len(weeks)} 周中有数据的 {len(complete)} 周，"
    )
    return f"{span}{'，'.join(parts)}"


#: Which accounts are in no cohort (``metrics.oa.user_flow.first_cohort``).
NO_NEWCOMERS = "统计起始四周内使用过的账号不计为首次使用。"


def after_gap(cohorts: Figures) -> str:
    """Return that newcomers soon after a gap may be none (``metrics.oa.user_flow.over_gaps``); empty without any."""
    if all(row.is_complete for row in cohorts):
        return ""
    return "缺数据后四周内首次使用的账号可能此前已用过：账号数为上限，留存未知。"


def over_past_gap(flow: FigureRow) -> str:
    """Return that new accounts may be none, where data of the weeks before both periods are missing; else nothing."""
    if flow.has_whole_past or not flow.quantity("lapsed").is_exact:
        return ""
    weeks = f"{flow.against}之前的三周"
    return f"{weeks}缺数据，其间用过的账号可能计入新增：新增活跃为上限，回流活跃为下限。"


def retained(cohorts: Figures) -> str:
    """Return the retention of newcomers after four weeks, over all cohorts with a known value.

    Returns:
        For example ``近期首次使用的账号中，4 周后仍有 55.2% 活跃（179 个账号）。``
    """
    known = [row for row in cohorts if row["retention_4"] is not None]
    size = sum(row["cohort"] for row in known)
    if not size:
        return ""
    share = sum(row["cohort"] * row["retention_4"] for row in known) / size
    rate, accounts = format_number(share, "rate:1"), format_number(size, "integer")
    return f"近期首次使用的账号中，4 周后仍有 {rate} 活跃（{accounts} 个账号）。"


def retention_note(cohorts: Figures, weeks: Figures) -> str:
    """Return what is known of the retention of newcomers, and the weeks with a gap, of which nothing is.

    Args:
        cohorts: a row for each week's newcomers.
        weeks: ``week_on`` and ``active`` of the weeks; those before the first that is known are before the data.

    Returns:
        For example ``11月9日起的一周数据不完整，首次使用和当周留存未知。``, behind :func:`retained`.
    """
    first = min((row["week_on"] for row in weeks if row["active"] is not None), default=None)
    gaps = [row["week_on"] for row in weeks if row["active"] is None and first is not None and row["week_on"] > first]
    named = "、".join(map(day_words, sorted(set(gaps))))
    gap = f"{named}起的一周数据不完整，首次使用和当周留存未知。" if gaps else ""
    gap += after_gap(cohorts)
    known = retained(cohorts) or ("" if gap else "历史数据不足，暂无可观察的新账号。")
    return f"{known}{gap}{NO_NEWCOMERS}"


def _daily(value: float) -> str:
    return format_number(value, "integer" if value >= 100 else "number:1")


def _by(rate: float, now: float, against: str) -> str:
    if is_steady_count(now, now / (1 + rate) if rate > -1 else 0.0):  # as the card of the figure says it
        return f"与{against}基本持平"
    return f"较{against}{'增加' if rate > 0 else '减少'} {format_number(abs(rate), 'rate:1')}"


def _hours(seconds: float) -> str:
    return format_number(seconds, "seconds")


def _worked(seconds: float | None) -> str:
    return "" if seconds is None else f"（工时 {format_number(seconds, 'hours')}）"


def seldom_used(finding: Finding) -> str:
    """Return how many used a module within the quarter, beside the busiest module."""
    users = format_number(finding.figures["users"], "integer", "人")
    return f"季度内 {users}使用，为使用最多模块的 {value_words(finding, 'rate:1')}。"


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {
        "oa.account_beyond": TEXT,
        "oa.seldom_used": RuleText(evidence=seldom_used),
        "oa.unusual_endings": unusual_endings_text.TEXT,
    }
)
