"""Companions: what else stands on the invoice page: other open invoices of this contact, and whom it was passed on to.

A contact is responsible for an invoice of the own customer when it gets the bills, or once had a link to that invoice.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from domain.kernel import addresses
from domain.kernel.actor import SYSTEM
from domain.kernel.money import Money

OTHERS_SHOWN = 20

OTHERS_COUNTED = 1_000
"""More than so many are not counted."""

FORWARDINGS_SHOWN = 5

FORWARDING_LIMIT = timedelta(days=14)
"""A wish that nobody answered for so long is asked anew; an answer is shown for as long."""

RESPONSIBLE = """
    c.state = 'active' AND c.account_id = o.account_id AND (c.role = 'billing' OR EXISTS
        (SELECT 1 FROM pay_link had WHERE had.invoice_id = o.id AND had.contact_id = c.id))
"""
"""When contact ``c`` is responsible for invoice ``o`` of the own customer."""

LATERAL = f"""
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(f.number, f.currency, f.open_minor, f.due_on) ORDER BY f.due_on, f.number)
                   FILTER (WHERE f.place <= {OTHERS_SHOWN}) AS others, count(*) AS others_counted
        FROM (SELECT o.number, o.currency, o.open_minor, o.due_on,
                     row_number() OVER (ORDER BY o.due_on, o.number) AS place
              FROM (SELECT o.* FROM invoice o WHERE o.account_id = i.account_id AND o.state = 'open'
                      AND o.settled_on IS NULL AND o.id <> i.id AND {RESPONSIBLE} LIMIT {OTHERS_COUNTED}) o) f
    ) others
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(w.name, w.email, w.state, w.decided_by) ORDER BY w.created_at) AS forwardings
        FROM (SELECT f.* FROM forwarding f WHERE f.invoice_id = i.id AND f.asked_by = l.contact_id
                AND f.state <> 'lapsed' AND coalesce(f.decided_at, f.created_at) > %(forwarded_since)s
              ORDER BY f.created_at DESC LIMIT {FORWARDINGS_SHOWN}) w
    ) forwarded
"""
"""Joined to an invoice ``i``, link ``l`` and contact ``c``; one read with the page, which is asked for most often."""


@dataclass(frozen=True, slots=True)
class OtherInvoice:
    """Another open invoice of the same customer."""

    number: str
    balance: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody to whom the payer passed the invoice on."""

    name: str
    address: str
    """Masked."""
    answer: str
    """``approved`` or ``denied`` by a person; empty while nobody answered, or where nobody had to."""


@dataclass(frozen=True, slots=True)
class Companions:
    """All of it."""

    others: tuple[OtherInvoice, ...]
    further: int
    """How many others there are that are not listed."""
    passed: tuple[Passed, ...]


def parameters(now: datetime) -> dict[str, Any]:
    """Return the named parameters of ``LATERAL``."""
    return {"forwarded_since": now - FORWARDING_LIMIT}


def read(row: dict[str, Any]) -> Companions:
    """Return what ``LATERAL`` found."""
    others = tuple(
        OtherInvoice(number, Money(int(minor), currency), date.fromisoformat(due_on))
        for number, currency, minor, due_on in row["others"] or ()
    )
    passed = tuple(
        Passed(name, addresses.masked(email), state if state != "asked" and by != SYSTEM.name else "")
        for name, email, state, by in row["forwardings"] or ()
    )
    return Companions(others, row["others_counted"] - len(others), passed)
