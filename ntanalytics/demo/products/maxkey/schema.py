"""Tables of MaxKey (4.1 and later) as far as the suite and its readers meet them, and the portal's applications.

Names are the product's; the definitions are written here. What a mapping must never hand on (passwords, names, numbers)
is there too, with values that visibly mean nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from ntanalytics.settings import project_dir

#: LASTLOGINTIME of an account that nobody has ever logged in with: the product's default.
NEVER = "2020-01-01T01:01:01"

_ID, _TEXT, _TIME = sa.String(45), sa.String(200), sa.DateTime()

#: Table → its columns; the first is the key.
TABLES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "mxk_organizations": {
            "ID": _ID, "ORGCODE": _TEXT, "ORGNAME": _TEXT, "TYPE": _ID, "PARENTID": _ID,
            "STATUS": sa.SmallInteger(), "CREATEDDATE": _TIME, "MODIFIEDDATE": _TIME,
        },
        "mxk_userinfo": {
            "ID": _ID, "USERNAME": _TEXT, "DISPLAYNAME": _TEXT, "MOBILE": _ID, "PASSWORD": _TEXT, "DECIPHERABLE": _TEXT,
            "DEPARTMENTID": _ID, "DEPARTMENT": _TEXT, "STATUS": sa.SmallInteger(), "ISLOCKED": sa.SmallInteger(),
            "CREATEDDATE": _TIME, "LASTLOGINTIME": _TIME,
        },
        "mxk_apps": {
            "ID": _ID, "APPNAME": _TEXT, "PROTOCOL": _TEXT, "SECRET": _TEXT, "STATUS": sa.SmallInteger(),
            "CREATEDDATE": _TIME,
        },
        "mxk_history_login": {
            "ID": _ID, "category": sa.SmallInteger(), "SESSIONID": _ID, "USERID": _ID, "USERNAME": _TEXT,
            "DISPLAYNAME": _TEXT, "MESSAGE": _TEXT, "SOURCEIP": _ID, "LOGINTYPE": _TEXT, "CODE": _ID, "PLATFORM": _TEXT,
            "LOGINTIME": _TIME, "LOGOUTTIME": _TIME, "SESSIONSTATUS": sa.Integer(),
        },
        "mxk_history_login_apps": {
            "ID": _ID, "SESSIONID": _ID, "LOGINTIME": _TIME, "APPID": _ID, "APPNAME": _TEXT, "USERID": _ID,
            "USERNAME": _TEXT, "DISPLAYNAME": _TEXT,
        },
        "mxk_history_system_logs": {
            "ID": _ID, "TOPIC": _ID, "MESSAGE": _TEXT, "MESSAGEACTION": _ID, "MESSAGERESULT": _ID, "USERID": _ID,
            "EXECUTETIME": _TIME,
        },
    }
)  # fmt: skip

#: Table → the column whose index a reader needs.
INDEXES = MappingProxyType(
    {
        "mxk_history_login": "LOGINTIME",
        "mxk_history_login_apps": "LOGINTIME",
        "mxk_history_system_logs": "EXECUTETIME",
    }
)

#: The way of logging in → LOGINTYPE: MaxKey's own words, and those of the city's three modules of its own.
LOGIN_TYPES = MappingProxyType(
    {
        "password": "Local Login", "ca": "CA证书登录", "sms_code": "短信验证码登录", "scan": "扫码登录",
        "second_factor": "TwoFactorMobile", "federated": "Social Sign On",
    }
)  # fmt: skip

#: The lines that the city adds to the product's ``methods.csv`` for the words of its own modules.
_OWN_METHODS = tuple(f"{LOGIN_TYPES[method]},{method}" for method in ("ca", "sms_code", "scan"))


@dataclass(frozen=True)
class App:
    """An application behind the portal.

    Attributes:
        id: its APPID.
        name: as the portal shows it.
        protocol: how it is connected.
        status: 1 in use, 4 disabled.
        reached: share of the present persons who go on to it on a day: of the party, government, general and WeCom
            editions, and of those without OA.
    """

    id: str
    name: str
    protocol: str
    status: int
    reached: tuple[float, float, float, float, float]


APPS = (
    App("oa-party", "协同办公（市委版）", "CAS", 1, (0.96, 0, 0, 0, 0)),
    App("oa-government", "协同办公（政府版）", "CAS", 1, (0, 0.95, 0, 0, 0)),
    App("oa-general", "协同办公（通用版）", "CAS", 1, (0, 0, 0.93, 0, 0)),
    App("oa-wecom", "协同办公（企业微信版）", "OAuth_v2.0", 1, (0, 0, 0, 0.9, 0)),
    App("docexchange", "公文交换", "CAS", 1, (0.14, 0.16, 0.12, 0.1, 0.88)),
    App("seal", "电子印章", "OAuth_v2.0", 1, (0.05, 0.06, 0.05, 0.03, 0.07)),
    App("im", "即时通讯", "OAuth_v2.0", 1, (0.3, 0.28, 0.24, 0.12, 0.05)),
    App("sms", "短信平台", "CAS", 1, (0.02, 0.03, 0.03, 0.02, 0.01)),
    App("ca", "CA证书服务", "SAML_v2.0", 1, (0.01, 0.01, 0.01, 0.005, 0.01)),
    App("supervision", "督查督办", "OAuth_v2.0", 1, (0.12, 0.14, 0.05, 0.02, 0)),
    App("hotline", "12345热线工单", "OpenID_Connect_v1.0", 1, (0.01, 0.05, 0.05, 0.04, 0.1)),
    App("finance", "财政一体化", "SAML_v2.0", 1, (0.04, 0.06, 0.05, 0.03, 0.02)),
    App("archive", "数字档案室", "JWT", 1, (0.05, 0.03, 0.02, 0, 0)),
    App("share", "资料共享<script>alert('x')</script>", "Form_Based", 1, (0.004, 0.004, 0.004, 0.004, 0)),
    App("old-oa", "原办公系统", "Form_Based", 4, (0, 0, 0, 0, 0)),
)


def site_files() -> dict[str, str]:
    """What the site has of its own beside the mapping: path under its queries folder → content.

    It is the product's table of methods with the words of the city's modules before its last line, which says what any
    other word means.
    """
    built_in = (project_dir("queries") / "maxkey" / "methods.csv").read_text(encoding="utf-8")
    *known, other = built_in.strip().splitlines()
    return {"maxkey/methods.csv": "\n".join([*known, *_OWN_METHODS, other]) + "\n"}
