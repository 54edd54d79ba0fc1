"""Headlines: what happened and since when, whether it is over, who sees to it and by when, within one breath.

The figures, the cause and the advice follow in sentences of their own. Every report takes its headlines from here.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Characters up to the name of who sees to it: ten seconds, read aloud at 4.5 characters a second.
MAX_LENGTH = 45

#: Words of an end.
RECOVERED, SETTLED, NORMAL_SINCE, ONE_DAY, STOPPED = "已恢复", "已处置完毕", "其后正常", "仅此一天", "已停止"
#: Words where no end is seen.
LASTS, NOT_SEEN, NOT_KNOWN = "尚未恢复", "当日未见恢复", "是否恢复未知"

_ENDED = frozenset({RECOVERED, SETTLED, NORMAL_SINCE, ONE_DAY, STOPPED})


@dataclass(frozen=True)
class EventWords:
    """Words of a finding or an incident as an event.

    Attributes:
        what: when it began, what happened to whom, how much or how long, as a clause.
        over: whether it is over, in words; empty where ``what`` says since when it lasts.
        detail: the figures and names behind it, as a clause; may be empty.
    """

    what: str
    over: str = ""
    detail: str = ""

    @property
    def is_over(self) -> bool:
        """Return whether it has ended."""
        return self.over in _ENDED

    @property
    def detail_sentence(self) -> str:
        """The detail with its full stop; empty without one."""
        return f"{self.detail}。" if self.detail else ""


def tail(event: EventWords, owner: str = "", due: str = "") -> str:
    """Return what follows ``what``: ``，已恢复，由服务供应商核查（11月29日前）``.

    Args:
        event: the event.
        owner: who sees to it; empty where nobody says.
        due: by when, in words; empty where nobody says.
    """
    parts = [event.over] if event.over else []
    if owner:
        parts.append(f"由{owner}{'核查' if event.is_over else '处理'}{f'（{due}）' if due else ''}")
    return "".join(f"，{part}" for part in parts)


def headline(event: EventWords, owner: str = "", due: str = "") -> str:
    """Return a headline without full stop, as ``11月20日14时10分，portal 服务故障 40 分，已恢复，由服务供应商核查``."""
    return f"{event.what}{tail(event, owner, due)}"
