"""Blocks: the house vocabulary of Block Kit, and the check that a message keeps Slack's limits."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from domain.kernel.speech import say

Block = dict[str, Any]
"""One block or element as Slack's JSON has it."""

MOST_BLOCKS = 50
MOST_CHARACTERS = 13_000
"""Of all block texts of a message together. Slack documents no figure and refuses from about 13,200."""
FALLBACK_LIMIT = 4_000
SECTION_LIMIT = 3_000
FIELD_LIMIT = 2_000
MOST_FIELDS = 10
HEADER_LIMIT = 150
MOST_ELEMENTS = 25
MOST_CONTEXT = 10
MOST_ROWS = 100
MOST_COLUMNS = 20
CELL_LIMIT = 100
BUTTON_LIMIT = 75
_MARGIN = 500
"""Kept free for the line that says how much is not shown."""

VALUE_LIMIT = 2_000
ID_LIMIT = 255
OPTION_LIMIT = 75
OPTION_VALUE_LIMIT = 150


@dataclass(frozen=True, slots=True)
class Then:
    """A click that the product makes itself after a while: what it brings takes the place of an answer."""

    after: timedelta
    action: str
    value: str


@dataclass(frozen=True)
class Message:
    """What to say: blocks, and the sentence that stands for them in notifications and for screen readers."""

    text: str
    """Already escaped; a full sentence with the key figure."""
    blocks: tuple[Block, ...] = ()
    replaces: bool = False
    """Whether it takes the place of the answer on which the button was that brought it."""
    then: Then | None = None
    """What an answer that only one person sees becomes after a while, where that can be shown."""

    @cached_property
    def content_hash(self) -> str:
        """What tells two contents apart."""
        return sha256(json.dumps([self.text, self.blocks], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What Slack asks before a button acts."""

    title: str
    question: str
    yes: str
    no: str = ""
    """Empty: Cancel."""


def header(text: str) -> Block:
    """Return a headline; *text* has passed ``text.plain`` where it is a stranger's."""
    return {"type": "header", "text": _plain(_cut(text, HEADER_LIMIT))}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """Return a paragraph of formatted text, perhaps with a button beside it."""
    block: Block = {"type": "section", "text": _formatted(_cut(text, SECTION_LIMIT))}
    return block | {"accessory": accessory} if accessory else block


def fields(*texts: str) -> Block:
    """Return up to ten short paragraphs in two columns."""
    return {"type": "section", "fields": [_formatted(_cut(text, FIELD_LIMIT)) for text in texts[:MOST_FIELDS]]}


def context(*texts: str) -> Block:
    """Return small print."""
    return {"type": "context", "elements": [_formatted(_cut(text, FIELD_LIMIT)) for text in texts[:MOST_CONTEXT]]}


def table(rows: Sequence[Sequence[str]]) -> Block:
    """Return a table, its first row the head; a message bears one. Texts have passed ``text.plain``.

    An empty cell would make Slack refuse all of it.
    """
    cells = [[{"type": "raw_text", "text": _cut(cell, CELL_LIMIT) or "–"} for cell in row] for row in rows[:MOST_ROWS]]
    return {"type": "table", "rows": [row[:MOST_COLUMNS] for row in cells]}


def divider() -> Block:
    """Return a line across."""
    return {"type": "divider"}


def actions(*buttons: Block) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def button(
    text: str, *, action: str, value: str, label: str, primary: bool = False, confirm: Confirmation | None = None
) -> Block:
    """Return a button; *label* is what a screen reader says."""
    block: Block = {
        "type": "button",
        "text": _plain(text),
        "action_id": action,
        "value": value,
        "accessibility_label": _cut(label, BUTTON_LIMIT),
    }
    if primary:
        block["style"] = "primary"
    if confirm:
        block["confirm"] = {
            "title": _plain(_cut(confirm.title, 100)),
            "text": _plain(_cut(confirm.question, 300)),
            "confirm": _plain(_cut(confirm.yes, 30)),
            "deny": _plain(_cut(confirm.no or say("Cancel"), 30)),
        }
    return block


def menu(text: str, *, action: str, choices: Sequence[tuple[str, str]]) -> Block:
    """Return a menu that acts at once: what each choice is called, and what it carries as a button's value does."""
    options = [{"text": _plain(_cut(said, OPTION_LIMIT)), "value": value} for said, value in choices]
    return {"type": "static_select", "action_id": action, "placeholder": _plain(text), "options": options}


def people(text: str, *, action: str, value: str) -> Block:
    """Return a row with a menu of the workspace's people, which acts at once; *value* is as a button's."""
    chooser = {"type": "users_select", "action_id": action, "placeholder": _plain(text)}
    return {"type": "actions", "block_id": value, "elements": [chooser]}


def listing(
    head: Sequence[Block],
    lines: Iterable[Block | tuple[Block, ...]],
    *,
    total: int | None = None,
    tail: Sequence[Block] = (),
    hint: str = "",
    most: int = 25,
) -> tuple[Block, ...]:
    """Return the blocks of a list that keeps Slack's limits: what does not fit is counted, never cut or refused.

    *total* is how many lines there are in all, *hint* what stands behind the number of those that are not shown.
    """
    parts = [line if isinstance(line, tuple) else (line,) for line in lines]
    room = MOST_CHARACTERS - _MARGIN - _characters((*head, *tail))
    free = MOST_BLOCKS - len(head) - len(tail) - 1
    shown: list[Block] = []
    count = 0
    for part in parts[:most]:
        room, free = room - _characters(part), free - len(part)
        if room < 0 or free < 0:
            break
        shown += part
        count += 1
    left = (len(parts) if total is None else total) - count
    more = (context(f"{say('… +{count} more', count=left)}{hint}"),) if left > 0 else ()
    return (*head, *shown, *more, *tail)


def with_small_print(message: Message, words: str) -> Message:
    """Return the message with words in its small print; a full one has them where there is room, last in its text."""
    if not message.blocks:
        return replace(message, text=f"{message.text}\n{words}")
    small = context(words)
    if len(message.blocks) < MOST_BLOCKS:
        return replace(message, blocks=(*message.blocks, small))
    for at in reversed(range(len(message.blocks))):  # a full list ends with small print that says so
        block = message.blocks[at]
        if block["type"] == "context" and len(block["elements"]) < MOST_CONTEXT:
            told = {**block, "elements": [*block["elements"], *small["elements"]]}
            return replace(message, blocks=(*message.blocks[:at], told, *message.blocks[at + 1 :]))
    return replace(message, text=f"{message.text}\n{words}")


def problems(message: Message) -> tuple[str, ...]:
    """Return every limit of Slack's that the message breaks; the SDK's own classes check only part of them."""
    texts = [each["text"] for block in message.blocks for each in _texts(block)]
    characters = _characters(message.blocks)
    found = [
        (not message.text.strip(), "no fallback text"),
        (len(message.text) > FALLBACK_LIMIT, "fallback text too long"),
        (len(message.blocks) > MOST_BLOCKS, "too many blocks"),
        (characters > MOST_CHARACTERS, "too many characters"),
        (any(not text.strip() for text in texts), "an empty text"),
    ]
    broken = [problem for is_broken, problem in found if is_broken]
    for block in message.blocks:
        broken += problems_of(block)
    return tuple(broken)


def problems_of(block: Block) -> list[str]:
    """Return every limit of Slack's that the block breaks."""
    elements = [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]
    buttons = [element for element in elements if element["type"] == "button"]
    ids = [each["action_id"] for each in buttons]
    checks = [
        (block["type"] == "header" and len(block["text"]["text"]) > HEADER_LIMIT, "header too long"),
        (block["type"] == "section" and len(block.get("text", {}).get("text", "")) > SECTION_LIMIT, "text too long"),
        (len(block.get("fields", ())) > MOST_FIELDS, "too many fields"),
        (any(len(field["text"]) > FIELD_LIMIT for field in block.get("fields", ())), "field too long"),
        (block["type"] == "context" and not 1 <= len(elements) <= MOST_CONTEXT, "context elements"),
        (block["type"] == "actions" and not 1 <= len(elements) <= MOST_ELEMENTS, "action elements"),
        (len(ids) != len(set(ids)), "an action id twice in a block"),
        (any(not 0 < len(each) <= ID_LIMIT for each in ids), "action id"),
        (any(len(each["text"]["text"]) > BUTTON_LIMIT for each in buttons), "button text too long"),
        (any(len(each["value"]) > VALUE_LIMIT for each in buttons), "button value too long"),
        (len(block.get("block_id", "")) > ID_LIMIT, "block id too long"),
        (any(len(each["value"]) > OPTION_VALUE_LIMIT for each in _options(elements)), "choice value too long"),
    ]
    return [problem for is_broken, problem in checks if is_broken]


def _options(elements: Sequence[Block]) -> list[Block]:
    return [option for each in elements for option in each.get("options", ())]


def _characters(shown: Sequence[Block]) -> int:
    return sum(len(each["text"]) for block in shown for each in _texts(block))


def _texts(part: Any) -> Iterator[Block]:
    """Yield every text object in a block, however deep."""
    if isinstance(part, dict):
        if part.get("type") in {"plain_text", "mrkdwn"}:
            yield part
        for inner in part.values():
            yield from _texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner)


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _formatted(text: str) -> Block:
    # verbatim: Slack makes no links of what merely looks like an address or a channel
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


__all__: Sequence[str] = (
    "Block",
    "Confirmation",
    "Message",
    "actions",
    "button",
    "context",
    "divider",
    "fields",
    "header",
    "listing",
    "menu",
    "people",
    "problems",
    "section",
)
