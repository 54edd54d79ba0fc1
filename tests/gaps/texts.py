"""Comparison of what a damaged report says with what the complete one says, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Kind = Literal["equal", "bounded", "unknown", "false"]

#: Words by which a clause says that it does not know.
_UNKNOWN = re.compile(
    r"也可能是数据缺失|未知|未能|无法|不完整|不可全信|不作比较|不予计算|下限|上限|没有配置|没有数据源|没有数据|无巡检|"
    r"未确认|未列|没有完整的|没有足够|没有该项|没有可计算|按缺数据处理|缺少|缺\s*[\d,]+\s*天|可能有遗漏|可能有故障|天数不足|"
    r"历史不足|未取得|没有取得|未能读取|缺证据|数据源没有|未记录|所列为已知部分|缺\S+?共\s*[\d,]+\s*天|^—$"
)
#: A subject, and the numbers that are told of it.
Fact = tuple[str, frozenset[float]]

#: How many checks are unknown, of which the other numbers of a text know nothing.
_CHECKS = re.compile(r"(\d+)\s*项检查未知")

#: Words of a clause without a number that claims something nevertheless.
_CLAIM = re.compile(r"没有|均|正常|全部|无|未见|恢复|消除|持平|增加|减少|完整|达标|达到|没能")

#: How many duties or obligations are kept, and are broken, and cannot be shown.
_VERDICTS = re.compile(r"(?<![未\d])达到(\d+)项.*未达到(\d+)项，无法证明(\d+)项")

#: Duties that cannot be shown, and clauses of a scoring sheet: names, of which over a gap there are more.
_UNSHOWN = re.compile(r"^无法证明：.*")
_UNSHOWN_CLAUSES = re.compile(r"条款[\d.、等]+共\d+条无法证明")

#: Sentences on a list itself: how many more there are, how many of it are muted.
_REST = re.compile(r"另有\s*[\d,]+\s*项[^，；]*，详见[^，；]*。|已登记处置的.*不再提示.*")

_COUNT_OF_UNKNOWN = re.compile(r"([\d,]+)\s*项(?:检查未知|未知，详见)")

#: Words before the worst of several facts, which stands alone where the others are not known.
_WORST = re.compile(r"其中最严重的是")

#: Words by which a text says that it is about the days that are known alone.
_OF_KNOWN_DAYS = re.compile(r"也可能是数据缺失|中有数据的|其中\s*\d+\s*天数据完整|数据不足以推算|按数据完整的周推算")

_BOUND = re.compile(r"([≥≤]|至少|最多)\s*")
_NUMBER = re.compile(r"([≥≤]\s*)?(\d[\d,]*(?:\.\d+)?)")
_MEASURE = re.compile(r"（\d+%以内）")
_CLAUSES = re.compile(r"(?<=[，；。：、（）！？])")
_PUNCTUATION = re.compile(r"[\s，；。：、（）！？]+")


def is_marked(text: str) -> bool:
    """Return whether a text says that something is not known."""
    return bool(_UNKNOWN.search(text) or _OF_KNOWN_DAYS.search(text))


def is_latest_onset(true: str, seen: str) -> bool:
    """Return whether a day "or earlier" is that of the truth or a later one."""
    days = [re.match(r"自?(\d+)月(\d+)日" + ending, text) for text, ending in ((true, ""), (seen, "或更早"))]
    began, latest = ((int(day[1]), int(day[2])) if day else None for day in days)
    return began is not None and latest is not None and latest >= began


def is_rest(text: str) -> bool:
    """Return whether a text only tells how many more there are."""
    return bool(_REST.fullmatch(text))


def unknown_count(text: str) -> int:
    """Return how many findings a text counts as unknown."""
    counted = _COUNT_OF_UNKNOWN.search(text)
    return int(counted[1].replace(",", "")) if counted else 0


def by_full_name(text: object) -> object:
    """Return a text with the names that events have where more is known of them: one address on one account."""
    return text.replace("单一账号", "单一来源地址") if isinstance(text, str) else text


def compare_text(true: Sequence[str], seen: str, facts: Sequence[Fact] = ()) -> Kind:
    """Compare a text with those of complete data.

    Each clause is that of a true text, has its words and bounds its numbers, or says that it does not know.

    Args:
        true: the texts of the complete record, any of which may be said.
        seen: the text of the damaged one.
        facts: what else the complete record has: a clause may tell one of the subjects that the text names.
    """
    if seen in true or is_rest(seen):
        return "equal"
    if any(_has_fewer_verdicts(text, seen) for text in true):
        return "bounded"
    if _UNSHOWN.fullmatch(seen):
        return "unknown"
    if _OF_KNOWN_DAYS.search(seen) or unknown_checks(seen) > max(map(unknown_checks, true), default=0):
        return "bounded"
    known = [clause for text in true for clause in _clauses(text)]
    clauses = _clauses(seen)
    doubts = any(map(is_marked, clauses))
    told = [numbers for subject, numbers in facts if subject in _PUNCTUATION.sub("", seen)]
    kinds = {
        "equal" if _tells(told, clause) else _clause(known, clause, doubts=doubts or bool(told)) for clause in clauses
    }
    worst: tuple[Kind, ...] = ("false", "unknown", "bounded", "equal")
    found: Kind = next((kind for kind in worst if kind in kinds), "unknown")
    renamed = str(by_full_name(seen))
    return compare_text(true, renamed, facts) if found == "false" and renamed != seen else found


def fact(subject: str, *texts: object) -> Fact:
    """Return a subject with the numbers that the complete record has of it."""
    numbers = frozenset(number for text in texts for _, number in _numbers(str(text)))
    return _PUNCTUATION.sub("", subject), numbers


def _tells(told: Sequence[frozenset[float]], clause: str) -> bool:
    numbers = {number for _, number in _numbers(clause)}
    return bool(numbers) and not _BOUND.search(clause) and any(numbers <= known for known in told)


def _has_fewer_verdicts(true: str, seen: str) -> bool:
    """Return whether of the duties of a text more cannot be shown, and no more are kept or broken."""
    known, said = (_VERDICTS.search(text) for text in (true, seen))
    if known is None or said is None:
        return False
    (met, broken, _), (met_of_it, broken_of_it, _) = (map(int, found.groups()) for found in (known, said))
    return met_of_it <= met and broken_of_it <= broken and int(said[3]) > int(known[3])


def unknown_checks(text: str) -> int:
    """Return the most checks that a text says are unknown."""
    return max((int(number) for number in _CHECKS.findall(text)), default=0)


def _clauses(text: str) -> list[str]:
    named = _UNSHOWN_CLAUSES.sub("条款无法证明", _WORST.sub("", _MEASURE.sub("", text)))
    return [bare for part in _CLAUSES.split(named) if (bare := _PUNCTUATION.sub("", part))]


def _clause(known: Sequence[str], clause: str, *, doubts: bool) -> Kind:
    if clause in known:
        return "equal"
    if any(is_latest_onset(true, clause) for true in known):
        return "bounded"
    alike = [true for true in known if _words(true) == _words(clause)]
    if alike and _numbers(clause):
        return "bounded" if any(_bounds(true, clause) for true in alike) else "false"
    numbers = _numbers(clause)
    # a bound of which no text of the complete record has the words
    is_bound = bool(numbers) and all(mark for mark, _ in numbers)
    # a name, or an advice, beside what is not known
    is_quiet = doubts and not numbers and not _CLAIM.search(clause)
    return "unknown" if is_bound or is_quiet or is_marked(clause) else "false"


def _words(clause: str) -> str:
    return _NUMBER.sub("#", _BOUND.sub(lambda found: found[1] if found[1] in "≥≤" else "", clause))


def _bounds(true: str, seen: str) -> bool:
    """Return whether each number of a clause is that of the true clause, or is marked and bounds it."""
    pairs = zip(_numbers(true), _numbers(seen), strict=True)
    return all(_holds(mark, number, there) for (_, there), (mark, number) in pairs)


def _holds(mark: str, seen: float, true: float) -> bool:
    return seen <= true if mark == "≥" else seen >= true if mark == "≤" else seen == true


def _numbers(clause: str) -> Sequence[tuple[str, float]]:
    return [(mark.strip(), float(number.replace(",", ""))) for mark, number in _NUMBER.findall(clause)]
