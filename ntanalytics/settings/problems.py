"""Problems of a validation in the language of the reader; pydantic knows them in English alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ntanalytics.language import tr

_SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


def problem_text(problem: Mapping[str, Any]) -> str:
    """Return a problem in words; a sentence of ours, and one that has none here, stays as it is.

    Args:
        problem: one of ``ValidationError.errors()``.
    """
    context = problem.get("ctx", {})
    limits = " ".join(f"{sign} {context[name]}" for name, sign in _SIGNS.items() if name in context)
    if limits:
        return tr("it must be {limits}", limits=limits)
    if "expected" in context:
        return tr("write one of {words}", words=context["expected"].replace(" or ", ", "))
    remedies = {
        "missing": tr("it is missing"),
        "extra_forbidden": tr("no such key"),
        **dict.fromkeys(("dict_type", "model_type", "mapping_type"), tr("write keys with values below it")),
        **dict.fromkeys(("list_type", "tuple_type", "set_type"), tr("write a list: [one, another]")),
        "string_type": tr("write a text, in quotes where it is a number or a date"),
        **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), tr("write a whole number")),
        **dict.fromkeys(("float_type", "float_parsing", "finite_number"), tr("write a number")),
        **dict.fromkeys(("bool_type", "bool_parsing"), tr("write true or false")),
    }
    return remedies.get(problem["type"], str(problem["msg"]).removeprefix("Value error, "))
