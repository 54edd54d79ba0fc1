"""Strict parameters: those that a notebook declares, with values of the declared type, and no others.

A report has one cell with the tag ``parameters``. Each statement in it is on lines of its own and reads
``name: type = default  # help``. Papermill only warns of an unknown name, accepts any type, and writes names into code
unchecked; so wrong parameters are refused here, before a kernel starts.
"""

from __future__ import annotations

import ast
import difflib
import io
import keyword
import math
import re
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ntanalytics.errors import BadParameter, ReportFailed
from ntanalytics.language import tr

#: Value of a parameter. A date or a code is a ``str``: ``0755`` stays ``0755``.
Value = str | int | float | bool

_TYPES: dict[str, type[Value]] = {"str": str, "int": int, "float": float, "bool": bool}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INT64 = range(-(2**63), 2**63)
_FORM = "write each as `name: type = default  # help`, with type str, int, float, bool or Literal[...]"


@dataclass(frozen=True)
class Parameter:
    """Parameter that a notebook declares.

    Attributes:
        name: a lower-case identifier.
        type: ``str``, ``int``, ``float`` or ``bool``.
        default: the default value, of that type.
        help: its description, the comment in the notebook.
        choices: the allowed texts of a ``Literal``; empty if any text is allowed.
    """

    name: str
    type: str
    default: Value
    help: str
    choices: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """The type for a message: ``int``, or ``one of "a", "b"``."""
        if self.choices:
            return tr("one of ") + ", ".join(f'"{choice}"' for choice in self.choices)
        return self.type

    def describe(self) -> str:
        """Return a line for a list of parameters, such as ``top: int = 10  (how many to list)``."""
        return f"{self.name}: {self.expected} = {self.default!r}  ({self.help})"

    def read(self, given: object, *, where: str = "") -> Value:
        """Return the given value as this parameter's type.

        Args:
            given: a text of the command line, or a value of the type.
            where: the report, for the message.

        Raises:
            BadParameter: the value is not of the type; nothing is converted silently.
        """
        value = _from_text(self.type, given) if isinstance(given, str) else _same_type(self.type, given)
        if value is None or (self.choices and value not in self.choices):
            hint = self.help
            if self.type == "int" and isinstance(given, str) and re.fullmatch(r"[+-]?0[0-9]+", given):
                hint = tr("a number has no leading zero; a code is a parameter of type str ({help})", help=self.help)
            raise BadParameter(
                tr(
                    "parameter {name!r}: {given!r} is not {article}",
                    name=self.name,
                    given=given,
                    article=_article(self.expected),
                ),
                where=where,
                todo=hint,
            )
        return value


def _article(expected: str) -> str:
    return expected if expected.startswith(tr("one of")) else f"{'an' if expected == 'int' else 'a'} {expected}"


def _from_text(kind: str, text: str) -> Value | None:
    """Return the value that a text represents; None if it is not of the type."""
    match kind:
        case "str":
            return text if _is_writable(text) else None
        case "bool":
            return {"true": True, "false": False}.get(text)
        case "int" if _INTEGER.fullmatch(text) and len(text) <= 20 and int(text) in _INT64:
            return int(text)
        case "float" if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return float(text)
    return None


def _same_type(kind: str, value: object) -> Value | None:
    """Return the value if it is of the type (an int is no bool, a bool no int), else None."""
    match value:
        case bool():
            return value if kind == "bool" else None
        case int() if kind == "int":
            return value if value in _INT64 else None
        case float() if kind == "float":
            return value if math.isfinite(value) else None
    return None


def _is_writable(text: str) -> bool:
    # A notebook cannot hold a lone surrogate: bytes of the command line that are not UTF-8.
    return not any(0xD800 <= ord(char) <= 0xDFFF or char == "\0" for char in text)


def resolve(parameters: Iterable[Parameter], given: Mapping[str, object], *, where: str = "") -> dict[str, Value]:
    """Return the value of each declared parameter: the given one, else its default.

    Args:
        parameters: the parameters that the notebook declares.
        given: name → text, or → value of the declared type.
        where: the report, for messages.

    Raises:
        BadParameter: a name that is not declared (with the nearest one and the list), or a wrong type.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            similar = difflib.get_close_matches(name, known, n=1)
            listed = "".join(f"\n      {parameter.describe()}" for parameter in known.values())
            todo = (
                tr("did you mean {similar!r}? It takes:{listed}", similar=similar[0], listed=listed)
                if similar
                else tr("it takes:{listed}", listed=listed)
            )
            raise BadParameter(tr("unknown parameter {name!r}", name=name), where=where, todo=todo)
    return {
        name: parameter.read(given[name], where=where) if name in given else parameter.default
        for name, parameter in known.items()
    }


def parse(source: str, *, where: str) -> list[Parameter]:
    """Return the parameters that a parameters cell declares, in its order.

    Args:
        source: the text of the cell.
        where: the notebook, for messages.

    Raises:
        ReportFailed: a statement is not ``name: type = default  # help``; the message names the line.
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise _defect(where, error.lineno or 1, f"not Python: {error.msg}") from error
    comments = {
        token.start[0]: token.string.lstrip("#").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    parameters: dict[str, Parameter] = {}
    last_line = 0
    for statement in statements:
        line = statement.lineno
        if line <= last_line:
            raise _defect(where, line, tr("two statements share a line"))
        last_line = statement.end_lineno or line
        parameter = _declaration(statement, comments.get(last_line, ""), where)
        if parameter.name in parameters:
            raise _defect(where, line, tr("{parameter!r} is declared twice", parameter=parameter.name))
        parameters[parameter.name] = parameter
    return list(parameters.values())


def _declaration(statement: ast.stmt, comment: str, where: str) -> Parameter:
    """Return the parameter that a statement declares."""
    line = statement.lineno
    if not (isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value):
        raise _defect(where, line, tr("`{unparse}` is not `name: type = default`", unparse=ast.unparse(statement)))
    name = statement.target.id
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise _defect(
            where, line, tr("{name!r} is no name for a parameter: lower-case ASCII letters, digits and _", name=name)
        )
    kind, choices = _annotation(statement.annotation)
    if not kind:
        raise _defect(
            where, line, tr("{name!r} has type `{unparse}`", name=name, unparse=ast.unparse(statement.annotation))
        )
    if not comment:
        raise _defect(where, line, tr("{name!r} has no comment that says what it does", name=name))
    try:
        default = ast.literal_eval(statement.value)
    except ValueError as error:
        raise _defect(where, line, tr("the default of {name!r} is not a plain value", name=name)) from error
    value = default if kind == "str" and isinstance(default, str) else _same_type(kind, default)
    if value is None or (choices and value not in choices):
        raise _defect(
            where,
            line,
            tr(
                "the default of {name!r}, {default!r}, is not of type `{unparse}`",
                name=name,
                default=default,
                unparse=ast.unparse(statement.annotation),
            ),
        )
    return Parameter(name, kind, value, comment, choices)


def _annotation(node: ast.expr) -> tuple[str, tuple[str, ...]]:
    """Return the name of a type, and the texts of ``Literal["a", "b"]``; the name is empty for another type."""
    if isinstance(node, ast.Name):
        return (node.id if node.id in _TYPES else "", ())
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        texts = tuple(item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str))
        return ("str", texts) if len(texts) == len(items) else ("", ())
    return ("", ())


def _defect(where: str, line: int, what: str) -> ReportFailed:
    return ReportFailed(what, where=f"{where}, parameters cell, line {line}", todo=tr(_FORM))
