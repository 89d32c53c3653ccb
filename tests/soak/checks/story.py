"""Stories: all that happened to an invoice on its way through a cadence; one failure is enough to explain it."""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.soak.record import Record
from tests.soak.witness import Moment

LAST = 8
"""Of each row the last changes are told; what came before explains nothing any more."""

_SHOWN = {
    "enrolment": ("state", "cadence_id", "segment", "last_position", "last_severity", "next_action_at", "held"),
    "invoice": ("state", "open_minor", "due_on"),
    "mailing": ("state", "letter", "address", "waits_reason", "not_before", "reason"),
    "mailing_item": ("state", "enrolment_id", "step", "step_before", "letter", "unique_key", "mailing_id"),
    "promise": ("state", "amount_minor", "promised_on", "grace_days"),
    "plan": ("state", "covers_minor"),
    "dispute": ("state", "amount_minor", "is_test"),
    "hold": ("state", "kind", "invoice_id", "contact_id", "until"),
    "account": ("state",),
    "contact": ("state", "role", "email"),
    "veto": ("state", "step"),
}


def of(record: Record, enrolment: dict[str, Any]) -> str:
    """Return everything about the enrolment's invoice, a line for each change of each row."""
    return "".join(f"\n        {line}" for line in _lines(record, enrolment))


def _lines(record: Record, enrolment: dict[str, Any]) -> Iterator[str]:
    history, invoice_id = record.history, enrolment["invoice_id"]
    invoice = history.versions("invoice", invoice_id)[-1].was
    yield f"ended {record.ended:%Y-%m-%d %H:%M}; steps of its cadence: {record.steps.get(enrolment['cadence_id'], ())}"
    struck = sorted(step for id_, step in record.vetoes if id_ == enrolment["id"])
    if struck:
        yield f"struck out: {struck}"
    moments = [*_about(record, "enrolment", "invoice_id", invoice_id), *history.versions("invoice", invoice_id)[-LAST:]]
    items = record.history.about("mailing_item", "invoice_id").get(invoice_id, [])
    moments += _about(record, "veto", "enrolment_id", enrolment["id"])
    for item in items[-LAST:]:
        versions = history.versions("mailing_item", item)
        moments += [*versions, *history.versions("mailing", versions[-1].was["mailing_id"])[-LAST:]]
    for table in ("promise", "plan", "dispute"):
        moments += _about(record, table, "invoice_id", invoice_id)
    account_id = invoice["account_id"]
    moments += history.versions("account", account_id)[-LAST:]
    for table in ("hold", "contact"):
        moments += _about(record, table, "account_id", account_id)
    yield from _told(moments)


def _about(record: Record, table: str, column: str, id_: str) -> list[Moment]:
    found = []
    for row in record.history.moments.get(table, {}).values():
        if row[0].was.get(column) == id_:
            found += row[-LAST:]
    return found


def _told(moments: Sequence[Moment]) -> Iterator[str]:
    """Tell each version once, in the order of commits, with what it changed."""
    before: dict[str, dict[str, Any]] = {}
    for each in sorted({moment.number: moment for moment in moments}.values(), key=lambda moment: moment.number):
        shown = {name: each.was.get(name) for name in _SHOWN[each.of]}
        told = {name: value for name, value in shown.items() if before.get(each.id, {}).get(name, "") != value}
        before[each.id] = shown
        said = ", ".join(f"{name}={value}" for name, value in told.items()) or "nothing that matters"
        yield f"{each.at:%m-%d %H:%M} #{each.number} {each.of} {each.id[:8]}: {said}"
