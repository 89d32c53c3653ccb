"""Views: within Slack's limits whatever they show, deaf to what strangers write, every button answered."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import blocks, ids, nouns
from bot.blocks import Message
from bot.views import cases
from tests.bot.views_made import a_case, every_view

GOLDEN = Path(__file__).parent / "golden"

HOSTILE = {
    "mention": "<!channel> <!here> <!everyone>",
    "person": "<@U1> <#C1> <!subteam^S1>",
    "link": "<https://evil.example|Pay here> https://evil.example",
    "formula": '=HYPERLINK("https://evil.example","Pay")',
    "formatting": "*bold* _it_ ~no~ `code` ```block``` > quote",
    "lines": "one\n>two\r\n\u2028three\tfour",
    "turned": "invoice \u202egnp.exe\u202c \u200f\u2066x\u2069",
    "right to left": "شركة المثال 123",
    "address": "Write to anna.schmidt@acme.example, <mailto:a@b.example|x>",
    "long": "A&" * 5_000,
    "invisible": "a\u200bb\u2060c\ufeff\x00\x1b[31m",
    "emoji": "👩‍👩‍👧 :tada: " * 100,
    "empty": "",
    "blank": " \n ",
}


def texts(part: Any) -> list[str]:
    """Return every text in a message, formatted or plain."""
    if isinstance(part, dict):
        own = [part["text"]] if part.get("type") in {"plain_text", "mrkdwn"} else []
        return own + [each for value in part.values() for each in texts(value)]
    if isinstance(part, (list, tuple)):
        return [each for item in part for each in texts(item)]
    return []


def formatted(part: Any) -> list[str]:
    """Return every formatted text in a message."""
    if isinstance(part, dict):
        own = [part["text"]] if part.get("type") == "mrkdwn" else []
        return own + [each for value in part.values() for each in formatted(value)]
    if isinstance(part, (list, tuple)):
        return [each for item in part for each in formatted(item)]
    return []


def without_dates(text: str) -> str:
    """Return the text without the dates that we write ourselves."""
    while "<!date^" in text:
        before, _, rest = text.partition("<!date^")
        text = before + rest.partition(">")[2]
    return text


@pytest.mark.parametrize("view", every_view())
def test_a_view_looks_as_it_did(view: str) -> None:
    message = every_view()[view]
    file = GOLDEN / f"{view.replace(', ', '-').replace(' ', '-')}.json"
    shown = json.dumps({"text": message.text, "blocks": message.blocks}, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("PLIXO_WRITE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8"), "look at it, then write it anew with PLIXO_WRITE_GOLDEN=1"


@pytest.mark.parametrize("view", every_view())
@pytest.mark.parametrize("name", HOSTILE)
def test_no_strangers_text_breaks_a_limit_or_is_obeyed(view: str, name: str) -> None:
    message = every_view(HOSTILE[name])[view]

    assert blocks.problems(message) == ()
    assert message.text.strip()
    for text in (message.text, *formatted(message.blocks)):
        assert "<" not in without_dates(text), "an angle bracket is a mention or a link"
        assert "```" not in text
    for text in (message.text, *texts(message.blocks)):
        assert "anna.schmidt@" not in text
        assert not set(text) & set("\u202e\u202d\u2066\u200f\u200b\ufeff\x00\x1b")


@settings(max_examples=15, deadline=None)
@given(name=st.text(max_size=10_000))
def test_any_text_fits(name: str) -> None:
    for view, message in every_view(name).items():
        assert blocks.problems(message) == (), view
        assert json.dumps(message.blocks).encode()


def test_the_fallback_sentence_carries_the_key_figure() -> None:
    assert cases.living(a_case()).text == "INV-1042, Acme Ltd: 125.00 EUR open, 7 days overdue."


def test_a_name_that_reads_from_right_to_left_is_kept_apart() -> None:
    assert "\u2068شركة\u2069" in cases.living(a_case("شركة")).text


@pytest.mark.parametrize("view", every_view())
def test_every_button_is_in_the_route_table_and_carries_a_version_and_an_id_only(view: str) -> None:
    buttons = [each for each in elements(every_view()[view].blocks) if each.get("type") == "button"]

    assert [each["action_id"] for each in buttons if each["action_id"] not in nouns.BUTTONS] == []
    for each in buttons:
        carried = json.loads(each["value"])
        assert set(carried) <= set(ids.Subject.model_fields), "a value names things, it does not describe them"
        assert set(carried) >= {"v", *nouns.BUTTONS[each["action_id"]].carries}
    assert all(len(each["accessibility_label"]) <= 75 for each in buttons)


def test_every_action_has_a_route() -> None:
    assert set(nouns.BUTTONS) == set(ids.Action)


def test_a_settled_invoice_offers_no_new_link() -> None:
    offered = {each.get("action_id") for each in elements(cases.living(a_case(is_open=False)).blocks)}

    assert ids.Action.REGENERATE_LINK not in offered
    assert ids.Action.WHY in offered


def test_a_new_link_is_asked_about_before_it_is_made() -> None:
    (button,) = [
        each for each in elements(cases.living(a_case()).blocks) if each.get("action_id") == ids.Action.REGENERATE_LINK
    ]

    assert "stops working" in button["confirm"]["text"]["text"]


def test_long_lists_say_how_many_more_there_are() -> None:
    shown = json.dumps(cases.living(a_case(many=6)).blocks, ensure_ascii=False)

    assert "… +14 more" in shown
    assert "… +410 more" in json.dumps(every_view()["queue"].blocks, ensure_ascii=False)


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (Message("", ()), "no fallback text"),
        (Message("x", (blocks.divider(),) * 51), "too many blocks"),
        (Message("x", (blocks.section("y" * 2900),) * 5), "too many characters"),
        (Message("x", (blocks.section(" "),)), "an empty text"),
        (Message("x", (blocks.actions(*[blocks.button("a", action="a", value="v", label="l")] * 2),)), "twice"),
        (Message("x", ({"type": "header", "text": {"type": "plain_text", "text": "y" * 151}},)), "header too long"),
    ],
)
def test_the_budget_check_finds_what_slack_would_refuse(message: Message, problem: str) -> None:
    assert problem in " ".join(blocks.problems(message))


@pytest.mark.parametrize("value", ["", "x", "[1]", '{"v":2,"invoice":"x"}', '{"v":1,"invoice":"1"}', "[]", '{"v":9}'])
def test_a_value_that_we_did_not_write_is_nothing(value: str) -> None:
    assert ids.subject(value) is None


def elements(part: Any) -> list[dict[str, Any]]:
    """Return every element in a message, however deep."""
    if isinstance(part, dict):
        return [part, *(each for value in part.values() for each in elements(value))]
    if isinstance(part, (list, tuple)):
        return [each for item in part for each in elements(item)]
    return []
