"""Checks of steps: each letter about an invoice is at most one level harsher than what came before."""

from collections.abc import Iterator
from typing import Any

from tests.soak.record import Record, Sent


def softly(record: Record) -> Iterator[str]:
    """No invoice is asked for more than one level more harshly than the last time, and none begins above "overdue".

    A mail whose end nobody heard may have arrived. A person who rejects a draft or strikes a step passes it over.
    """
    reached = _struck(record)
    told: list[tuple[int, Sent | None, list[dict[str, Any]]]] = [
        (sent.decided.number, sent, record.included(sent)) for sent in record.sends if sent.asks
    ]
    told += [(number, None, items) for number, items in _unheard(record)]
    for _, sent, items in sorted(told, key=lambda each: each[0]):
        for item in items:
            if item["enrolment_id"] is None:
                continue
            before = reached.get(item["invoice_id"], 0)
            if sent is not None and item["severity"] > before + 1:
                yield f"mailing {sent.mailing_id} is harsher than what came before by {item['severity'] - before}"
            reached[item["invoice_id"]] = max(before, item["severity"])


def _struck(record: Record) -> dict[str, int]:
    """Return how severe the severest step is that was ever struck out of each invoice's reminders."""
    found: dict[str, int] = {}
    for enrolment_id, severity in record.struck.items():
        invoice_id = record.history.versions("enrolment", enrolment_id)[0].was["invoice_id"]
        found[invoice_id] = max(found.get(invoice_id, 0), severity)
    return found


def _unheard(record: Record) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield the items of mails that were lost track of, or rejected by a person, with the moment at which they were."""
    for versions in record.history.moments.get("mailing", {}).values():
        for moment in versions:
            if moment.was["state"] in {"unknown", "rejected"}:
                ids = record.items.get(moment.id, ())
                rows = [record.history.seen_by("mailing_item", id_, moment) for id_ in ids]
                there = [row for row in rows if row is not None and row["mailing_id"] == moment.id]
                yield moment.number, [row for row in there if row["state"] == "included"]
                break
