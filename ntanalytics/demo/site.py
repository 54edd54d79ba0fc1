"""The demo city's settings: which source is what, where it lies, and the site's own tables of words."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.demo.population.units import ALIASES
from ntanalytics.demo.products.maxkey import schema as maxkey_schema
from ntanalytics.demo.products.probe import CHECKED, JOURNAL
from ntanalytics.demo.products.xinhu import schema as xinhu_schema
from ntanalytics.demo.store import Store
from ntanalytics.sources.starter import DESK_WORKBOOK_NAME, write_jobs

ALIAS_FILE = "unit-aliases.csv"

_HEAD = """\
# 示例城市的配置：由 ntanalytics demo 生成，可以照此改写。相对路径以本文件所在目录为准。
site:
  name: 南通市电子政务工作平台（示例）
  timezone: Asia/Shanghai            # 来源没有写明时区的时间，按此时区理解
  unit_aliases: {aliases}   # 各系统对同一单位的不同叫法

lake: lake                           # 数据湖：每个数据集一张表，每天一个分区
ledger: sqlite:///ledger.sqlite      # 抽取与运行的记录
outputs: {outputs}                   # 报告：<报告>/<周期>/
queries: queries                     # 本地的对照表：协同办公的模块和终端

sources:
"""


@dataclass(frozen=True)
class _Source:
    """One source of the settings: its name and product, what it is, and either a database or other lines."""

    name: str
    product: str
    about: str
    database: str = ""
    home: str = ""
    lines: tuple[str, ...] = ()


_OA = ("datasets: [oa.members, oa.activities, oa.tasks]",)

_SOURCES = (
    _Source("identity", "maxkey", "统一身份认证与单点登录", "maxkey", "mysql"),
    _Source("oa_party", "xinhu", "协同办公市委版", "oa_party", "mysql", _OA),
    _Source("oa_government", "xinhu", "协同办公政府版", "oa_government", "mysql", _OA),
    _Source("oa_general", "xinhu", "协同办公通用版", "oa_general", "mysql", _OA),
    _Source("oa_wecom", "xinhu", "协同办公企业微信版", "oa_wecom", "mysql", _OA),
    _Source("exchange", "exchange", "公文交换的参考视图", "exchange", "postgresql"),
    _Source("im", "openfire", "即时通讯", "openfire", "postgresql"),
    _Source(
        "sms", "sms_platform", "短信平台（每日分表 submit_YYYYMMDD、report_YYYYMMDD）", "sms_platform", "mysql"
    ),
    _Source("ca", "ejbca", "证书签发", "ejbca", "postgresql"),
    _Source("ca_gateway", "nginx-client-cert", "证书登录网关的日志", lines=('paths: ["sources/ca-gateway/*.log*"]',)),
    _Source("seals", "seal_register", "电子印章的登记与签章", "seals", "postgresql"),
    _Source("zabbix", "zabbix", "主机监控", "zabbix", "postgresql"),
    _Source("web", "nginx", "访问日志，按日轮转并压缩", lines=('paths: ["sources/nginx/*.log*"]',)),
    _Source("pgbackrest", "pgbackrest", "数据库在线备份", lines=('paths: ["sources/pgbackrest/*.json"]',)),
    _Source("restic", "restic", "文件在线备份", lines=('paths: ["sources/restic/*.json"]',)),
    _Source("bacula", "bacula", "离线磁带备份", "bacula", "postgresql"),
    _Source(
        "desk", "desk_workbook", "运维台账：工单、事件、考勤、检查、培训、变更、名册、确认、补丁、账单",
        lines=(f"path: sources/{DESK_WORKBOOK_NAME}",),
    ),
)  # fmt: skip


def write_site(directory: Path, store: Store, outputs: Path | None) -> Path:
    """Write the settings, the jobs, the table of aliases and the tables of words; return the settings' file.

    Args:
        directory: the estate's folder.
        store: where its databases are.
        outputs: where its reports are issued; None for the estate's own folder.
    """
    for name, text in {**xinhu_schema.site_files(), **maxkey_schema.site_files()}.items():
        path = directory / "queries" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with (directory / ALIAS_FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("theirs", "ours"), *ALIASES.items()])
    issued = json.dumps(os.path.relpath(outputs, directory)) if outputs else "outputs"
    text = _HEAD.format(outputs=issued, aliases=ALIAS_FILE)
    text += "".join(_entry(each, store) for each in _SOURCES) + _probes()
    write_jobs(directory)
    config = directory / "ntanalytics.yml"
    config.write_text(text, encoding="utf-8")
    return config


def _entry(source: _Source, store: Store) -> str:
    place = store.lines(source.database, source.home) if source.database else []
    return _lines(source.name, source.about, (f"product: {source.product}", *place, *source.lines))


def _probes() -> str:
    targets = [f'  - {{subsystem: {each.subsystem}, url: "{each.url}"}}' for each in CHECKED]
    return _lines("probe", "在线探测", ("product: probe", f"path: sources/probes/{JOURNAL}", "targets:", *targets))


def _lines(name: str, about: str, lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in (f"  {name}:   # {about}", *(f"    {line}" for line in lines)))
