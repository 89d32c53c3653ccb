"""Checks of the wire: what arrived against what is on record, and that nothing arrives twice."""

from collections.abc import Iterator
from typing import Any

from tests.soak.record import ASKING, Record, Sent


def strangers(record: Record) -> Iterator[str]:
    """Nothing leaves that is not on record, and nothing is on record as sent that did not leave."""
    known = {versions[-1].was["message_id"]: versions[-1].was for versions in record._mailings.values()}
    for mail in record.taken:
        row = known.get(mail.message_id)
        if row is None:
            yield f"{mail.message_id} left and is no mailing"
        elif row["state"] not in {"sent", "unknown", "sending"} and not _answer_repeated(record, row):
            yield f"mailing {row['id']} left and is on record as {row['state']}"
        elif row["address"].casefold() != mail.recipient.casefold():
            yield f"mailing {row['id']} went to somebody else"
    arrived = {mail.message_id for mail in record.taken}
    for message_id, row in known.items():
        if row["state"] == "sent" and message_id not in arrived:
            yield f"mailing {row['id']} is on record as sent and never arrived"


def _answer_repeated(record: Record, row: dict[str, Any]) -> bool:
    """Tell whether it is an answer whose first attempt nobody heard end, and which was not true any more then."""
    states = [moment.was["state"] for moment in record.history.versions("mailing", row["id"])]
    return not row["asks"] and "sending" in states and "queued" in states[states.index("sending") :]


def labelled(record: Record) -> Iterator[str]:
    """A letter that asks for money says so, since guardrails and caps go by that."""
    for sent in record.sends:
        if sent.decided.was["letter"] in ASKING and not sent.decided.was["asks"]:
            yield f"mailing {sent.mailing_id} ({sent.decided.was['letter']}) does not count as asking"


def complete(record: Record) -> Iterator[str]:
    """A mail shows the invoices of its items and no others."""
    for sent in record.sends:
        if not sent.asks:
            continue
        ids = {each["invoice_id"] for each in record.included(sent)}
        shown = {record.numbers.get(number, number) for number in sent.mail.numbers}
        if ids != shown:
            yield f"mailing {sent.mailing_id} shows {len(shown)} invoices and has {len(ids)} items"


def once(record: Record) -> Iterator[str]:
    """No message that asks arrives twice, and no step reaches a contact twice."""
    seen: set[str] = set()
    done: dict[str, str] = {}
    for sent in record.sends:
        if not sent.asks:
            continue
        if sent.mail.message_id in seen:
            yield f"mailing {sent.mailing_id} arrived twice"
            continue
        seen.add(sent.mail.message_id)
        for item in record.included(sent):
            key = f"{item['unique_key']} of {_cadence(record, item, sent)}"
            if key in done:
                yield f"{key} was in {done[key]} and in {sent.mailing_id}"
            done[key] = sent.mailing_id


def _cadence(record: Record, item: dict[str, Any], sent: Sent) -> str:
    """Return the cadence whose step it is: an invoice that was moved counts its steps anew."""
    row = record.history.seen_by("enrolment", item["enrolment_id"] or "", sent.decided)
    return str(row["cadence_id"]) if row else "no cadence"
