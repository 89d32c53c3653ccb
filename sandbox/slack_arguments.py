"""Arguments of the Web API's methods: what must be there, truth in all its spellings, cursors."""

from typing import Any

from sandbox.slack_workspace import SlackRefusal
from sandbox.store import Json


def needed(params: Json, name: str) -> str:
    """Return an argument.

    Raises:
        SlackRefusal: It is missing.
    """
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise SlackRefusal("invalid_arguments", messages=[f"[ERROR] missing required field: {name}"])
    return value


def truth(value: Any) -> bool:
    """Read a boolean as it comes in JSON or in a form."""
    return value is True or str(value).lower() in {"true", "1"}


def page(rows: list[Json], params: Json, *, most: int = 999) -> tuple[list[Json], Json]:
    """Return one page of a list, and what the answer says about the rest.

    Raises:
        SlackRefusal: The cursor is not one of ours.
    """
    try:
        limit = min(max(int(params.get("limit") or 100), 1), most)
        start = int(params.get("cursor") or 0)
    except ValueError:
        raise SlackRefusal("invalid_cursor") from None
    more = start + limit < len(rows)
    return rows[start : start + limit], {
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }
