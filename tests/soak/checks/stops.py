"""Checks of stops: no mail in spite of a suppression, a hold, an exclusion or a closed gate."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from tests.soak.record import Record


def suppressed(record: Record) -> Iterator[str]:
    """No mail goes to an address that was suppressed, and none that asks to a contact that was removed."""
    by_address = record.history.about("suppression", "address_key")
    for sent in record.sends:
        for id_ in by_address.get(sent.mail.recipient.casefold(), ()):
            row = record.history.known("suppression", id_, sent.decided)
            if row is not None and row["state"] == "active" and (sent.asks or row["reason"] != "opted out"):
                yield f"mailing {sent.mailing_id} went to an address that was suppressed ({row['reason']})"
        contact = record.history.known("contact", sent.decided.was["contact_id"], sent.decided)
        if contact is not None and contact["state"] != "active":
            yield f"mailing {sent.mailing_id} went to a contact that was removed"


def held(record: Record) -> Iterator[str]:
    """No item asks while a person's hold lies on its invoice, its account or the contact."""
    by_account = record.history.about("hold", "account_id")
    for sent in record.sends:
        if not sent.asks:
            continue
        invoices = {each["invoice_id"] for each in record.included(sent)}
        for id_ in by_account.get(sent.decided.was["account_id"], ()):
            row = record.history.known("hold", id_, sent.decided)
            if row is None or row["state"] != "active" or _over(row, sent.decided.at):
                continue
            on_contact = row["contact_id"] in (None, sent.decided.was["contact_id"])
            if on_contact and (row["invoice_id"] is None or row["invoice_id"] in invoices):
                yield f"mailing {sent.mailing_id} left in spite of a hold: {row['kind']}"


def excluded(record: Record) -> Iterator[str]:
    """No mail asks a customer who is excluded."""
    for sent in record.sends:
        account = record.history.known("account", sent.decided.was["account_id"], sent.decided)
        if sent.asks and account is not None and account["state"] != "active":
            yield f"mailing {sent.mailing_id} asked an excluded customer"


def gated(record: Record) -> Iterator[str]:
    """Nothing leaves through a closed gate: no mail at all, or none that nobody asked for or approved."""
    by_day = _gates_by_day(record)
    for sent in record.sends:
        for id_ in by_day.get(sent.decided.at.date(), ()):
            row = record.history.known("gate", id_, sent.decided)
            if row is None or row["state"] != "closed" or _over(row, sent.decided.at):
                continue
            if row["segment"] not in (None, sent.decided.was["segment"]):
                continue
            nudged = any(each["unique_key"].startswith("nudge:") for each in record.included(sent))
            by_itself = sent.asks and sent.decided.was["approved_at"] is None and not nudged
            if row["holds"] == "all mail" or by_itself:
                yield f"mailing {sent.mailing_id} left through a closed gate: {row['name']}"


def _gates_by_day(record: Record) -> dict[date, list[str]]:
    """Return which gates were closed at some time of each day, by UTC; a year has hundreds, and each day a few."""
    found: dict[date, list[str]] = defaultdict(list)
    last = max((sent.decided.at for sent in record.sends), default=None)
    for id_, versions in record.history.moments.get("gate", {}).items():
        ends = [datetime.fromisoformat(each.was["until"]) if each.was["until"] else last for each in versions]
        day, end = versions[0].at.date(), max((each for each in ends if each is not None), default=versions[-1].at)
        while day <= end.date():
            found[day].append(id_)
            day += timedelta(days=1)
    return found


def _over(hold: dict[str, Any], at: datetime) -> bool:
    return hold["until"] is not None and datetime.fromisoformat(hold["until"]) <= at
