"""Stripe's events: which kinds we ask for, and what one says, whether it came whole or thin."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.kernel.ports import ProviderNews

KINDS: Mapping[str, str] = {
    "checkout.session.completed": "the payer submitted: paid by card, or a bank debit begins",
    "checkout.session.async_payment_succeeded": "the bank debit was paid",
    "checkout.session.async_payment_failed": "the bank debit came back",
    "checkout.session.expired": "the page closed unpaid",
    "payment_intent.processing": "a bank debit is under way",
    "payment_intent.payment_failed": "one attempt was declined",
    "payment_intent.canceled": "a bank debit was called off",
    "charge.refunded": "money went back",
    "refund.created": "a refund begins",
    "refund.updated": "a refund went through, or did not",
    "refund.failed": "a refund came back",
    "charge.dispute.created": "the payer's bank takes the money back",
    "charge.dispute.updated": "a dispute moved",
    "charge.dispute.funds_withdrawn": "the disputed money is gone",
    "charge.dispute.funds_reinstated": "the disputed money is back",
    "charge.dispute.closed": "a dispute was decided",
    "payment_intent.requires_action": "the payer has to confirm a bank account",
    "radar.early_fraud_warning.created": "the card network suspects fraud",
}
"""The kinds to subscribe to, with their reason; any other is stored and ignored."""

_LONGEST = 255
"""Characters of an id or a kind; Stripe's are far shorter."""


class NotAnEvent(ValueError):
    """Say that a body, though signed, is no event that we can read."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an event says of itself, besides its content."""

    live: bool | None
    """Whether it is about real money; None where it does not say."""
    version: str | None
    """The API version that it is written in; a thin event has none."""


def read(body: bytes) -> ProviderNews:
    """Return what happened and to which object.

    Raises:
        NotAnEvent: It cannot be read.
    """
    event = _object(body)
    kind = _text(event, "type")
    return ProviderNews(_text(event, "id"), kind.removeprefix("v1."), _about(event), body)


def envelope(body: bytes) -> Envelope:
    """Return the event's mode and version.

    Raises:
        NotAnEvent: It cannot be read.
    """
    event = _object(body)
    live, version = event.get("livemode"), event.get("api_version")
    return Envelope(live if isinstance(live, bool) else None, version if isinstance(version, str) else None)


_MOST_KINDS = 20
"""Kinds that Stripe lists in one question."""


def in_lists() -> list[list[str]]:
    """Return the kinds in groups that can be asked for together."""
    kinds = sorted(KINDS)
    return [kinds[at : at + _MOST_KINDS] for at in range(0, len(kinds), _MOST_KINDS)]


def is_alert(kind: str) -> bool:
    """Tell whether an event is about a warning, and not about a session."""
    return kind.startswith("radar.")


def _about(event: dict[str, Any]) -> str:
    """Return the session, else the payment behind a charge, refund or dispute, else the object itself."""
    related = event.get("related_object")
    if isinstance(related, dict):
        return _text(related, "id")
    data = event.get("data")
    about = data.get("object") if isinstance(data, dict) else None
    if not isinstance(about, dict):
        raise NotAnEvent("an event without an object")
    intent = about.get("payment_intent")
    if (
        about.get("object") not in ("checkout.session", "radar.early_fraud_warning")
        and isinstance(intent, str)
        and 0 < len(intent) <= _LONGEST
    ):
        return intent
    return _text(about, "id")


def _object(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnEvent("no JSON") from None
    if not isinstance(event, dict):
        raise NotAnEvent("not an object")
    return event


def _text(of: dict[str, Any], name: str) -> str:
    value = of.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or "\x00" in value:
        raise NotAnEvent(f"no usable {name}")
    return value
