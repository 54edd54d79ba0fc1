"""What the sentences about drawn incidents say of their subjects, sizes and times."""

from __future__ import annotations

import datetime as dt

from ntanalytics.contract.enumerations import EDITIONS, MODULES, SUBSYSTEMS
from ntanalytics.contract.identity import METHODS
from ntanalytics.contract.sms import CARRIERS
from ntanalytics.demo.population.units import APPLICATIONS
from ntanalytics.demo.products.backup_runs import DATABASES
from ntanalytics.demo.products.maxkey.schema import APPS

_SERVICES = {
    "portal": "统一门户", "portal.nantong.example": "统一门户", "oa.nantong.example": "协同办公",
    "exchange.nantong.example": "公文交换",
}  # fmt: skip
_SHAPES = {"sharp": "", "ramp": "，逐渐加重又缓解", "intermittent": "，时断时续"}
_NAMES: dict[str, str] = {
    **{app.id: app.name for app in APPS},
    **{application.number: application.name for application in APPLICATIONS},
    **METHODS,
    **EDITIONS,
    **SUBSYSTEMS,
    **CARRIERS,
    **_SERVICES,
}


def sentence(words: str, kind: str, subject: str, start: dt.datetime, end: dt.datetime, size: float, shape: str) -> str:
    """The sentence about one incident, with its size as it was drawn.

    Args:
        words: with places for ``name``, ``percent``, ``size``, ``count``, ``lasted``, ``days`` and ``grade``.
        kind: of ``script.KINDS`` or ``script.HARMLESS``.
        subject: the carrier, service, unit, host, module or checked item concerned.
        start: when it begins.
        end: when it ends.
        size: how large it is.
        shape: how it comes and goes.
    """
    days = (end - start).days
    text = words.format(
        name=_name(kind, subject),
        percent=f"{size * 100:.3g}",
        size=size,
        count=int(size),
        lasted="全天" if end - start == dt.timedelta(days=1) else _lasted(end - start),
        days=days,
        grade="明显异常" if size > 1 else "轻微异常",
    )
    return text.removesuffix("。") + _SHAPES[shape] + "。"


def _name(kind: str, subject: str) -> str:
    edition, slash, module = subject.partition("/")
    if slash and edition in EDITIONS:
        return EDITIONS[edition] + MODULES[module]
    if kind.startswith("backup_") and subject in DATABASES:
        return f"{subject} 数据库"
    return _NAMES.get(subject, subject)


def _lasted(span: dt.timedelta) -> str:
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    return (f"{hours}小时" if hours else "") + (
        f"{minutes}分" if hours and minutes else f"{minutes}分钟" if minutes else ""
    )
