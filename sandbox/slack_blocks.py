"""Blocks: which there are, what they must hold, where they may stand; and the ids that Slack adds."""

import secrets
from typing import Any

from sandbox.slack_elements import ACCESSORIES, ACTIONS, BUTTONS, ID, IMAGE, IN_INPUT, element
from sandbox.slack_shapes import (
    Report,
    Shape,
    anything,
    boolean,
    integer,
    items,
    one_of,
    plain,
    shaped,
    string,
    text,
    typed,
    web_address,
)
from sandbox.store import Json

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_CHARACTERS = 13_200
"""Of all blocks of a message together; Slack does not document it."""


def _has_text_or_fields(report: Report, value: Any, at: str) -> None:
    if "text" not in value and not value.get("fields"):
        report.add("must have text or fields", at)


_CONTEXT_ITEM = typed(
    {
        "image": IMAGE,
        "plain_text": Shape(required={"text": string(3000)}, optional={"emoji": boolean}),
        "mrkdwn": Shape(required={"text": string(3000)}, optional={"verbatim": boolean}),
    },
    noun="element",
)

_INLINE = typed(
    {
        "text": Shape(required={"text": string(12_000)}, optional={"style": anything}),
        "link": Shape(
            required={"url": web_address()}, optional={"text": string(3000), "style": anything, "unsafe": boolean}
        ),
        "emoji": Shape(
            required={"name": string(100)}, optional={"unicode": anything, "skin_tone": integer, "style": anything}
        ),
        "user": Shape(required={"user_id": ID}, optional={"style": anything}),
        "channel": Shape(required={"channel_id": ID}, optional={"style": anything}),
        "usergroup": Shape(required={"usergroup_id": ID}, optional={"style": anything}),
        "broadcast": Shape(required={"range": one_of("here", "channel", "everyone")}, optional={"style": anything}),
        "date": Shape(
            required={"timestamp": integer, "format": string(200)},
            optional={"url": web_address(), "fallback": string(200), "style": anything},
        ),
        "color": Shape(required={"value": string(20)}, optional={"style": anything}),
    },
    noun="rich text element",
)

_LINES = items(_INLINE, most=1000, least=0)
_SECTION = Shape(required={"elements": _LINES})
_RICH = typed(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": Shape(
            required={
                "elements": items(typed({"rich_text_section": _SECTION}), most=300),
                "style": one_of("bullet", "ordered"),
            },
            optional={"indent": integer, "offset": integer, "border": integer},
        ),
        "rich_text_preformatted": Shape(
            required={"elements": _LINES}, optional={"border": integer, "language": string(40)}
        ),
        "rich_text_quote": Shape(required={"elements": _LINES}, optional={"border": integer}),
    },
    noun="rich text element",
)

_RICH_TEXT = Shape(required={"elements": items(_RICH, most=1000)}, optional={"block_id": ID})

_CELL = typed(
    {
        "raw_text": Shape(required={"text": string(3000)}),
        "rich_text": _RICH_TEXT,
        "raw_number": Shape(required={"value": anything}, optional={"text": string(3000)}),
    },
    noun="cell",
)

_ID: dict[str, Any] = {"block_id": ID}

BLOCKS: dict[str, Shape] = {
    "section": Shape(
        optional={
            **_ID,
            "text": text(3000),
            "fields": items(text(2000), most=10),
            "expand": boolean,
            "accessory": element(ACCESSORIES),
        },
        rule=_has_text_or_fields,
    ),
    "divider": Shape(optional=_ID),
    "header": Shape(required={"text": plain(150)}, optional={**_ID, "level": integer}),
    "context": Shape(required={"elements": items(_CONTEXT_ITEM, most=10)}, optional=_ID),
    "actions": Shape(required={"elements": items(element(ACTIONS), most=25)}, optional=_ID),
    "context_actions": Shape(required={"elements": items(element(BUTTONS), most=5)}, optional=_ID),
    "image": Shape(required=IMAGE.required, optional={**IMAGE.optional, **_ID, "title": plain(2000)}, rule=IMAGE.rule),
    "rich_text": _RICH_TEXT,
    "markdown": Shape(required={"text": string(12_000)}, optional=_ID),
    "table": Shape(
        required={"rows": items(items(_CELL, most=20), most=100)},
        optional={**_ID, "column_settings": items(anything, most=20, least=0)},
    ),
    "input": Shape(
        required={"label": plain(2000), "element": element(IN_INPUT)},
        optional={**_ID, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "alert": Shape(required={"text": text(200)}, optional={**_ID, "level": anything, "title": anything}),
}
"""What the sandbox shows; the newest charts and cards of Slack are refused as unsupported, as old clients do."""

ELSEWHERE: dict[str, frozenset[str]] = {
    "alert": frozenset({"modal"}),
    "table": frozenset({"message"}),
    "context_actions": frozenset({"message"}),
    "markdown": frozenset({"message"}),
}
"""Blocks that do not stand everywhere, with where they may."""

_BLOCK = typed(BLOCKS, noun="type")


def complaints(blocks: Any, *, surface: str, root: str = "/blocks") -> list[str]:
    """Return what Slack would say against *blocks*; nothing when it would take them."""
    report = Report()
    items(_BLOCK, most=MOST_BLOCKS[surface], least=0)(report, blocks, root)
    if not isinstance(blocks, list):
        return report.complaints
    seen: set[str] = set()
    tables = 0
    for place, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        kind = str(block.get("type"))
        if surface not in ELSEWHERE.get(kind, MOST_BLOCKS):
            report.add(f"unsupported type: {kind}", f"{root}/{place}/type")
        if isinstance(block.get("block_id"), str):
            if block["block_id"] in seen:
                report.add("`block_id` already exists", f"{root}/{place}/block_id")
            seen.add(block["block_id"])
        tables += kind == "table"
    if tables > 1:
        report.add("only one table allowed", root)
    return report.complaints


def characters(value: Any) -> int:
    """Return how much text blocks hold together."""
    if isinstance(value, list):
        return sum(characters(each) for each in value)
    if not isinstance(value, dict):
        return 0
    return sum(
        len(inner) if name == "text" and isinstance(inner, str) else characters(inner) for name, inner in value.items()
    )


VIEW = {
    "modal": shaped(
        Shape(
            required={"title": plain(24), "blocks": anything},
            optional={
                "submit": plain(24),
                "close": plain(24),
                "private_metadata": string(3000, least=0),
                "callback_id": string(255, least=0),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "external_id": string(255, least=0),
                "submit_disabled": boolean,
            },
        )
    ),
    "home": shaped(
        Shape(
            required={"blocks": anything},
            optional={
                "private_metadata": string(3000, least=0),
                "callback_id": string(255, least=0),
                "external_id": string(255, least=0),
            },
        )
    ),
}


def view_complaints(view: Any) -> list[str]:
    """Return what Slack would say against a view; nothing when it would take it."""
    if not isinstance(view, dict) or str(view.get("type")) not in VIEW:
        return ["[ERROR] unsupported type of view [json-pointer:/view/type]"]
    report = Report()
    VIEW[view["type"]](report, view, "/view")
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
    if view["type"] == "modal" and has_input and "submit" not in view:
        report.add("missing required field: submit", "/view")
    return report.complaints + complaints(blocks, surface=view["type"], root="/view/blocks")


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return the blocks with the ids that Slack gives to those without."""
    return [_with_id(block) for block in blocks]


def _with_id(block: Json) -> Json:
    block = {**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)}
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict) and block[name].get("type") != "image":
            block[name] = {**block[name], "action_id": block[name].get("action_id") or secrets.token_urlsafe(4)}
    if block["type"] in {"actions", "context_actions"}:
        block["elements"] = [
            {**each, "action_id": each.get("action_id") or secrets.token_urlsafe(4)} for each in block["elements"]
        ]
    return block
