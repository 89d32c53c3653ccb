"""Inputs: the fields that forms are made of. A field's name is its ``block_id``, by which its value is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.blocks import Block

LABEL_LIMIT = 2_000
OPTION_LIMIT = 75
OPTION_VALUE_LIMIT = 150
MOST_OPTIONS = 100
MOST_BOXES = 10
PLACEHOLDER_LIMIT = 150
TEXT_LIMIT = 3_000
VALUE = "value"
"""The ``action_id`` of fields that do nothing before the form is submitted."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of some choices; *text* is plain, and has passed ``text.plain`` where it is a stranger's."""

    text: str
    value: str
    description: str = ""

    def json(self) -> Block:
        """Return it as Slack has it."""
        about = {"description": _plain(self.description, OPTION_LIMIT)} if self.description else {}
        return {"text": _plain(self.text, OPTION_LIMIT), "value": self.value[:OPTION_VALUE_LIMIT], **about}


def text(
    name: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    placeholder: str = "",
    lines: bool = False,
    most: int = TEXT_LIMIT,
    optional: bool = False,
) -> Block:
    """Return a field for words; *lines*: of several lines, *most*: characters that it takes."""
    return _input(
        name,
        label,
        {
            "type": "plain_text_input",
            "action_id": VALUE,
            "multiline": lines,
            "max_length": min(most, TEXT_LIMIT),
            **({"initial_value": initial[: min(most, TEXT_LIMIT)]} if initial else {}),
            **_placeholder(placeholder),
        },
        hint=hint,
        optional=optional,
    )


def select(
    name: str,
    label: str,
    options: Sequence[Option],
    *,
    initial: str = "",
    hint: str = "",
    optional: bool = False,
) -> Block:
    """Return a menu of at most a hundred choices; *initial* is a value of one."""
    shown = [each.json() for each in options[:MOST_OPTIONS]]
    chosen = next((each for each in shown if each["value"] == initial), None)
    return _input(
        name,
        label,
        {
            "type": "static_select",
            "action_id": VALUE,
            "options": shown,
            **({"initial_option": chosen} if chosen else {}),
        },
        hint=hint,
        optional=optional,
    )


def radio(
    name: str, label: str, options: Sequence[Option], *, initial: str = "", hint: str = "", optional: bool = False
) -> Block:
    """Return at most ten choices that are all seen at once."""
    shown = [each.json() for each in options[:MOST_BOXES]]
    chosen = next((each for each in shown if each["value"] == initial), None)
    element = {"type": "radio_buttons", "action_id": VALUE, "options": shown}
    return _input(name, label, element | ({"initial_option": chosen} if chosen else {}), hint=hint, optional=optional)


def boxes(name: str, label: str, options: Sequence[Option], *, ticked: Sequence[str] = (), hint: str = "") -> Block:
    """Return at most ten boxes to tick, none of which must be."""
    shown = [each.json() for each in options[:MOST_BOXES]]
    initial = [each for each in shown if each["value"] in ticked]
    element = {"type": "checkboxes", "action_id": VALUE, "options": shown}
    return _input(name, label, element | ({"initial_options": initial} if initial else {}), hint=hint, optional=True)


def search(
    name: str,
    label: str,
    *,
    choices: str,
    initial: Option | None = None,
    hint: str = "",
    placeholder: str = "",
    least: int = 1,
    optional: bool = False,
) -> Block:
    """Return a menu whose choices are looked up while one types; *choices* is their ``action_id``."""
    return _input(
        name,
        label,
        {
            "type": "external_select",
            "action_id": choices,
            "min_query_length": least,
            **({"initial_option": initial.json()} if initial else {}),
            **_placeholder(placeholder),
        },
        hint=hint,
        optional=optional,
    )


def person(name: str, label: str, *, initial: str = "", hint: str = "", optional: bool = False) -> Block:
    """Return a menu of the workspace's people; *initial* is a Slack account."""
    element = {"type": "users_select", "action_id": VALUE, **({"initial_user": initial} if initial else {})}
    return _input(name, label, element, hint=hint, optional=optional)


def day(name: str, label: str, *, initial: date | None = None, hint: str = "", optional: bool = False) -> Block:
    """Return a field for a day."""
    element = {"type": "datepicker", "action_id": VALUE, **({"initial_date": initial.isoformat()} if initial else {})}
    return _input(name, label, element, hint=hint, optional=optional)


def clock(name: str, label: str, *, initial: str = "", hint: str = "", optional: bool = False) -> Block:
    """Return a field for a time of day, ``08:00``."""
    element = {"type": "timepicker", "action_id": VALUE, **({"initial_time": initial} if initial else {})}
    return _input(name, label, element, hint=hint, optional=optional)


def files(
    name: str, label: str, *, kinds: Sequence[str], most: int = 5, hint: str = "", optional: bool = True
) -> Block:
    """Return a field for files of these name endings."""
    element = {"type": "file_input", "action_id": VALUE, "filetypes": list(kinds), "max_files": most}
    return _input(name, label, element, hint=hint, optional=optional)


def _input(name: str, label: str, element: dict[str, Any], *, hint: str, optional: bool) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(label, LABEL_LIMIT),
        "element": element,
        "optional": optional,
        **({"hint": _plain(hint, LABEL_LIMIT)} if hint else {}),
    }


def _placeholder(words: str) -> dict[str, Any]:
    return {"placeholder": _plain(words, PLACEHOLDER_LIMIT)} if words else {}


def _plain(words: str, limit: int) -> Block:
    shown = words if len(words) <= limit else words[: limit - 1] + "…"
    return {"type": "plain_text", "text": shown, "emoji": False}
