"""Units as one dimension: one name for a unit, however a subsystem writes it.

Identity's list of units gives the names. The text of another subsystem is matched by its spelling: full-width and
half-width characters are the same, and blanks do not count. Before that, a site's table of aliases (``theirs``,
``ours``) maps names to ours. A name without a match stays as it is, and :func:`unmatched` lists it.

A department's name that several units share (办公室) is ambiguous: such a department has its parent in its name
(``市财政局/办公室``), and its bare name matches none of them.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.metrics.measure import Measure, catalogue, count
from ntanalytics.metrics.rows import rows

#: Words for the unit of rows that name none.
NO_UNIT = "无单位"

#: Labels of the columns of this module.
MEASURES = catalogue(
    (
        Measure("parent", "上级单位", "The unit above the unit; null for a top unit.", format="text"),
        Measure("is_top", "顶级单位", "Whether no unit is above it.", format="text"),
        Measure(
            "is_known_unit",
            "在单位目录中",
            "Whether identity.units has the unit, by its name or by an alias; null without a name.",
            format="text",
        ),
        count("rows", "行数", "", "Rows of the dataset that name the unit."),
    )
)

_WIDE = "（）－．／＆＋＿０１２３４５６７８９" + "".join(
    chr(first + offset) for first in (0xFF21, 0xFF41) for offset in range(26)
)
_NARROW = "()-./&+_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Blanks of every width and invisible characters: tab, no-break space, ideographic space, byte order mark.
_BLANKS = " \t\r\n\u00a0\u2002\u2003\u2009\u200b\u3000\ufeff"
_SPELLING = {ord(wide): narrow for wide, narrow in zip(_WIDE, _NARROW, strict=True)} | {
    ord(blank): "" for blank in _BLANKS
}


def spelling(name: str) -> str:
    """Return a name as it is compared: half-width, without blanks; empty for a blank name."""
    return name.translate(_SPELLING)


def units(listed: ir.Table, aliases: ir.Table) -> ir.Table:
    """Return the dimension: one row for each unit of each identity source, with its name.

    Where two sources, or an alias, give two units the same name, both rows have it: they are one unit.

    Args:
        listed: rows of identity.units of one snapshot a source.
        aliases: the site's table of aliases: ``theirs``, ``ours``.

    Returns:
        ``source``, ``unit_id``, ``unit``, ``parent`` (a name; null for a top unit), ``is_top``, ``is_enabled``, in no
        order.
    """
    parents = listed.group_by(_of="source", _above="unit_id").agg(_parent=listed.unit.min())
    placed = _looked_up(listed, parents, [("source", "_of"), ("parent_id", "_above")])
    placed = placed.mutate(_bare=_spelling(placed.unit), _over=ibis.coalesce(placed["_parent"], placed.parent_id))
    placed = _looked_up(placed, _shared(placed), [("_bare", "_shared")])
    is_shared = placed["_shared"].notnull() & placed["_over"].notnull()
    called = is_shared.ifelse(placed["_over"].concat("/", placed.unit), placed.unit)
    keyed = _aliased(placed.select("source", "unit_id", "parent_id", "is_enabled", unit=called), aliases, "unit")
    named = _looked_up(keyed, keyed.group_by(_name="_key").agg(_unit=keyed["_text"].min()), [("_key", "_name")])
    # The id replaces a missing name.
    named = named.mutate(unit=ibis.coalesce(named["_unit"], named.unit_id), is_top=named.parent_id.isnull())
    over = named.group_by(_of="source", _above="unit_id").agg(parent=named.unit.min())
    whole = _looked_up(named, over, [("source", "_of"), ("parent_id", "_above")])
    return whole.select("source", "unit_id", "unit", "parent", "is_top", "is_enabled")


def new_names(listed: ir.Table) -> ir.Table:
    """Return the names that units have in a snapshot and did not have in that of the day before.

    Args:
        listed: rows of identity.units of any days.

    Returns:
        ``day``, ``source``, ``unit_id`` and ``unit``, in no order: all names of a snapshot without one the day before.
    """
    key = ["source", "unit_id", "unit"]
    named = listed.select("day", *key).distinct()
    named = named.mutate(_before=named.day.lag().over(ibis.window(group_by=key, order_by="day")))
    was_there = named["_before"] >= named.day - ibis.interval(days=1)
    return named.filter(~was_there.fill_null(False)).drop("_before")


def other_names(ever: ir.Table, listed: ir.Table, dimension: ir.Table, aliases: pa.Table) -> pa.Table:
    """Return the names that units have in other snapshots, as further aliases: a unit keeps its id when it is renamed.

    Args:
        ever: ``source``, ``unit_id`` and ``unit`` of any snapshots.
        listed: rows of identity.units of the snapshots of the dimension.
        dimension: the result of :func:`units`.
        aliases: the site's table of aliases.

    Returns:
        ``theirs`` and ``ours``, as of ``aliases``; without the names that a unit or an alias has, and without those of
        more than one unit.
    """
    named = [row for row in rows(ever.select("source", "unit_id", "unit").distinct()) if row["unit"]]
    now = rows(listed.select("unit").distinct())
    ours = {(row["source"], row["unit_id"]): row["unit"] for row in rows(dimension)}
    taken = {spelling(name) for row in (*now, *rows(dimension)) for name in [row["unit"] or ""]}
    taken |= {spelling(name) for name in aliases["theirs"].to_pylist()}
    meant: dict[str, set[str]] = {}
    for row in named:
        if spelling(row["unit"]) not in taken and (row["source"], row["unit_id"]) in ours:
            meant.setdefault(row["unit"], set()).add(ours[row["source"], row["unit_id"]])
    clear = [{"theirs": name, "ours": min(called)} for name, called in sorted(meant.items()) if len(called) == 1]
    return pa.Table.from_pylist(clear, schema=aliases.schema)


def names(dimension: ir.Table) -> ir.Table:
    """Return the units, one row a name.

    Args:
        dimension: the result of :func:`units`.

    Returns:
        ``unit``, ``parent``, ``is_top`` and ``is_enabled`` (in any of the sources), ordered by ``unit``.
    """
    grouped = dimension.group_by("unit").agg(
        parent=dimension.parent.min(), is_top=dimension.is_top.any(), is_enabled=dimension.is_enabled.any()
    )
    return grouped.order_by("unit")


def resolve_units(table: ir.Table, dimension: ir.Table, aliases: ir.Table, column: str = "unit") -> ir.Table:
    """Return a table's rows with the names of the dimension for its units; the number of rows stays.

    Args:
        table: any rows with a column of unit names.
        dimension: the result of :func:`units`.
        aliases: the site's table of aliases.
        column: the column that names the unit.

    Returns:
        The table's columns, with ``column`` replaced by the unit's name, else the alias, else unchanged; null for a
        blank name. Then ``is_known_<column>``: whether the dimension has the unit; null for a blank name.
    """
    return with_meanings(table, meanings(table, dimension, aliases, column), column)


def meanings(table: ir.Table, dimension: ir.Table, aliases: ir.Table, column: str = "unit") -> ir.Table:
    """Return the meaning of each name in a column, one row a name: spelling takes time, however many rows have it.

    Args:
        table: any rows with a column of unit names.
        dimension: the result of :func:`units`.
        aliases: the site's table of aliases.
        column: the column that names the unit.

    Returns:
        ``_given``, ``_called`` and ``_is_known``, for :func:`with_meanings`.
    """
    return _meant(table.group_by(_given=column).agg(_rows=table.count()).select("_given"), dimension, aliases)


def with_meanings(table: ir.Table, meant: ir.Table, column: str = "unit") -> ir.Table:
    """Return a table's rows with the meaning of its names, as :func:`resolve_units` does.

    Args:
        table: any rows with a column of unit names.
        meant: the result of :func:`meanings` for all of its names.
        column: the column that names the unit.
    """
    joined = _looked_up(table, meant, [(column, "_given")])
    columns = {name: joined["_called"] if name == column else joined[name] for name in table.columns}
    return joined.select(**{**columns, f"is_known_{column}": joined["_is_known"]})


def add_unit_names(table: ir.Table, dimension: ir.Table) -> ir.Table:
    """Return rows with a ``unit_id``, such as identity.accounts, with the unit's name; the number of rows stays.

    Args:
        table: rows with ``source`` and ``unit_id``.
        dimension: the result of :func:`units`.

    Returns:
        The table's columns, ``unit`` and ``is_known_unit``: both null without an id; ``unit`` null and
        ``is_known_unit`` false where the source has no unit of that id.
    """
    by_id = dimension.group_by(_of="source", _id="unit_id").agg(_unit=dimension.unit.min())
    joined = _looked_up(table, by_id, [("source", "_of"), ("unit_id", "_id")])
    columns = {name: joined[name] for name in table.columns}
    is_known = joined.unit_id.isnull().ifelse(ibis.null("boolean"), joined["_unit"].notnull())
    return joined.select(**{**columns, "unit": joined["_unit"], "is_known_unit": is_known})


def unmatched(table: ir.Table, dimension: ir.Table, aliases: ir.Table, column: str = "unit") -> ir.Table:
    """Return the names without a unit in the dimension: candidates for the table of aliases.

    Args:
        table: any rows with ``source`` and a column of unit names.
        dimension: the result of :func:`units`.
        aliases: the site's table of aliases.
        column: the column that names the unit.

    Returns:
        ``unit``, ``source``, ``rows``, the most frequent first.
    """
    resolved = resolve_units(table.group_by(column, "source").agg(_rows=table.count()), dimension, aliases, column)
    unknown = resolved.filter(resolved[f"is_known_{column}"] == ibis.literal(False))
    counted = unknown.group_by("source", unit=column).agg(rows=unknown["_rows"].sum()).select("unit", "source", "rows")
    return counted.order_by(ibis.desc("rows"), "unit", "source")


def unused_aliases(aliases: ir.Table, dimension: ir.Table) -> ir.Table:
    """Return the aliases without a unit in the dimension: ``theirs``, ``ours``, ordered by name."""
    known = dimension.select(_known=_spelling(dimension.unit)).distinct()
    keyed = aliases.mutate(_key=_spelling(aliases.ours))
    return keyed.anti_join(known, [("_key", "_known")]).select("theirs", "ours").order_by("theirs", "ours")


def _spelling(name: ir.StringValue) -> ir.StringValue:
    """Return :func:`spelling` as an expression; null for a blank name."""
    return name.translate(_WIDE + _BLANKS, _NARROW).nullif("")


def _aliased(table: ir.Table, aliases: ir.Table, column: str) -> ir.Table:
    """Return the table with ``_text``, the name of the alias or else as written, and ``_key``, its spelling."""
    alias_names = aliases.group_by(_alias=_spelling(aliases.theirs)).agg(_ours=aliases.ours.min())
    keyed = table.mutate(_written=_spelling(table[column]))
    joined = _looked_up(keyed, alias_names, [("_written", "_alias")])
    text = ibis.coalesce(joined["_ours"], joined[column].strip())
    return joined.select(*table.columns, _text=text, _key=_spelling(text))


def _meant(given: ir.Table, dimension: ir.Table, aliases: ir.Table) -> ir.Table:
    """Return the meaning of each ``_given`` name: ``_called`` and ``_is_known``; both null for a blank name."""
    known = dimension.group_by(_known=_spelling(dimension.unit)).agg(_unit=dimension.unit.min())
    keyed = _aliased(given, aliases, "_given")
    joined = _looked_up(keyed, known, [("_key", "_known")])
    is_named = joined["_key"].notnull()
    called = is_named.ifelse(ibis.coalesce(joined["_unit"], joined["_text"]), ibis.null("string"))
    is_known = is_named.ifelse(joined["_unit"].notnull(), ibis.null("boolean"))
    return joined.select("_given", _called=called, _is_known=is_known)


def _looked_up(table: ir.Table, by: ir.Table, on: list[tuple[str, str]]) -> ir.Table:
    """Return the table's rows with the columns of ``by``, which has one row a key; null where it has none."""
    # Ibis cannot join on a column that an earlier join's select has computed; one of a later projection will do.
    keyed = table.mutate(**{f"_on_{ours}": table[ours] for ours, _ in on})
    return keyed.left_join(by, [(f"_on_{ours}", theirs) for ours, theirs in on]).select(*table.columns, *by.columns)


def _shared(placed: ir.Table) -> ir.Table:
    """Return the spellings of more than one unit of a source: of units in use, or of all where none is in use."""
    counted = placed.group_by("source", "_bare").agg(_used=placed.is_enabled.cast("int64").sum(), _all=placed.count())
    counted = counted.filter((counted["_used"] > 1) | ((counted["_used"] == 0) & (counted["_all"] > 1)))
    return counted.select(_shared=counted["_bare"]).distinct()
