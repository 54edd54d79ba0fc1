"""Settings of the demo city: its sources, its aliases of units, and the site's own tables of words."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.demo.population.units import ALIASES
from ntanalytics.demo.products.maxkey.schema import site_files as maxkey_files
from ntanalytics.demo.products.probe import JOURNAL, TARGETS
from ntanalytics.demo.products.xinhu.schema import site_files as xinhu_files
from ntanalytics.demo.store import Store
from ntanalytics.settings import FILE_NAME
from ntanalytics.sources.starter import DESK_WORKBOOK_NAME, write_jobs

ALIAS_FILE, LEDGER_FILE = "unit-aliases.csv", "ledger.sqlite"

_HEAD = """\
# 演示城市的配置：由 ntanalytics demo 生成，可以照此改写。相对路径以本文件所在目录为准。
site:
  name: 南通市电子政务工作平台（示例）
  timezone: Asia/Shanghai            # 来源没有写明时区的时间，按此时区理解
  unit_aliases: {aliases}   # 各系统对同一单位的不同叫法

lake: lake                           # 数据湖：每个数据集一张表，每天一个分区
ledger: sqlite:///{ledger}      # 抽取与运行的记录
outputs: {outputs}                   # 报告：<报告>/<周期>/
queries: queries                     # 本地的对照表：协同办公的模块和终端
adoption:
  staff_applications:                # 发给工作人员的短信应用，用于统计非工作时间提醒
    - 公文交换
    - 协同办公

sources:
"""


@dataclass(frozen=True)
class _Source:
    """Source in the settings."""

    name: str
    product: str
    about: str  # comment in Chinese
    database: str = ""  # name and backend, separated by a blank; empty for files
    line: str = ""  # further line of its settings


_OA = "datasets: [oa.members, oa.activities, oa.tasks]"

_SOURCES = (
    _Source("identity", "maxkey", "统一身份认证与单点登录", "maxkey mysql"),
    _Source("oa_party", "xinhu", "协同办公市委版", "oa_party mysql", _OA),
    _Source("oa_government", "xinhu", "协同办公政府版", "oa_government mysql", _OA),
    _Source("oa_general", "xinhu", "协同办公通用版", "oa_general mysql", _OA),
    _Source("oa_wecom", "xinhu", "协同办公企业微信版", "oa_wecom mysql", _OA),
    _Source("exchange", "exchange", "公文交换的参考视图", "exchange postgresql"),
    _Source("im", "openfire", "即时通讯", "openfire postgresql"),
    _Source("sms", "sms_platform", "短信平台（每日分表 submit_YYYYMMDD、report_YYYYMMDD）", "sms_platform mysql"),
    _Source("ca", "ejbca", "证书签发", "ejbca postgresql"),
    _Source("ca_gateway", "nginx-client-cert", "证书登录网关的日志", line='paths: ["sources/ca-gateway/*.log*"]'),
    _Source("seals", "seal_register", "电子印章的登记与签章", "seals postgresql"),
    _Source("zabbix", "zabbix", "主机监控", "zabbix postgresql"),
    _Source("web", "nginx", "访问日志，按日轮转并压缩", line='paths: ["sources/nginx/*.log*"]'),
    _Source("pgbackrest", "pgbackrest", "数据库在线备份", line='paths: ["sources/pgbackrest/*.json"]'),
    _Source("restic", "restic", "文件在线备份", line='paths: ["sources/restic/*.json"]'),
    _Source("bacula", "bacula", "离线磁带备份", "bacula postgresql"),
    _Source(
        "desk",
        "desk_workbook",
        "运维台账：工单、事件、考勤、检查、培训、变更、名册、确认、补丁、账单",
        line=f"path: sources/{DESK_WORKBOOK_NAME}",
    ),
)


def write_site(directory: Path, store: Store, outputs: Path | None) -> None:
    """Write the settings, the jobs, the table of aliases and the tables of words.

    Args:
        directory: folder of the estate.
        store: its databases.
        outputs: folder of its reports; None for the estate's own folder.
    """
    for name, text in {**xinhu_files(), **maxkey_files()}.items():
        path = directory / "queries" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with (directory / ALIAS_FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("theirs", "ours"), *ALIASES.items()])
    outputs_text = json.dumps(os.path.relpath(outputs, directory)) if outputs else "outputs"
    head = _HEAD.format(outputs=outputs_text, aliases=ALIAS_FILE, ledger=LEDGER_FILE)
    write_jobs(directory)
    text = head + "".join(_entry(source, store) for source in _SOURCES) + _probes()
    (directory / FILE_NAME).write_text(text, encoding="utf-8")


def _entry(source: _Source, store: Store) -> str:
    database = store.settings_lines(*source.database.split()) if source.database else []
    own = [source.line] if source.line else []
    return _lines(source.name, source.about, [f"product: {source.product}", *database, *own])


def _probes() -> str:
    targets = [f'  - {{subsystem: {target.subsystem}, url: "{target.url}"}}' for target in TARGETS]
    return _lines("probe", "在线探测", ["product: probe", f"path: sources/probes/{JOURNAL}", "targets:", *targets])


def _lines(name: str, about: str, lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in (f"  {name}:   # {about}", *(f"    {line}" for line in lines)))
