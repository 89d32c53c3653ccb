"""Once: the key by which a repeated delivery of the same command, click or event is recognised."""

from collections.abc import Mapping
from typing import Any


def key(body: Mapping[str, Any]) -> str | None:
    """Return what names this request, or None for one that has no name and does nothing.

    Slack repeats events up to three times. Commands and interactions it does not repeat, but proxies may, and a
    signed request can be played back for five minutes.
    """
    if event_id := body.get("event_id"):
        return f"event:{event_id}"
    trigger = body.get("trigger_id")
    if trigger and body.get("command"):
        return f"command:{trigger}"
    if trigger:
        return f"{body.get('type', 'interaction')}:{trigger}"
    return None
