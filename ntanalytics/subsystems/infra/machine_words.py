"""Hosts, disks and services in words: ``协同办公数据库服务器（oa-db-1）``."""

from __future__ import annotations

import re

from ntanalytics.contract.enumerations import SUBSYSTEMS

#: Part of a host's name → the kind of machine.
_KINDS = {
    "db": "数据库服务器",
    "app": "应用服务器",
    "web": "网站服务器",
    "files": "文件服务器",
    "gw": "网关服务器",
    "gateway": "网关服务器",
    "backup": "备份服务器",
}

_DISKS = {"/": "系统盘", "": "系统盘", "data": "数据盘", "/data": "数据盘", "backup": "备份盘", "/backup": "备份盘"}


def site_of(target: object) -> str:
    """Return a target of probes by its name alone: ``portal.nantong.example`` of ``tls://portal.nantong.example:443``."""
    return re.sub(r"^\w+://|(:443)?/?$", "", str(target))


def machine_words(host: str) -> str:
    """Return a host with what its name tells of it: ``协同办公数据库服务器（oa-db-1）``; else its name alone."""
    head, *rest = re.split(r"[-_.]", host.lower())
    kind = next((_KINDS[part] for part in (*rest, head) if part in _KINDS), "")
    system = SUBSYSTEMS.get(head, "")
    if not kind and not system:
        return f"主机 {host} " if host.isascii() else host
    return f"{system}{kind or '服务器'}（{host}）"


def disk_words(key: str) -> str:
    """Return a disk with its host: ``协同办公数据库服务器（oa-db-1）数据盘``.

    Args:
        key: the key of a disk's entity: host and mount point.
    """
    host, _, part = key.partition("/")
    return f"{machine_words(host)}{_DISKS.get(part, f' {part} 盘')}"
