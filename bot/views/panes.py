"""Panes: a pasted pay link as Slack's Work Object, and what its pane shows to the one person who opens it.

What stands below the link is read by everybody in the channel: no name, no number, no sum. What the pane shows is
sent to one person, whose rights are judged at that moment. Fields of the pane know no formatting: nothing is a link
or a mention in them, whatever a customer is called.

Shapes: https://docs.slack.dev/messaging/work-objects-implementation (``chat.unfurl``, ``entity.presentDetails``).
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, TypeVar
from uuid import UUID

from bot import text
from bot.views import letters, states
from domain.casework.why import Why
from domain.commitments.dispute_reasons import BY_CODE
from domain.kernel.speech import amount, phrase, say
from domain.operations.case_notes import CaseDispute, CasePromise
from domain.operations.cases import Case, CaseMail

KIND = "invoice"
"""The type in ``external_ref``; its id is the invoice's, never a part of the link."""

ENTITY = "slack#/entities/item"
"""An object that is neither a file, a task, an incident nor a text."""

VALUE = 300
"""Characters of one field."""

_ISOLATES = "\u2068\u2069"
"""Stand around what reads from right to left."""

EACH = 3
"""Promises and disputes that are shown; the case has all of them."""

Entity = Mapping[str, Any]

T = TypeVar("T")

_PROMISES: Mapping[str, str] = {
    "running": phrase("{amount} by {day}"),
    "broken": phrase("{amount} by {day} did not come"),
    "partly_kept": phrase("{amount} by {day} came only in part"),
}


def reference(invoice_id: UUID) -> dict[str, str]:
    """Return by what Slack names the object to us."""
    return {"id": str(invoice_id), "type": KIND}


def pasted(invoice_id: UUID, *, address: str, home: str, warning: str) -> Entity:
    """Return the object below a link for everybody; *address* is the link as it was pasted, *home* the portal's.

    Slack hands the address back to whoever reads the message only, since it stands in it.
    """
    payload = {
        "attributes": {"title": {"text": say("A payer's own link")}, "display_type": say("Invoice")},
        "custom_fields": [_field("warning", say("Careful"), warning, long=True)],
        "display_order": ["warning"],
    }
    return {**_object(invoice_id, home=home), "app_unfurl_url": address, "entity_payload": payload}


def details(case: Case, why: Why, *, home: str, zone: tzinfo) -> Entity:
    """Return what the pane shows of an invoice to somebody who may look at it; days are those of *zone*."""
    shown = [
        _field("customer", say("Customer"), text.plain(case.account_name)),
        _field("state", say("Standing"), states.capital(", ".join(states.of_case(each) for each in case.words))),
        _field("balance", say("Open balance"), amount(case.balance)),
        _field("due", say("Due day"), f"{text.day(case.due_on)}{_overdue(case)}"),
        _field("why", say("Why now"), _why(why), long=True),
        _field("contact", say("Last contact"), _contact(case.mails[:1], zone), long=True),
        *(_field(f"promise_{at}", say("Promise"), _promise(each)) for at, each in _first(case.notes.promises)),
        *(
            _field(f"dispute_{at}", say("Test dispute") if each.is_test else say("Dispute"), _dispute(each))
            for at, each in _first(case.notes.disputes)
        ),
    ]
    payload = {
        "attributes": {"title": {"text": text.plain(case.invoice_number, limit=60)}, "display_type": say("Invoice")},
        "custom_fields": shown,
        "display_order": [each["key"] for each in shown],
    }
    return {**_object(case.invoice_id, home=home), "entity_payload": payload}


def restricted(reason: str) -> Mapping[str, str]:
    """Return the refusal of a pane in our own words, which Slack shows for the status ``custom`` alone."""
    return {
        "status": "custom",
        "custom_title": say("You may not see this invoice"),
        "custom_message": text.plain(reason, limit=text.SENTENCE),
    }


def missing() -> Mapping[str, str]:
    """Return that there is no such invoice; Slack says so in its own words."""
    return {"status": "not_found"}


def broken() -> Mapping[str, str]:
    """Return that something went wrong on our side; Slack says so in its own words, and offers to try again."""
    return {"status": "internal_error"}


def _object(invoice_id: UUID, *, home: str) -> dict[str, Any]:
    """Return what names the object; its own address leads to the portal, and into nobody's invoice."""
    return {"entity_type": ENTITY, "external_ref": reference(invoice_id), "url": f"{home}/#{invoice_id}"}


def _field(key: str, label: str, value: str, *, long: bool = False) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value, "type": "string"} | ({"long": True} if long else {})


def _overdue(case: Case) -> str:
    return f", {text.overdue(case.days_past_due)}" if case.is_open else ""


def _why(why: Why) -> str:
    return text.plain("; ".join((why.next_action, *why.reasons[:2])), limit=VALUE - len(_ISOLATES))


def _contact(mails: tuple[CaseMail, ...], zone: tzinfo) -> str:
    for mail in mails:
        return say(
            "{letter} to {address}: {state}, {at}",
            letter=letters.named(mail.letter),
            address=text.plain(mail.address),
            state=states.of_mail(mail.state),
            at=text.day(mail.at.astimezone(zone).date()),
        )
    return say("none so far")


def _first(notes: tuple[T, ...]) -> tuple[tuple[int, T], ...]:
    return tuple(enumerate(notes[:EACH], start=1))


def _promise(promise: CasePromise) -> str:
    return say(_PROMISES.get(promise.state, _PROMISES["running"]), amount=promise.amount, day=promise.on)


def _dispute(dispute: CaseDispute) -> str:
    reason = BY_CODE.get(dispute.reason_code)
    named = reason.title if reason else text.plain(dispute.reason_code)
    return f"{amount(dispute.amount)}, {named}"
