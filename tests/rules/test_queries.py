"""Mappings: one SELECT of named columns, bounded by its window, that takes nothing personal."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot import exp

from ntanalytics.contract import CONTROL_COLUMNS, DATASETS

#: Columns of real products that hold secrets or content. A mapping may count or test them, and never hands them on.
PERSONAL = re.compile(
    r"^(pass|email_?pass|(push_?)?token|tel|weixinid|pingyin|qmimg|"
    r"password|passwd|pwd|decipherable|content|msg_?content|message_?body|body|phone(_?no)?|mobile(_?no)?|"
    r"id_?card(_?no)?|email|title|(shared|client)?_?secret|sharedpassword|credentials?|display_?name|nick_?name|"
    r"stanza|subject|password_?history|ipmi_password|tls_psk|ssl_key_password|"
    r"privatekey|publickey)$",
    re.IGNORECASE,
)
HEADER = re.compile(r"\A/\*(.*?)\*/", re.DOTALL)
#: What embedded DuckDB reads; only a database product names its dialects.
EMBEDDED = ["duckdb"]
KINDS = {"database", "logs", "listing", "workbook", "prometheus", "probe"}


@pytest.fixture(scope="module")
def products(root: Path) -> list[Path]:
    found = sorted(path for path in (root / "queries").iterdir() if path.is_dir())
    assert found, "queries/ is empty: the rules would pass without looking at anything"
    return found


@pytest.fixture(scope="module")
def mappings(products: list[Path]) -> list[Path]:
    found = [path for product in products for path in sorted(product.glob("*.sql"))]
    assert found, "queries/ holds no SQL: the rules would pass without looking at anything"
    return found


@cache
def header(path: Path) -> dict[str, object]:
    match = HEADER.match(path.read_text(encoding="utf-8"))
    assert match, f"{path}: starts with one /* ... */ comment that is YAML"
    content = yaml.safe_load(match[1])
    assert isinstance(content, dict), f"{path}: its header is a YAML mapping"
    return content


@cache
def parsed(path: Path) -> list[tuple[str, exp.Query]]:
    """The file in each dialect that it claims; kept, since each rule looks at all of them."""
    text, queries = path.read_text(encoding="utf-8"), []
    for dialect in header(path).get("dialects") or EMBEDDED:
        statements = [one for one in sqlglot.parse(text, dialect=str(dialect)) if one is not None]
        assert len(statements) == 1, f"{path} ({dialect}): holds one statement, not {len(statements)}"
        assert isinstance(statements[0], exp.Query), f"{path} ({dialect}): sources are only ever read; write a SELECT"
        queries.append((str(dialect), statements[0]))
    return queries


def test_every_product_describes_itself(products: list[Path]) -> None:
    for product in products:
        source = product / "source.yml"
        assert source.is_file(), (
            f"{product.name}: source.yml says what the product is and what it must be allowed to read"
        )
        content = yaml.safe_load(source.read_text(encoding="utf-8"))
        missing = {"title", "kind", "needs"} - set(content)
        assert not missing, f"{product.name}/source.yml lacks {sorted(missing)}"
        assert content["kind"] in KINDS, f"{product.name}: kind {content['kind']!r}"
        assert list(product.glob("*.sql")), f"{product.name}: a product without a mapping delivers nothing"


def test_a_mapping_is_named_after_its_dataset(mappings: list[Path]) -> None:
    for path in mappings:
        name = ".".join(path.name.split(".")[:2])
        assert name in DATASETS, f"{path}: the contract knows no dataset {name!r}"


def test_a_mapping_bounds_the_contracts_window(mappings: list[Path]) -> None:
    for path in mappings:
        dataset = DATASETS[".".join(path.name.split(".")[:2])]
        assert header(path).get("window", "") == dataset.window, (
            f"{path}: the window of {dataset.name} is {dataset.window}"
        )


def test_a_mapping_is_one_select_in_every_dialect_it_claims(mappings: list[Path]) -> None:
    for path in mappings:
        assert parsed(path), f"{path}: claims no dialect"


def test_a_mapping_names_its_columns(mappings: list[Path]) -> None:
    for path in mappings:
        dataset = DATASETS[".".join(path.name.split(".")[:2])]
        absent = header(path).get("absent", [])
        assert isinstance(absent, list), f"{path}: absent: lists columns"
        expected = {column.name for column in dataset.mapped} - set(absent)
        for dialect, query in parsed(path):
            loose = _stars_over_a_source(query)
            assert not loose, (
                f"{path} ({dialect}): SELECT * from {loose}; name the columns, since a source grows new ones"
            )
            names = query.named_selects
            assert expected <= set(names) <= expected | set(CONTROL_COLUMNS), f"{path} ({dialect}): selects {names}"
            assert len(names) == len(set(names)), f"{path} ({dialect}): selects a column twice"


def test_a_mapping_says_which_columns_its_product_does_not_have(mappings: list[Path]) -> None:
    for path in mappings:
        for dialect, query in parsed(path):
            for select in query.selects:
                value = select.unalias()
                while isinstance(value, exp.Cast):
                    value = value.this
                is_null = isinstance(value, exp.Null) and select.alias not in CONTROL_COLUMNS
                assert not is_null, f"{path} ({dialect}): list {select.alias} under absent: and do not select it"


def test_a_mapping_takes_only_since_and_until(mappings: list[Path]) -> None:
    for path in mappings:
        has_window = bool(DATASETS[".".join(path.name.split(".")[:2])].window)
        for dialect, query in parsed(path):
            found = {node.name for node in query.find_all(exp.Placeholder)}
            assert found == ({"since", "until"} if has_window else set()), (
                f"{path} ({dialect}): binds {sorted(found)}; a window is :since and :until, and a state has none"
            )
        body = HEADER.sub("", path.read_text(encoding="utf-8"), count=1)
        assert not re.search(r"{[{%]", body), f"{path}: runs as it is in a SQL client; no templates"


def test_a_mapping_hands_on_nothing_personal(mappings: list[Path]) -> None:
    for path in mappings:
        for dialect, query in parsed(path):
            for select in query.selects:
                inner = select.unalias()
                assert not (isinstance(inner, exp.Column) and PERSONAL.match(inner.name)), (
                    f"{path} ({dialect}): hands on {inner.sql()}; messages, numbers and secrets never leave the source"
                )


def _stars_over_a_source(query: exp.Query) -> list[str]:
    """What a `*` takes from other than the query's own WITH parts, which name their columns themselves."""
    own = {part.alias for part in query.find_all(exp.CTE)}
    return [
        table.name
        for select in query.find_all(exp.Select)
        if any(isinstance(column.unalias(), exp.Star) or column.is_star for column in select.expressions)
        and not any(isinstance(column.unalias(), exp.Count) for column in select.expressions)
        for table in select.find_all(exp.Table)
        if table.find_ancestor(exp.Select) is select and table.name not in own
    ]
