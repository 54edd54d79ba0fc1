"""What is secret, how times are written, and what a comment says: judged from names and values alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from ntanalytics.connect.flags import flag_answers
from ntanalytics.connect.matching import canonical_value, likely_tables, words
from ntanalytics.connect.sensitive_columns import is_personal, is_secret
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import meanings, time_form
from ntanalytics.contract import DATASETS, Type


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "PASSWD",
        "user_pwd",
        "loginPwd",
        "client_secret",
        "accessToken",
        "salt",
        "id_card",
        "IDCARDNO",
        "mobile",
        "phone_no",
        "tel",
        "xmobile",
        "EMAIL",
        "content",
        "template_content",
        "body",
        "title",
        "real_name",
        "nickName",
        "DISPLAYNAME",
        "username",
        "user_name",
        "msg",
        "mima",
        "shouji",
        "xingming",
        "标题",
        "正文",
        "手机号码",
        "身份证号",
        "联系电话",
        "收件人",
        "request_param",
    ],
)
def test_a_secret_is_known_by_its_name(name: str):
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "userid",
        "account_id",
        "login_type",
        "create_time",
        "ip",
        "status",
        "dept_name",
        "app_name",
        "telecom",
        "tag",
    ],
)
def test_what_is_none_is_looked_at(name: str):
    assert not is_secret(name)


def test_a_comment_gives_a_secret_away_but_not_by_the_words_of_its_enumeration():
    assert is_secret("c12", "用户姓名")
    assert is_secret("c13", "密码(加密后)")
    assert not is_secret("login_type", "登录方式（1口令，2短信）")


def test_a_bare_name_is_a_persons_only_in_a_table_of_people():
    assert is_secret("name", table="sys_user")
    assert not is_secret("name", table="department")


def test_values_give_a_person_away():
    assert is_personal(["13912345678", "+8613912345678"])
    assert is_personal(["a@b.cn", None])
    assert is_personal(["11010519491231002X"])
    assert not is_personal(["1", "2026-11-20 09:00:00", "10.0.0.1"])
    assert not is_personal([])


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ([1763600000, 1763600001], "epoch_s"),
        ([1763600000000], "epoch_ms"),
        ([Decimal(7), Decimal(8)], ""),
        (["2026-11-20 09:00:00"], "naive"),
        (["2026-11-20 09:00:00.123"], "naive"),
        (["2026-11-20T09:00:00+08:00"], "aware"),
        (["2026-11-20T01:00:00Z"], "aware"),
        (["20261120090000"], "text:%Y%m%d%H%M%S"),
        (["2026/11/20 09:00:00"], "text:%Y/%m/%d %H:%M:%S"),
        (["2026年11月20日 09:00:00"], "text:%Y年%m月%d日 %H:%M:%S"),
        (["2026-11-20"], "date"),
        (["yesterday"], ""),
        ([], ""),
        ([dt.datetime(2026, 11, 20, tzinfo=dt.UTC)], "aware"),
        ([dt.datetime(2026, 11, 20)], "naive"),
    ],
)
def test_the_form_of_a_time_is_named_by_its_values(values: list[object], form: str):
    assert time_form(values) == form


def test_a_comment_says_what_its_values_mean():
    assert meanings("日志类型（1登录日志，2操作日志）") == {"1": "登录日志", "2": "操作日志"}
    assert meanings("终端 pc:电脑端 app:手机端") == {"pc": "电脑端", "app": "手机端"}
    assert meanings("状态：0-正常 1-停用") == {"0": "正常", "1": "停用"}
    assert meanings("2026年的数据") == {}


def test_words_become_ours_or_are_left_to_a_person():
    carrier = DATASETS["sms.messages"].column("carrier")
    assert [canonical_value(word, carrier) for word in ("CMCC", "中国电信", "联通", "dragon")] == [
        "mobile",
        "telecom",
        "unicom",
        "",
    ]
    enabled = DATASETS["identity.accounts"].column("is_enabled")
    assert enabled.type is Type.BOOLEAN
    assert [canonical_value(word, enabled) for word in ("正常", "停用", "?")] == ["yes", "no", ""]


def test_the_table_of_words_names_what_the_contract_has():
    known = words()
    columns = {column.name for dataset in DATASETS.values() for column in dataset.mapped}
    codes = {code for dataset in DATASETS.values() for column in dataset.mapped for code in column.values}
    assert set(known["datasets"]) == set(DATASETS)
    assert set(known["columns"]) <= columns
    assert set(known["values"]) - {"yes", "no"} <= codes


def test_a_bit_that_is_always_on_may_be_off_tomorrow():
    column = next(column for column in DATASETS["identity.units"].columns if column.name == "is_enabled")
    always = SourceColumn(name="enabled", sql="enabled", type=ColumnType.INTEGER, counts=(("1", 7),))
    assert flag_answers(always, column) == {"0": False, "1": True}
    told = replace(always, comment="状态（1启用 2停用）")
    assert flag_answers(told, column) == {"1": True, "2": False}


def table(name: str, comment: str, columns: tuple[SourceColumn, ...]) -> SourceTable:
    return SourceTable(name=name, comment=comment, columns=columns, kind="database", dialect="mysql", origin=name)


def test_a_table_of_a_scheduler_is_nobodys_task():
    key = SourceColumn(name="job_id", sql="job_id", type=ColumnType.INTEGER, is_key=True)
    times = (
        SourceColumn(name=name, sql=name, type=ColumnType.NAIVE, form="naive") for name in ("start_time", "update_time")
    )
    columns = (key, *times)
    assert "oa.tasks" in likely_tables([table("sys_task", "办理任务", columns)])
    assert not likely_tables([table("sys_quartz_job", "定时任务", columns)])
