"""Recognition of sensitive columns, which are never read: secrets, messages, and data that identify a person.

A column is judged by its name and the beginning of its comment, before a value is read. A column with an innocent name
and telephone numbers as values is dropped after sampling. The rules are strict on purpose: a user can still write such
a column into a mapping by hand; the suite does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Sensitive anywhere in a name without its underscores.
_STEMS = re.compile(
    "passw|pwd|secret|token|credential|privatekey|secretkey|accesskey|apikey|cookie|mobile|phone|telno|email|"
    "idcard|idno|certno|identitycard|realname|truename|nickname|displayname|fullname|username|personname|"
    "contactname|operatorname|opername|firstname|lastname|givenname|familyname|surname|openid|unionid|birth|content|title|"
    "subject|message|stanza|requestparam|useragent|mima|"
    "shouji|dianhua|xingming|shenfenzheng|biaoti|neirong|zhengwen|youxiang"
)

#: Sensitive as a whole part of a name.
_PARTS = re.compile(
    "answer|attachment|author|avatar|body|comment|creator|desc|description|details?|editor|fax|gender|html|json|"
    "leader|mail|manager|memo|msg|notes?|owner|param|params|pass|payload|poster|receiver|recipient|remarks?|salt|sex|signature|snapshot|"
    "sql|tel|text|txt|xml"
)

#: Sensitive anywhere in a Chinese name, or in the beginning of a comment.
_CHINESE = re.compile(
    "负责人|接收人|作者|性别|签名|描述|详情|报文|报错|信息内容|"
    "密码|口令|密钥|令牌|盐|身份证|证件号|手机|电话|邮箱|标题|正文|内容|姓名|昵称|用户名|人员名称|联系人|"
    "收件人|接收号码|号码|住址|生日|请求参数|备注"
)

#: Tables of people: their column ``name`` has names of persons.
_PEOPLE = re.compile(
    r"user|account|person|member|staff|employee|admin|contact|people|用户|人员|员工|账号|联系人", re.IGNORECASE
)

#: What a column that ends in ``name`` may name; any other name may be that of a person.
_NAMED_THINGS = re.compile(
    "api|app|application|area|biz|bucket|carrier|category|channel|city|class|client|cluster|company|computer|db|department|"
    "dept|device|dict|domain|event|field|file|function|group|host|interface|item|job|kind|login|logon|menu|metric|model|module|node|"
    "office|org|organization|plan|platform|policy|post|process|product|project|protocol|province|queue|realm|region|"
    "resource|role|rule|schema|server|service|site|source|space|stage|state|status|step|system|table|target|task|template|"
    "tenant|topic|type|unit|zone"
)

_HEAD = re.compile(r"[^0-9(:,;/\[（：，；【]*")
_PERSONAL_VALUES = re.compile(
    r"(\+?86)?1[3-9]\d{9}|\d{17}[\dXx]|[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}|.*\beyJ[\w-]{10,}.*|\$2[aby]\$.*", re.DOTALL
)


def name_parts(name: str) -> list[str]:
    """Return the words of a name: last, login, time for ``lastLoginTime`` and for ``LAST_LOGIN_TIME``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [part.lower() for part in re.split(r"[^0-9A-Za-z\u3400-\u9fff]+", spaced) if part]


def is_secret(name: str, comment: str = "", *, table: str = "") -> bool:
    """Return whether a column must not be read, by its name, the beginning of its comment, and its table."""
    parts = name_parts(name)
    joined = "".join(parts)
    head = _HEAD.match(comment.strip())
    text = name + (head[0] if head else "")
    if _STEMS.search(joined) or any(map(_PARTS.fullmatch, parts)) or _CHINESE.search(text):
        return True
    if len(parts) > 1 and parts[-1] == "name" and not _NAMED_THINGS.fullmatch(parts[-2]):
        return True
    return parts in (["name"], ["user"], ["operator"]) and bool(_PEOPLE.search(table) or parts != ["name"])


def is_personal(values: Iterable[object]) -> bool:
    """Return whether sampled values are telephone numbers, identity card numbers, mail addresses or tokens."""
    texts = [str(value).strip() for value in values if value is not None]
    return sum(bool(_PERSONAL_VALUES.fullmatch(text)) for text in texts) * 5 > len(texts)
