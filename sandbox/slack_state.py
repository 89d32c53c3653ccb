"""What a person has typed and chosen, in the form in which Slack sends it: ``state.values``."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.store import Json

TEXTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})

_ONE_ID = {
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
}
_ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
_MANY_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})

Offered = Callable[[str, str], list[Json]]
"""Block id and action id in, the options that the product offered last for an external menu out."""


def interactive(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Yield each element that a person can use, with the id of its block."""
    for block in blocks:
        for element in (
            block.get("accessory"),
            block.get("element"),
            *(block["elements"] if block["type"] in {"actions", "context_actions"} else ()),
        ):
            if isinstance(element, dict) and "action_id" in element:
                yield block["block_id"], element


def options(element: Json) -> list[Json]:
    """Return the options of an element, those in groups as well."""
    return [
        *element.get("options", []),
        *(each for group in element.get("option_groups", []) for each in group["options"]),
    ]


def chosen(element: Json, raw: Any, offered: list[Json]) -> Json:
    """Return the state of one element; *raw* is what the page knows, None where nobody has touched it."""
    kind = element["type"]
    by_value = {each["value"]: each for each in (*options(element), *offered)}
    if kind in TEXTS:
        text = element.get("initial_value") if raw is None else str(raw)
        return {"type": kind, "value": text or None}
    if kind in _ONE_ID:
        name, initial = _ONE_ID[kind]
        return {"type": kind, name: element.get(initial) if raw is None else str(raw) or None}
    if kind == "datetimepicker":
        digits = str(raw) if raw is not None else ""
        return {
            "type": kind,
            "selected_date_time": int(digits) if digits.isdigit() else element.get("initial_date_time"),
        }
    if kind == "file_input":
        return {"type": kind, "files": _texts(raw)[: element.get("max_files", 10)]}
    if kind == "multi_users_select":
        return {"type": kind, "selected_users": element.get("initial_users", []) if raw is None else _texts(raw)}
    if kind in _MANY_OPTIONS:
        picked = (
            element.get("initial_options", [])
            if raw is None
            else [by_value[each] for each in _texts(raw) if each in by_value]
        )
        return {"type": kind, "selected_options": picked}
    if kind in _ONE_OPTION:
        return {
            "type": kind,
            "selected_option": element.get("initial_option") if raw is None else by_value.get(str(raw)),
        }
    return {"type": kind}


def _texts(raw: Any) -> list[str]:
    return [str(each) for each in raw] if isinstance(raw, list) else [str(raw)] if raw else []


def values(blocks: list[Json], raw: Json, offered: Offered) -> Json:
    """Return ``state.values`` of all elements that hold something."""
    state: Json = {}
    for block_id, element in interactive(blocks):
        if element["type"] in {"button", "overflow"}:
            continue
        here = raw.get(block_id, {}) if isinstance(raw.get(block_id), dict) else {}
        state.setdefault(block_id, {})[element["action_id"]] = chosen(
            element, here.get(element["action_id"]), offered(block_id, element["action_id"])
        )
    return state


def problems(blocks: list[Json], state: Json) -> dict[str, str]:
    """Return what Slack's own client would complain about before it sends a form, by block id."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        value = state[block["block_id"]][block["element"]["action_id"]]
        content = next((inner for name, inner in value.items() if name != "type"), None)
        if content in (None, "", []):
            if not block.get("optional"):
                found[block["block_id"]] = "Please complete this required field."
        elif isinstance(content, str):
            wrong = _wrong_text(block["element"], content)
            if wrong:
                found[block["block_id"]] = wrong
    return found


def _wrong_text(element: Json, text: str) -> str:
    kind = element["type"]
    if len(text) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(text) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not text.startswith(("http://", "https://")):
        return "Please enter a valid URL."
    if kind == "number_input":
        pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
        if not re.fullmatch(pattern, text):
            return "Please enter a valid number."
        if "min_value" in element and float(text) < float(element["min_value"]):
            return f"Please enter a number greater than or equal to {element['min_value']}."
        if "max_value" in element and float(text) > float(element["max_value"]):
            return f"Please enter a number less than or equal to {element['max_value']}."
    return ""
