"""What a notebook declares is what can be given, of the type declared, and nothing is converted silently."""

from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.translators import translate_parameters

from ntanalytics.errors import BadParameter, ReportFailed
from ntanalytics.runner.parameters import Parameter, Value, parse, resolve

CELL = """# what a reader may choose
period: str = "last-week"  # 统计周期
top: int = 10  # 列出前几名
share: float = 0.05  # 占比下限
detail: bool = False  # 是否列出明细
carrier: Literal["telecom", "mobile"] = "mobile"  # 运营商
code: str = "0086"  # 代码
"""
DECLARED = parse(CELL, where="notebooks/probe.ipynb")


def one(**given: object) -> Value:
    (name,) = given
    return resolve(DECLARED, given, where="probe")[name]


def test_a_cell_declares_name_type_default_and_help() -> None:
    assert [
        Parameter("period", "str", "last-week", "统计周期"),
        Parameter("top", "int", 10, "列出前几名"),
        Parameter("share", "float", 0.05, "占比下限"),
        Parameter("detail", "bool", False, "是否列出明细"),
        Parameter("carrier", "str", "mobile", "运营商", ("telecom", "mobile")),
        Parameter("code", "str", "0086", "代码"),
    ] == DECLARED


def test_what_is_not_given_keeps_its_default() -> None:
    assert resolve(DECLARED, {"top": "20"}) == {
        "period": "last-week",
        "top": 20,
        "share": 0.05,
        "detail": False,
        "carrier": "mobile",
        "code": "0086",
    }


@pytest.mark.parametrize("text", ["0755", "12:30", "NO", "1e3", "null", "", "=1+1", '"; import os #', "a\nb", "{x}"])
def test_a_text_stays_the_text_it_is(text: str) -> None:
    assert one(code=text) == text


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("top", "20", 20),
        ("top", "-3", -3),
        ("top", "+7", 7),
        ("top", "0", 0),
        ("share", "0.5", 0.5),
        ("share", "3", 3.0),
        ("share", "-1e-3", -0.001),
        ("detail", "true", True),
        ("detail", "false", False),
        ("carrier", "telecom", "telecom"),
    ],
)
def test_a_text_of_the_type_is_read_as_the_type(name: str, text: str, value: Value) -> None:
    read = resolve(DECLARED, {name: text})[name]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("top", "0755"),
        ("top", "1.0"),
        ("top", "1_000"),
        ("top", " 1"),
        ("top", ""),
        ("top", "٣"),
        ("top", "9" * 19),
        ("top", "9" * 5000),
        ("top", True),
        ("top", 2.0),
        ("share", "nan"),
        ("share", "inf"),
        ("share", "1e999"),
        ("share", float("nan")),
        ("share", "0755"),
        ("share", 3),
        ("detail", "True"),
        ("detail", "yes"),
        ("detail", "1"),
        ("detail", 1),
        ("carrier", "unicom"),
        ("code", "\udcff"),
        ("code", "a\0b"),
        ("code", 755),
        ("code", None),
    ],
)
def test_anything_else_is_refused_and_named(name: str, given: object) -> None:
    with pytest.raises(BadParameter) as caught:
        resolve(DECLARED, {name: given}, where="probe")
    assert caught.value.what.startswith(f"parameter {name!r}: {given!r} is not ")


def test_a_refusal_says_what_was_expected_and_why_a_code_is_no_number() -> None:
    with pytest.raises(BadParameter) as caught:
        one(top="0755")
    assert str(caught.value) == (
        "probe: parameter 'top': '0755' is not an int\n"
        "  → a number has no leading zero; a code is a parameter of type str (列出前几名)"
    )
    with pytest.raises(BadParameter, match='\'unicom\' is not one of "telecom", "mobile"'):
        one(carrier="unicom")


def test_an_unknown_name_is_refused_with_the_nearest_and_the_list() -> None:
    with pytest.raises(BadParameter) as caught:
        resolve(DECLARED[1:3], {"tpo": "20"}, where="probe")
    assert str(caught.value) == (
        "probe: unknown parameter 'tpo'\n"
        "  → did you mean 'top'? It takes:\n"
        "      top: int = 10  (列出前几名)\n"
        "      share: float = 0.05  (占比下限)"
    )


@pytest.mark.parametrize("name", ["__import__('os').system('true')#", "top\nimport os", "Top", "", "period "])
def test_a_name_that_is_code_is_just_unknown(name: str) -> None:
    with pytest.raises(BadParameter, match="unknown parameter"):
        resolve(DECLARED, {name: "1"})


@pytest.mark.parametrize(
    ("cell", "line", "words"),
    [
        ("top = 10  # n", 1, "is not `name: type = default`"),
        ("top: int  # n", 1, "is not `name: type = default`"),
        ("top: int = 10", 1, "has no comment"),
        ("a: int = 1  # a\ntop: int = 10  #", 2, "has no comment"),
        ("a: int = 1; b: int = 2  # both", 1, "two statements share a line"),
        ("a: int = 1  # a\nimport os  # b", 2, "is not `name: type = default`"),
        ("day: date = None  # d", 1, "has type `date`"),
        ("names: list[str] = []  # d", 1, "has type `list[str]`"),
        ("top: int = '10'  # n", 1, "is not of type `int`"),
        ("top: int = True  # n", 1, "is not of type `int`"),
        ("share: float = 1  # n", 1, "is not of type `float`"),
        ("top: int = len('x')  # n", 1, "is not a plain value"),
        ("kind: Literal['a', 'b'] = 'c'  # n", 1, "is not of type"),
        ("Top: int = 1  # n", 1, "no name for a parameter"),
        ("类别: int = 1  # n", 1, "no name for a parameter"),
        ("match: int = 1  # n", 1, "no name for a parameter"),
        ("a: int = 1  # a\na: int = 2  # a", 2, "declared twice"),
        ("a: int = 1  # a\nb: int = (", 2, "not Python"),
    ],
)
def test_a_notebook_that_declares_otherwise_is_named_with_the_line(cell: str, line: int, words: str) -> None:
    with pytest.raises(ReportFailed) as caught:
        parse(cell, where="notebooks/probe.ipynb")
    assert caught.value.where == f"notebooks/probe.ipynb, parameters cell, line {line}"
    assert words in caught.value.what


def test_a_default_may_take_several_lines() -> None:
    (parameter,) = parse('note: str = (\n    "a"\n    "b"\n)  # a remark', where="x")
    assert parameter == Parameter("note", "str", "ab", "a remark")


WRITABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(WRITABLE)
def test_every_text_reaches_the_notebook_as_it_was_given(text: str) -> None:
    assert injected("code", one(code=text)) == text


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_integer_reaches_the_notebook_as_it_was_given(number: int) -> None:
    assert injected("top", one(top=str(number))) == number
    assert one(top=number) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_reaches_the_notebook_as_it_was_given(number: float) -> None:
    assert injected("share", one(share=number)) == number
    read = one(share=repr(number))
    assert read == number
    assert math.copysign(1, float(read)) == math.copysign(1, number)


@given(st.text(max_size=12))
def test_a_text_is_an_integer_only_as_python_writes_it(text: str) -> None:
    try:
        read = one(top=text)
    except BadParameter:
        return
    assert str(read) == text.removeprefix("+").replace("-0", "0")


def injected(name: str, value: Value) -> object:
    """The value after papermill has written it into a cell and Python has read it."""
    code = translate_parameters("python3", "python", {name: value}, "Parameters")
    (statement,) = ast.parse(code).body
    assert isinstance(statement, ast.Assign)
    return ast.literal_eval(statement.value)
