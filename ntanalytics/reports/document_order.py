"""Order and numbers of the Word document: the pages that a person signs first, then the sections by 一、 and （一）.

The page and the OFD file keep the record's order. The renderer and the verification both keep this rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ntanalytics.reports.markdown import headings
from ntanalytics.reports.record import Heading, RecordedBlock

_NUMBERED = re.compile(r"[一二三四五六七八九十]+、")
_DIGITS = "零一二三四五六七八九"


def document_items(items: Sequence[RecordedBlock | Heading]) -> Iterator[tuple[RecordedBlock | Heading, str]]:
    """Yield the parts of a report in the document's order, each with the number before its title, or with none.

    What stands before the first section comes first, then the signatures, wherever the record has them, then the rest.
    """
    first = next((place for place, item in enumerate(items) if _is_section(item)), len(items))
    leading = [item for item in items[:first] if not _is_signature(item)]
    signed = [item for item in items if _is_signature(item)]
    rest = [item for item in items[first:] if not _is_signature(item)]
    yield from ((item, "") for item in (*leading, *signed))
    section = part = 0
    for item in rest:
        if isinstance(item, Heading):
            is_section = _is_section(item)
            section, part = (section + 1, 0) if is_section else (section, part)
            # a heading may have its number already
            is_numbered = not is_section or _NUMBERED.match(headings(item.markdown)[0])
            yield item, "" if is_numbered else f"{chinese_number(section)}、"
        elif item.title:
            part += 1
            yield item, f"（{chinese_number(part)}）"
        else:
            yield item, ""


def chinese_number(number: int) -> str:
    """Return a number from 1 to 99 in Chinese: ``十二``."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"


def _is_section(item: RecordedBlock | Heading) -> bool:
    return isinstance(item, Heading) and bool(headings(item.markdown))


def _is_signature(item: RecordedBlock | Heading) -> bool:
    return isinstance(item, RecordedBlock) and item.kind == "signatures"
