"""Language of the program's messages: Simplified Chinese or English.

The environment says which (LANGUAGE, LC_ALL, LC_MESSAGES, LANG: the first that is set), or the key ``language`` of the
settings, which the command line puts into LANGUAGE. Identifiers, keys, exit codes and JSON are the same in both.

The translations stand in ``locale/``; ``make messages`` brings them in step with the code.
"""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "ntanalytics"
FOLDER = Path(__file__).parent / "locale"
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

ENGLISH, CHINESE = "en", "zh_CN"


def language() -> str:
    """Return the language of the messages: ``en`` or ``zh_CN``."""
    wanted = next(filter(None, map(os.environ.get, VARIABLES)), "")
    return CHINESE if wanted.lower().startswith("zh") else ENGLISH


def use_language(name: str) -> None:
    """Set the language of this process and of those that it starts, also for the words of other libraries."""
    os.environ["LANGUAGE"] = CHINESE if name.startswith("zh") else ENGLISH
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)


def tr(template: str, /, **values: object) -> str:
    """Return a message in the language of the reader.

    Args:
        template: the message in English, a literal with named placeholders as of ``str.format``.
        values: the values of the placeholders; without any, braces stand for themselves.
    """
    text = _catalogue(language()).gettext(template) if template else ""
    return text.format(**values) if values else text


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    if name == ENGLISH:  # the code has it
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, FOLDER, [name])
