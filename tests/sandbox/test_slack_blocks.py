"""Blocks: what Slack takes, and what it would say against the rest."""

from typing import Any

import pytest
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    SectionBlock,
    StaticSelectElement,
)

from sandbox import slack_blocks


def mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def button(**changes: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "why", "text": words("Why?")} | changes


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def test_what_the_sdks_models_make_is_taken() -> None:
    options = [Option(value=str(n), label=f"Choice {n}") for n in range(3)]
    blocks = [
        HeaderBlock(text="INV-1"),
        SectionBlock(
            text="*125.00 EUR*", fields=["a", "b"], accessory=OverflowMenuElement(action_id="more", options=options)
        ),
        DividerBlock(),
        ContextBlock(elements=[MarkdownTextObject(text="since Monday")]),
        ImageBlock(image_url="https://example.com/a.png", alt_text="Ageing: 41,200 EUR"),
        ActionsBlock(
            elements=[
                ButtonElement(action_id="link", text="Regenerate link", value="1", style="primary"),
                StaticSelectElement(action_id="snooze", placeholder="Snooze", options=options),
            ]
        ),
    ]

    assert slack_blocks.complaints([block.to_dict() for block in blocks], surface="message") == []


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ({"type": "section"}, "must have text or fields"),
        ({"type": "section", "text": mrkdwn("")}, "must be more than 0 characters"),
        ({"type": "section", "text": words("x"), "fields": [mrkdwn("x")] * 11}, "no more than 10 items"),
        ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "less than 2001"),
        ({"type": "section", "text": "bare"}, "must be a text object"),
        ({"type": "section", "text": mrkdwn("x"), "color": "red"}, "invalid additional property: color"),
        ({"type": "header", "text": mrkdwn("x")}, "type plain_text"),
        ({"type": "header", "text": words("x" * 151)}, "less than 151"),
        ({"type": "context", "elements": [button()]}, "unsupported element: button"),
        ({"type": "context", "elements": [mrkdwn("x")] * 11}, "no more than 10 items"),
        ({"type": "image", "image_url": "https://example.com/a.png"}, "missing required field: alt_text"),
        (actions(), "at least 1 item"),
        (actions(*[button(action_id=str(n)) for n in range(26)]), "no more than 25 items"),
        (actions(button(), button()), "already exists"),
        (actions(button(text=words("x" * 76))), "less than 76"),
        (actions(button(value="x" * 2001)), "less than 2001"),
        (actions(button(url="javascript:alert(1)")), "valid URL"),
        (actions(button(style="loud")), "must be one of: primary, danger"),
        (actions({"type": "static_select", "action_id": "a"}), "either options or option_groups"),
        (actions({"type": "overflow", "action_id": "a", "options": []}), "at least 1 item"),
        ({"type": "data_visualization"}, "unsupported type"),
        ({"type": ["section"]}, "unsupported type"),
        ("section", "must be an object"),
    ],
)
def test_what_slack_refuses_is_named(block: Any, complaint: str) -> None:
    found = slack_blocks.complaints([block], surface="message")

    assert any(complaint in each for each in found), found


def test_a_block_id_stands_once_in_a_message() -> None:
    blocks = [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}]

    assert "`block_id` already exists" in slack_blocks.complaints(blocks, surface="message")[0]


def test_an_alert_stands_in_modals_only() -> None:
    alert = {"type": "alert", "text": mrkdwn("careful")}

    assert slack_blocks.complaints([alert], surface="message")
    assert not slack_blocks.complaints([alert], surface="modal")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"title": words("x" * 25)}, "less than 25"),
        ({"private_metadata": "x" * 3001}, "less than 3001"),
        ({"submit": None}, "must be a text object"),
        ({"type": "banner"}, "unsupported type of view"),
        ({"blocks": "none"}, "must be an array"),
    ],
)
def test_a_view_has_its_limits(changes: dict[str, Any], complaint: str) -> None:
    view = {"type": "modal", "title": words("Promise"), "submit": words("Save"), "blocks": []}

    assert any(complaint in each for each in slack_blocks.view_complaints(view | changes))


def test_a_form_needs_a_submit_button() -> None:
    view = {
        "type": "modal",
        "title": words("Promise"),
        "blocks": [
            {"type": "input", "label": words("Amount"), "element": {"type": "plain_text_input", "action_id": "a"}}
        ],
    }

    assert "missing required field: submit" in slack_blocks.view_complaints(view)[0]


def test_ids_are_added_where_they_are_missing() -> None:
    filled = slack_blocks.with_ids([actions({"type": "button", "text": words("Why?")}), {"type": "divider"}])

    assert len({block["block_id"] for block in filled}) == 2
    assert filled[0]["elements"][0]["action_id"]
