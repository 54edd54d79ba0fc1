"""Words that no report shows: thresholds and clocks in headlines, engineers' abbreviations, codes of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.city import BLOCK, DATA, bundles

#: What no block of any report says.
NOWHERE = (
    r"上期", r"时钟", r"厂商", r"黏性", r"来去", r"见效", r"\bP(50|90|95|99)\b", r"[KMGT]iB", r"\bTLS\b", r"\d ?ms\b",
    r"阈值 ?\d", r"(高于|低于)(关注|异常)阈值", r"本期要点", r"最重",
    r"请您决定", r"全力支持", r"驻场驻场", r"团队团队", r"件次（件次）",
)  # fmt: skip

#: What no sentence at the head of a report says.
NOT_IN_SENTENCES = (
    *NOWHERE,
    r"阈值",
    r"\d{2}:\d{2}",
    r"\d{4}-\d{2}-\d{2}",
    r"\d [\u4e00-\u9fff]",
    r"[\u4e00-\u9fff] \d",
    r"。。",
)

#: Codes of the contract that a reader has no use for, as the whole text of a cell.
CODES = re.compile(
    r"personal|unit|in_use|made|making|tested|applied|vendor_software|carrier|hardware|network|attack|other|no_crash|"
    r"unicom|mobile|telecom|party|government|general|wecom|online|offline|workflow|maintenance|account|onboarding|"
    r"fault|consulting|training|inspection|ok|watch|bad|warning|critical|unknown|true|false"
)


#: Who sees to something, in a headline.
PARTY = re.compile("，由(运维团队|用户方|服务供应商)(核查|处理)")

#: Characters of the name of a machine or path that count: it is as long as it is.
_MAX_NAME = 10


def heard_before_party(text: str) -> int | None:
    """Return the characters that are read aloud up to the name of who sees to it; None where nobody is named."""
    found = PARTY.search(text)
    if found is None:
        return None
    return len(re.sub(rf"[!-~]{{{_MAX_NAME},}}", "x" * _MAX_NAME, text[: found.start() + len("，由")]))


def said(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text within a block with its path; the origin, the versions and what sources wrote are left out."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key not in ("origin", "versions", "ledger_anchor", "as_of", "name", "code", "entity", "format", "type"):
                yield from said(item, f"{path}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from said(item, path)
    elif isinstance(value, str):
        yield path, value


def banned_in(directory: Path) -> Iterator[str]:
    """Yield what a published record says that none may, with the block that says it."""
    for bundle in bundles(directory):
        data = bundle.get(DATA, {})
        fields = data.get("schema", {}).get("fields", [])
        for found in banned({**bundle[BLOCK], "rows": data.get("data", []), "fields": fields}):
            yield f"{bundle[BLOCK]['id']}: {found}"


def banned(block: Mapping[str, Any]) -> list[str]:
    """Return what a block of a record says that none may: pattern and text."""
    is_sentences = block.get("block") == "sentences"
    patterns = NOT_IN_SENTENCES if is_sentences else NOWHERE
    found = [f"{pattern}: {text}" for _, text in said(block) for pattern in patterns if re.search(pattern, text)]
    fields = {field["name"] for field in block.get("fields", []) if field.get("format") != "state"}
    shown = [row[name] for row in block.get("rows", []) for name in fields & set(row) if isinstance(row[name], str)]
    return found + [f"code: {text}" for text in shown if CODES.fullmatch(text)]
