"""Checks of money: nobody is asked for what is paid, promised, disputed or planned, and for no more than is left."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.soak.record import Record, Sent

OF_PLANS = frozenset({"instalment-due", "plan-missed"})


def paid(record: Record) -> Iterator[str]:
    """No mail asks for an invoice on which, by then, nothing was open."""
    for sent in record.sends:
        if not sent.asks:
            continue
        for number in sorted(sent.mail.numbers):
            invoice = record.history.before("invoice", record.numbers.get(number, ""), sent.decided.number)
            if invoice is None:
                yield f"mailing {sent.mailing_id} asks for {number}, which was not there"
            elif invoice["state"] != "open" or invoice["open_minor"] == 0:
                yield f"mailing {sent.mailing_id} asked for {number} when it was {invoice['state']}"


def paused(record: Record) -> Iterator[str]:
    """No item asks while all that is open is promised, disputed or under a plan that runs on schedule."""
    zone = ZoneInfo(record.rules.zone)
    for sent in record.sends:
        if not sent.asks:
            continue
        today = sent.decided.at.astimezone(zone).date()
        for item in record.included(sent):
            if why := _pause(record, item, sent.decided.number, today):
                yield f"mailing {sent.mailing_id} asked for an invoice although {why}"


def chaseable(record: Record, invoice_id: str, number: int, today: date) -> tuple[int, str]:
    """Return what may be asked for, in minor units, and what pauses the rest."""
    invoice = record.history.before("invoice", invoice_id, number)
    if invoice is None or invoice["state"] != "open":
        return 0, "nothing was open"
    left, why = int(invoice["open_minor"]), []
    promises = [
        each
        for each in _rows(record, "promise", invoice_id, number)
        if each["state"] == "running" and today <= day_of(each["promised_on"]) + timedelta(each["grace_days"])
    ]
    if promises:
        left -= max(0, sum(each["amount_minor"] for each in promises) - _came_since(record, promises, number))
        why.append("a promise runs")
    for dispute in _rows(record, "dispute", invoice_id, number):
        if dispute["state"] == "open" and not dispute["is_test"]:
            left -= dispute["amount_minor"]
            why.append("it was disputed")
    return max(0, left), " and ".join(why)


def _came_since(record: Record, promises: list[dict[str, Any]], number: int) -> int:
    """Return the most that can have come in since the first of the promises was made: what is kept of them."""
    first = min(record.history.versions("promise", each["id"])[0].number for each in promises)
    then = record.history.before("invoice", promises[0]["invoice_id"], first)
    least = then["open_minor"] if then else 0
    for each in record.history.versions("invoice", promises[0]["invoice_id"]):
        if first <= each.number < number:
            least = min(least, each.was["open_minor"])
    return max(0, (then["open_minor"] if then else 0) - least)


def _pause(record: Record, item: dict[str, Any], number: int, today: date) -> str:
    if item["letter"] not in OF_PLANS:
        left, why = chaseable(record, item["invoice_id"], number, today)
        if left == 0:
            return why
        if on_schedule(record, item["invoice_id"], number, today):
            return "a plan ran on schedule"
    return ""


def on_schedule(record: Record, invoice_id: str, number: int, today: date) -> bool:
    invoice = record.history.before("invoice", invoice_id, number)
    for plan in _rows(record, "plan", invoice_id, number):
        if plan["state"] == "running" and invoice is not None:
            came = plan["covers_minor"] - invoice["open_minor"]
            due = sum(minor for day, minor in record.instalments.get(plan["id"], ()) if day < today)
            if came >= due:
                return True
    return False


def _rows(record: Record, table: str, invoice_id: str, number: int) -> Iterator[dict[str, Any]]:
    for id_ in record.by_invoice[table].get(invoice_id, ()):
        row = record.history.before(table, id_, number)
        if row is not None:
            yield row


def day_of(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def amounts(record: Record) -> Iterator[str]:
    """A mail asks for what may be asked for at that moment: the balance less what is promised and disputed."""
    zone = ZoneInfo(record.rules.zone)
    for sent in record.sends:
        if not sent.asks or not sent.mail.text:
            continue
        shown = _digits(sent.mail.text)
        today = sent.decided.at.astimezone(zone).date()
        for item in record.included(sent):
            plans = [each["state"] for each in _rows(record, "plan", item["invoice_id"], sent.decided.number)]
            if item["letter"] in OF_PLANS or "running" in plans or _partly_kept(record, item, sent):
                continue
            asked, _ = chaseable(record, item["invoice_id"], sent.decided.number, today)
            if f"{asked:03}" not in shown:
                yield f"mailing {sent.mailing_id} does not ask for {asked / 100:.2f} on {item['invoice_id']}"


def _partly_kept(record: Record, item: dict[str, Any], sent: Sent) -> bool:
    """Tell whether money came in since a promise was made: how much of it is the promise's own is not told here."""
    number = sent.decided.number
    running = [row for row in _rows(record, "promise", item["invoice_id"], number) if row["state"] == "running"]
    return bool(running) and _came_since(record, running, number) > 0


def _digits(text: str) -> str:
    """Return a text in which amounts are their digits alone, however its language writes them."""
    return re.sub(r"(?<=\d)[.,'’\u00a0\u202f ](?=\d)", "", text)
