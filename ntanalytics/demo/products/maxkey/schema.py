"""Tables of MaxKey (4.1 and later) that the suite and its readers use, and the portal's applications.

Names are the product's. Columns that a mapping must never pass on (passwords, names, numbers) are there too, with
values that visibly belong to nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType

from ntanalytics.demo.store import parse_tables
from ntanalytics.settings import project_dir

#: LASTLOGINTIME of an account without any login: the product's default.
NEVER = "2020-01-01T01:01:01"

TABLES = parse_tables("""
mxk_organizations: ID* 45, ORGCODE 200, ORGNAME 200, TYPE 45, PARENTID 45, STATUS smallint, CREATEDDATE time,
  MODIFIEDDATE time
mxk_userinfo: ID* 45, USERNAME 200, DISPLAYNAME 200, MOBILE 45, PASSWORD 200, DECIPHERABLE 200, DEPARTMENTID 45,
  DEPARTMENT 200, STATUS smallint, ISLOCKED smallint, CREATEDDATE time, LASTLOGINTIME time
mxk_apps: ID* 45, APPNAME 200, PROTOCOL 200, SECRET 200, STATUS smallint, CREATEDDATE time
mxk_history_login: ID* 45, category smallint, SESSIONID 45, USERID 45, USERNAME 200, DISPLAYNAME 200, MESSAGE 200,
  SOURCEIP 45, LOGINTYPE 200, CODE 45, PLATFORM 200, LOGINTIME time, LOGOUTTIME time, SESSIONSTATUS int;
  index LOGINTIME
mxk_history_login_apps: ID* 45, SESSIONID 45, LOGINTIME time, APPID 45, APPNAME 200, USERID 45, USERNAME 200,
  DISPLAYNAME 200; index LOGINTIME
mxk_history_system_logs: ID* 45, TOPIC 45, MESSAGE 200, MESSAGEACTION 45, MESSAGERESULT 45, USERID 45,
  EXECUTETIME time; index EXECUTETIME
""")

#: Login method → LOGINTYPE: MaxKey's own words, and those of the city's three modules of its own.
LOGIN_TYPES = MappingProxyType(
    {
        "password": "Local Login",
        "ca": "CA证书登录",
        "sms_code": "短信验证码登录",
        "scan": "扫码登录",
        "second_factor": "TwoFactorMobile",
        "federated": "Social Sign On",
    }
)

#: Lines that the city adds to the product's ``methods.csv`` for its own modules.
_OWN_METHODS = tuple(f"{LOGIN_TYPES[method]},{method}" for method in ("ca", "sms_code", "scan"))


@dataclass(frozen=True)
class PortalApp:
    """Application behind the portal."""

    id: str
    name: str
    protocol: str
    status: int  # 1 in use, 4 disabled
    #: Share of the present persons who open it on a day: party, government, general and WeCom edition, without OA.
    reached: tuple[float, float, float, float, float]


APPS = (
    PortalApp("oa-party", "协同办公（市委版）", "CAS", 1, (0.96, 0, 0, 0, 0)),
    PortalApp("oa-government", "协同办公（政府版）", "CAS", 1, (0, 0.95, 0, 0, 0)),
    PortalApp("oa-general", "协同办公（通用版）", "CAS", 1, (0, 0, 0.93, 0, 0)),
    PortalApp("oa-wecom", "协同办公（企业微信版）", "OAuth_v2.0", 1, (0, 0, 0, 0.9, 0)),
    PortalApp("docexchange", "公文交换", "CAS", 1, (0.14, 0.16, 0.12, 0.1, 0.88)),
    PortalApp("seal", "电子印章", "OAuth_v2.0", 1, (0.05, 0.06, 0.05, 0.03, 0.07)),
    PortalApp("im", "即时通讯", "OAuth_v2.0", 1, (0.3, 0.28, 0.24, 0.12, 0.05)),
    PortalApp("sms", "短信平台", "CAS", 1, (0.02, 0.03, 0.03, 0.02, 0.01)),
    PortalApp("ca", "CA证书服务", "SAML_v2.0", 1, (0.01, 0.01, 0.01, 0.005, 0.01)),
    PortalApp("supervision", "督查督办", "OAuth_v2.0", 1, (0.12, 0.14, 0.05, 0.02, 0)),
    PortalApp("hotline", "12345热线工单", "OpenID_Connect_v1.0", 1, (0.01, 0.05, 0.05, 0.04, 0.1)),
    PortalApp("finance", "财政一体化", "SAML_v2.0", 1, (0.04, 0.06, 0.05, 0.03, 0.02)),
    PortalApp("archive", "数字档案室", "JWT", 1, (0.05, 0.03, 0.02, 0, 0)),
    PortalApp("share", "资料共享<script>alert('x')</script>", "Form_Based", 1, (0.004, 0.004, 0.004, 0.004, 0)),
    PortalApp("old-oa", "原办公系统", "Form_Based", 4, (0, 0, 0, 0, 0)),
)


def site_files() -> dict[str, str]:
    """Return the site's own files beside the mapping: path under its queries folder → content.

    It is the product's table of methods with the words of the city's modules before the last line, which stands for
    any other word.
    """
    built_in = (project_dir("queries") / "maxkey" / "methods.csv").read_text(encoding="utf-8")
    *known, other = built_in.strip().splitlines()
    return {"maxkey/methods.csv": "\n".join([*known, *_OWN_METHODS, other]) + "\n"}


def row_ids(day: dt.date, count: int, mark: str) -> list[str]:
    """Return ids that grow with time, as the product's generator makes them; ``mark`` tells the table."""
    head = f"{day:%Y%m%d}{mark}"
    return [f"{head}{number:07d}" for number in range(count)]
