"""Enumerations that several datasets share, each with its Chinese words (docs/domain.md, The platform)."""

from __future__ import annotations

from types import MappingProxyType

#: Subsystem ids.
SUBSYSTEMS = MappingProxyType(
    {
        "identity": "统一身份认证",
        "sso": "单点登录",
        "docexchange": "公文交换",
        "oa": "协同办公",
        "im": "即时通讯",
        "sms": "短信平台",
        "ca": "CA证书",
        "seal": "电子印章",
        "infra": "软硬件环境",
        "desk": "运维服务",
    }
)


def subsystem_label(subsystem: str) -> str:
    """Return the Chinese name of a subsystem id, of the data's checks (``data``), or the id where it has none."""
    return "数据完整性" if subsystem == "data" else SUBSYSTEMS.get(subsystem, subsystem)


OUTCOMES = MappingProxyType({"success": "成功", "failure": "失败"})

#: Kinds of terminals: PC, or telephone and tablet.
TERMINALS = MappingProxyType({"pc": "电脑端", "mobile": "移动端"})

#: Platforms of terminals: Windows, Android, iOS; or a domestic processor and system.
PLATFORMS = MappingProxyType({"traditional": "传统终端", "xinchuang": "信创终端"})

#: The four editions of the OA (docs/domain.md, The platform).
EDITIONS = MappingProxyType({"party": "市委版", "government": "政府版", "general": "通用版", "wecom": "企业微信版"})

#: The fifteen modules of the OA (docs/domain.md, The platform); ``other``: actions that a site has not mapped.
MODULES = MappingProxyType(
    {
        "documents": "公文管理",
        "guests": "客情中心",
        "countersign": "发文会签",
        "committee_papers": "市委来文",
        "bulletins": "政务简报",
        "notices": "通知公告",
        "calendar": "日程安排",
        "mail": "内部邮件",
        "files": "文件共享",
        "followed_matters": "关注办件",
        "duty": "值班安排",
        "decision_support": "辅助决策",
        "cars": "用车管理",
        "meeting_rooms": "会议室管理",
        "supplies": "耗材管理",
        "other": "未归类",
    }
)
