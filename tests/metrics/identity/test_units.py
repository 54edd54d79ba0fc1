import datetime as dt
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.metrics.identity import units

LISTED = pa.schema([(name, pa.string()) for name in ("source", "unit_id", "unit", "parent_id")]).append(
    pa.field("is_enabled", pa.bool_())
)
ALIASES = pa.schema([("theirs", pa.string()), ("ours", pa.string())])
TABLE = pa.schema([("unit", pa.string()), ("source", pa.string()), ("n", pa.int64())])

Listed = tuple[str, str, str | None, bool]


def listed(*rows: Listed, source: str = "iam") -> ir.Table:
    """Rows of identity.units: id, name, id of the parent, whether enabled."""
    columns = ("unit_id", "unit", "parent_id", "is_enabled")
    return ibis.memtable(
        pa.Table.from_pylist([{"source": source, **dict(zip(columns, row, strict=True))} for row in rows], LISTED)
    )


def aliases(**ours: str) -> ir.Table:
    rows = [{"theirs": theirs, "ours": name} for theirs, name in ours.items()]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=ALIASES))


def table(*names: str | None, source: str = "sms") -> ir.Table:
    rows = [{"unit": name, "source": source, "n": number} for number, name in enumerate(names)]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=TABLE))


def rows(found: ir.Table) -> list[dict[str, Any]]:
    return found.to_pyarrow().to_pylist()


def told(found: ir.Table) -> list[tuple[str | None, bool | None]]:
    return [(row["unit"], row["is_known_unit"]) for row in sorted(rows(found), key=lambda row: row["n"])]


SNAPSHOTS = pa.schema([("day", pa.date32()), *((name, pa.string()) for name in ("source", "unit_id", "unit"))])


@given(st.sets(st.tuples(st.integers(1, 6), st.sampled_from("ab"), st.sampled_from("12"), st.sampled_from("甲乙"))))
def test_a_name_is_new_where_the_day_before_does_not_have_it(named: set[tuple[int, str, str, str]]) -> None:
    snapshots = [
        {"day": dt.date(2026, 11, day), "source": source, "unit_id": unit_id, "unit": unit}
        for day, source, unit_id, unit in named
    ]
    new = units.new_names(ibis.memtable(pa.Table.from_pylist(snapshots, schema=SNAPSHOTS)))
    found = [(row["day"].day, row["source"], row["unit_id"], row["unit"]) for row in rows(new)]
    assert sorted(found) == sorted(name for name in named if (name[0] - 1, *name[1:]) not in named)


@pytest.fixture
def city() -> ir.Table:
    return listed(
        ("1", "市财政局", None, True),
        ("2", "市教育局（本级）", None, True),
        ("11", "办公室", "1", True),
        ("12", "预算科", "1", True),
        ("21", "办公室", "2", True),
        ("9", "市外办", None, False),
    )


def by_id(dimension: ir.Table) -> dict[str, tuple[str, str | None, bool, bool]]:
    return {row["unit_id"]: (row["unit"], row["parent"], row["is_top"], row["is_enabled"]) for row in rows(dimension)}


def test_the_dimension_has_one_row_a_unit_and_tells_departments_of_one_name_apart(city: ir.Table) -> None:
    assert by_id(units.units(city, aliases())) == {
        "1": ("市财政局", None, True, True),
        "2": ("市教育局（本级）", None, True, True),
        "11": ("市财政局/办公室", "市财政局", False, True),
        "12": ("预算科", "市财政局", False, True),
        "21": ("市教育局（本级）/办公室", "市教育局（本级）", False, True),
        "9": ("市外办", None, True, False),
    }


def test_a_unit_that_was_founded_anew_keeps_its_name(city: ir.Table) -> None:
    again = city.union(listed(("10", "市外办", "1", True)))
    found = by_id(units.units(again, aliases()))
    assert (found["9"][0], found["10"][0]) == ("市外办", "市外办")  # one of the two is in use


def test_a_parent_that_is_not_listed_is_named_by_its_id() -> None:
    found = by_id(units.units(listed(("1", "办公室", "77", True), ("2", "办公室", "88", True)), aliases()))
    assert found == {"1": ("77/办公室", None, False, True), "2": ("88/办公室", None, False, True)}


def test_a_unit_without_a_name_is_called_by_its_id() -> None:
    assert by_id(units.units(listed(("1", " ", None, True)), aliases()))["1"][0] == "1"


def test_units_of_two_sources_are_one_by_spelling_or_by_alias(city: ir.Table) -> None:
    other = listed(("a", "市教育局 (本级)", None, True), ("b", "财政局", None, True), source="oa")
    dimension = units.units(city.union(other), aliases(财政局="市财政局"))
    found = by_id(dimension)
    assert (found["a"][0], found["2"][0]) == ("市教育局 (本级)", "市教育局 (本级)")  # one spelling of the two
    assert found["b"][0] == "市财政局"
    top = [row["unit"] for row in rows(units.names(dimension)) if row["is_top"]]
    assert top == ["市外办", "市教育局 (本级)", "市财政局"]


def test_a_name_is_resolved_by_spelling_else_by_alias_else_kept(city: ir.Table) -> None:
    words = aliases(市财局="市财政局", ＥＤＵ="市教育局(本级)", 港务局="南通港集团")
    dimension = units.units(city, words)
    names = ("市财政局", " 市财政局　", "市教育局(本级)", "市财局", "EDU", "市气象局 ", "港务局", "办公室", None, "　")
    assert told(units.resolve_units(table(*names), dimension, words)) == [
        ("市财政局", True),
        ("市财政局", True),
        ("市教育局（本级）", True),
        ("市财政局", True),
        ("市教育局（本级）", True),
        ("市气象局", False),  # no such unit: as it is written
        ("南通港集团", False),  # the alias leads nowhere, and still makes one of two names
        ("办公室", False),  # two units have one
        (None, None),
        (None, None),
    ]


def test_the_columns_stay_and_another_column_can_be_resolved(city: ir.Table) -> None:
    given = table("市财政局").select(receiver_unit="unit", n="n")
    found = units.resolve_units(given, units.units(city, aliases()), aliases(), "receiver_unit")
    assert rows(found) == [{"receiver_unit": "市财政局", "n": 0, "is_known_receiver_unit": True}]


def test_two_columns_of_joined_rows_are_resolved_one_after_the_other(city: ir.Table) -> None:
    sent = table("市财局", "市气象局").select(document="n", sender_unit="unit")
    received = table("市外办", "市财政局 ").select(document="n", receiver_unit="unit")
    joined = sent.join(received, "document")
    joined = joined.select(
        "document", sender_unit=joined.sender_unit.strip(), receiver_unit=joined.receiver_unit.upper()
    )
    words = aliases(市财局="市财政局")
    dimension = units.units(city, words)
    found = joined
    for column in ("sender_unit", "receiver_unit"):
        found = units.resolve_units(found, dimension, words, column)
    assert [tuple(row.values()) for row in rows(found.order_by("document"))] == [
        (0, "市财政局", "市外办", True, True),
        (1, "市气象局", "市财政局", False, True),
    ]


def test_an_alias_tells_which_office_is_meant(city: ir.Table) -> None:
    words = aliases(办公室="市财政局/办公室")
    dimension = units.units(city, words)
    assert by_id(dimension)["21"][0] == "市教育局（本级）/办公室"  # the alias is for others' texts
    assert told(units.resolve_units(table("办公室"), dimension, words)) == [("市财政局/办公室", True)]


def test_what_matches_nothing_is_listed_by_source_with_its_rows(city: ir.Table) -> None:
    given = table("市气象局", "市财政局", None, "市气象局", "办公室").union(table("市气象局", source="oa"))
    assert rows(units.unmatched(given, units.units(city, aliases()), aliases())) == [
        {"unit": "市气象局", "source": "sms", "rows": 2},
        {"unit": "办公室", "source": "sms", "rows": 1},
        {"unit": "市气象局", "source": "oa", "rows": 1},
    ]


def test_an_alias_that_leads_to_no_unit_is_listed(city: ir.Table) -> None:
    words = aliases(财局="市财政局", 港务局="南通港集团", 教育局="市教育局(本级)")
    assert rows(units.unused_aliases(words, units.units(city, words))) == [{"theirs": "港务局", "ours": "南通港集团"}]


def test_accounts_get_their_unit_by_id_and_source(city: ir.Table) -> None:
    accounts = ibis.memtable(
        pa.table(
            {
                "account_id": ["a", "b", "c", "d"],
                "source": ["iam", "iam", "iam", "oa"],
                "unit_id": ["11", None, "404", "1"],
            }
        )
    )
    found = rows(units.add_unit_names(accounts, units.units(city, aliases())))
    assert {row["account_id"]: (row["unit"], row["is_known_unit"]) for row in found} == {
        "a": ("市财政局/办公室", True),
        "b": (None, None),
        "c": (None, False),
        "d": (None, False),  # another source's ids are its own
    }


NAMES = st.sampled_from(
    ["", " ", "局", "局 ", "Ａ局", "A局", "办公室", "科", "B/办公室", "\u3000科", "局(甲)", "局（甲）"]
)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(NAMES, st.none() | st.integers(0, 5), st.booleans()), max_size=6),
    st.lists(st.tuples(NAMES, NAMES), max_size=4),
    st.lists(st.none() | NAMES, max_size=8),
)
def test_no_row_is_lost_or_multiplied_whatever_the_names(
    known: list[tuple[str, int | None, bool]], words: list[tuple[str, str]], names: list[str | None]
) -> None:
    city = listed(
        *(
            (str(number), name, None if parent is None else str(parent), used)
            for number, (name, parent, used) in enumerate(known)
        )
    )
    same = ibis.memtable(pa.Table.from_pylist([{"theirs": one, "ours": other} for one, other in words], ALIASES))
    dimension = ibis.memtable(units.units(city, same).to_pyarrow())
    assert sorted(row["unit_id"] for row in rows(dimension)) == [str(number) for number in range(len(known))]
    found = rows(units.resolve_units(table(*names), dimension, same))
    assert sorted(row["n"] for row in found) == list(range(len(names)))
    unknown = sum(row["is_known_unit"] is False for row in found)
    assert sum(row["rows"] for row in rows(units.unmatched(table(*names), dimension, same))) == unknown


@settings(max_examples=10)
@given(st.lists(st.text(alphabet="（）-ＡＺaz09０９ \u3000\ufeff局", max_size=8), min_size=1, max_size=60))
def test_a_spelling_is_the_same_in_python_and_in_the_engine(names: list[str]) -> None:
    made = table(*names)
    found = made.mutate(spelled=made.unit.translate(units._WIDE + units._BLANKS, units._NARROW))
    assert [row["spelled"] for row in sorted(rows(found), key=lambda row: row["n"])] == list(map(units.spelling, names))
