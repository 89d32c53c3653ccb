"""Ladder: plainer forms of a message, for when Slack does not take the one before.

Charts and data tables are new at Slack and fail where a client or plan does not know them; below them stands the same
content as fixed-width text, and below that the sentence alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot import blocks
from bot.blocks import Block, Message
from domain.kernel.speech import say

NATIVE = frozenset({"data_table", "data_visualization", "table", "image", "video", "card", "container", "carousel"})
"""Kinds of blocks for which there is something plainer."""

MOST_ROWS = 30
WIDEST = 28
"""Characters of a column of fixed-width text."""

SHORT = 300
"""Characters of the sentence that goes when even the sentence was too long."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One form of a message."""

    text: str
    blocks: tuple[Block, ...]

    def parts(self) -> dict[str, Any]:
        """Return what the Web API is given; an empty list takes earlier blocks away."""
        return {"text": self.text, "blocks": list(self.blocks)}


def rungs(message: Message) -> tuple[Rung, ...]:
    """Return the forms of a message, the richest first; one that breaks a limit of Slack's is left out."""
    forms = [message, Message(text=message.text, blocks=tuple(plainer(message.blocks)))]
    fit = [Rung(each.text, each.blocks) for each in forms if not blocks.problems(each)]
    sentence = message.text[: blocks.FALLBACK_LIMIT]
    found = [*fit, Rung(sentence, ()), Rung(sentence[:SHORT], ())]
    return _distinct(found)


def plainer(shown: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks with plain ones in the place of charts, tables and pictures."""
    for block in shown:
        if block["type"] not in NATIVE:
            yield block
        elif said := _said(block):
            yield {
                "type": "rich_text",
                "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": said}]}],
            }


def _said(block: Block) -> str:
    match block["type"]:
        case "data_table" | "table":
            head = [str(block["caption"])] if block.get("caption") else []
            return "\n".join([*head, *_lines([[_cell(cell) for cell in row] for row in block.get("rows", ())])])
        case "data_visualization":
            return "\n".join([_cell(block.get("title")), *_lines(_figures(block))]).strip()
        case "image":
            return str(block.get("alt_text") or "")
        case _:
            return " ".join(_texts(block))


def _figures(chart: Block) -> list[list[str]]:
    """Return a chart as a table: a row for each category or segment."""
    drawn = chart.get("chart") if isinstance(chart.get("chart"), dict) else chart
    assert isinstance(drawn, dict), "a chart is an object"
    if segments := drawn.get("segments"):
        return [[_cell(each.get("label")), str(each.get("value", ""))] for each in segments]
    series = drawn.get("series") or ()
    rows = [["", *(_cell(each.get("name") or each.get("label")) for each in series)]]
    values = [{_cell(point.get("label")): point.get("value") for point in each.get("data", ())} for each in series]
    labels = list(dict.fromkeys(label for each in values for label in each))
    return rows + [[label, *(str(each.get(label, "")) for each in values)] for label in labels]


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines of fixed width."""
    shown = [[cell[:WIDEST] for cell in row] for row in rows[:MOST_ROWS]]
    columns = max((len(row) for row in shown), default=0)
    widths = [max((len(row[place]) for row in shown if place < len(row)), default=0) for place in range(columns)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in shown]
    return [*lines, *([say("… +{count} more", count=len(rows) - MOST_ROWS)] if len(rows) > MOST_ROWS else ())]


def _cell(cell: Any) -> str:
    if isinstance(cell, dict):
        return " ".join(_texts(cell)) or str(cell.get("value", ""))
    return "" if cell is None else str(cell)


def _texts(part: Any) -> Iterator[str]:
    """Yield every text in a block, however deep."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for inner in part.values():
            yield from _texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner)


def _distinct(found: Sequence[Rung]) -> tuple[Rung, ...]:
    kept: list[Rung] = []
    for rung in found:
        if rung not in kept:
            kept.append(rung)
    return tuple(kept)
