"""Settings in the words of a reader: which of them changed between two versions of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

#: Key of a setting that figures depend on → its name.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "site.name": "平台名称",
        "site.timezone": "时区",
        "site.calendar": "工作日历",
        "site.unit_aliases": "单位对照表",
        "site.contract": "合同年度",
        "site.scoring": "考核办法",
        "adoption": "协同办公应用报告的选项",
        "hosts": "主机依赖关系",
        "queries": "本单位的映射",
        "engine": "计算引擎",
    }
)

#: Setting of a rule → its name.
_OF_RULES: Mapping[str, str] = MappingProxyType(
    {"warning": "关注阈值", "critical": "异常阈值", "min_count": "最少事件数", "advice": "建议措施", "enabled": "启用"}
)

#: What all other settings are.
_OTHERS = "其他设置"


def settings_words(keys: Iterable[str]) -> list[str]:
    """Return the names of settings in Chinese, each once: ``规则“送达率”的关注阈值``.

    Args:
        keys: dotted keys, such as ``rules.sms.delivery_rate.warning``.
    """
    words = list(dict.fromkeys(map(_word, keys)))
    return sorted(words, key=lambda word: word == _OTHERS)


def _word(key: str) -> str:
    from ntanalytics.subsystems import RULES

    head, _, rest = key.partition(".")
    if head == "sources":
        return f"数据源 {rest.partition('.')[0]}" if rest else "数据源"
    if head == "rules":
        code, _, setting = rest.rpartition(".")
        rule = RULES.get(code)
        return f"规则“{rule.check}”的{_OF_RULES.get(setting, '设置')}" if rule else "规则"
    return next((name for own, name in _NAMES.items() if f"{key}.".startswith(f"{own}.")), _OTHERS)
