"""What is never looked at: columns that hold secrets, messages, or tell who a person is.

Judged by the column's name and by how its comment begins, before a value is read; what sounds innocent and holds
telephone numbers is judged by its values and then dropped. Judged too strictly on purpose: a person can still write
such a column into a mapping himself, and the suite does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Anywhere in a name without its underscores.
_STEMS = (
    "passw", "pwd", "secret", "token", "credential", "privatekey", "secretkey", "accesskey", "apikey", "cookie",
    "mobile", "phone", "telno", "email", "idcard", "idno", "certno", "identitycard", "realname", "truename", "nickname",
    "displayname", "fullname", "username", "personname", "contactname", "operatorname", "openid", "unionid", "birth",
    "content", "title", "subject", "message", "stanza", "requestparam", "mima", "shouji", "dianhua", "xingming",
    "shenfenzheng", "biaoti", "neirong", "zhengwen", "youxiang",
)  # fmt: skip

#: A whole part of a name.
_PARTS = frozenset({
    "pass", "salt", "tel", "fax", "mail", "body", "msg", "text", "param", "params", "payload", "remark", "memo", "note",
    "signature", "avatar",
})  # fmt: skip

#: Anywhere in a Chinese name, or in the words with which a comment begins.
_CHINESE = (
    "密码", "口令", "密钥", "令牌", "盐", "身份证", "证件号", "手机", "电话", "邮箱", "标题", "正文", "内容", "姓名",
    "昵称", "用户名", "人员名称", "联系人", "收件人", "接收号码", "号码", "住址", "生日", "请求参数", "备注",
)  # fmt: skip

#: Tables of people: a bare ``name`` in them is a person's.
_PEOPLE = re.compile(r"user|account|person|member|staff|employee|admin|用户|人员|员工|账号", re.IGNORECASE)

_HEAD = re.compile(r"[^0-9(:,;/\[（：，；【]*")
_PERSONAL_VALUES = re.compile(
    r"(\+?86)?1[3-9]\d{9}|\d{17}[\dXx]|[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}|.*\beyJ[\w-]{10,}.*|\$2[aby]\$.*", re.DOTALL
)


def name_parts(name: str) -> list[str]:
    """The words of a name: ``lastLoginTime`` and ``LAST_LOGIN_TIME`` are last, login, time."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [part.lower() for part in re.split(r"[^0-9A-Za-z\u3400-\u9fff]+", spaced) if part]


def is_secret(name: str, comment: str = "", *, table: str = "") -> bool:
    """Whether a column must not be looked at, by its name, the beginning of its comment, and the table it stands in."""
    parts = name_parts(name)
    joined = "".join(parts)
    head = _HEAD.match(comment.strip())
    said = name + (head[0] if head else "")
    if any(stem in joined for stem in _STEMS) or _PARTS & set(parts) or any(word in said for word in _CHINESE):
        return True
    return parts in (["name"], ["user"], ["operator"]) and bool(_PEOPLE.search(table) or parts != ["name"])


def is_personal(values: Iterable[object]) -> bool:
    """Whether values that were sampled are telephone, identity card or mail addresses, or tokens."""
    texts = [str(value).strip() for value in values if value is not None]
    return sum(bool(_PERSONAL_VALUES.fullmatch(text)) for text in texts) * 5 > len(texts)
