"""Modules and applications that hardly anybody uses, to merge or close (docs/domain.md, No league tables)."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from ntanalytics.contract.enumerations import EDITIONS, MODULES
from ntanalytics.metrics.measure import Measure, catalogue
from ntanalytics.metrics.oa.burden import HARDLY_USED, LEAST, code_words

LOW_USE = (
    Measure(
        "low_use_kind",
        "类别",
        "A module of an edition of the OA, or an application behind the portal.",
        format="text",
        values={"module": "模块", "application": "应用"},
    ),
    Measure("low_use_name", "名称", "Edition and module, or the application.", format="text"),
    Measure(
        "low_use_accounts",
        "使用账号",
        "Accounts that used it in the period; null for one to four, of whom nothing is told "
        "(docs/domain.md, Burden: little used).",
        unit="个",
        over_gap="unknown",
    ),
)

MEASURES = catalogue(LOW_USE)


def little_used_modules(users: ir.Table) -> ir.Table:
    """Return the modules that fewer than one in fifty of an edition's users of the busiest module use.

    Args:
        users: the result of ``burden.module_users``.

    Returns:
        The measures of ``LOW_USE`` and ``relative_use``, by edition and module.
    """
    idle = users.filter(users.relative_use < HARDLY_USED)
    order = [_place(idle.edition, EDITIONS), _place(idle.module, MODULES)]
    name = code_words(idle.edition, EDITIONS).concat("·", code_words(idle.module, MODULES))
    ordered = idle.mutate(_name=name, _edition=order[0], _module=order[1]).order_by("_edition", "_module")
    return _rows(ordered, "module", ordered["_name"], ordered.active, ordered.relative_use)


def little_used_apps(apps: ir.Table) -> ir.Table:
    """Return the applications that fewer than one in fifty of the users of the busiest application use, by name.

    Args:
        apps: the result of ``metrics.sso.accesses.by_app``.
    """
    named = apps.filter(apps.app.notnull())
    users = named.access_users.fill_null(0)
    shared = named.mutate(_users=users, _relative=users / users.max().over(ibis.window()).nullif(0))
    idle = shared.filter(shared["_relative"] < HARDLY_USED).order_by("app")
    return _rows(idle, "application", idle.app, idle["_users"], idle["_relative"])


def _rows(
    table: ir.Table, kind: str, name: ir.Value, accounts: ir.IntegerValue, relative: ir.FloatingValue
) -> ir.Table:
    is_shown = (accounts == 0) | (accounts >= LEAST)
    return table.select(
        low_use_kind=ibis.literal(kind),
        low_use_name=name,
        low_use_accounts=is_shown.ifelse(accounts.cast("int64"), ibis.null("int64")),
        relative_use=is_shown.ifelse(relative, ibis.null("float64")),
    )


def _place(code: ir.Value, words: Mapping[str, str]) -> ir.Value:
    cases = [(code == name, place) for place, name in enumerate(words)]
    return ibis.cases(*cases, else_=len(cases))
