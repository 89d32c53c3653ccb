"""Guardrails: everything that is read again right before a mail leaves, as one literal table."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from domain.kernel.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a mail, its invoice and its recipient in the sending transaction."""

    letter: str
    invoice_state: str
    processing: bool
    account_state: str
    contact_state: str
    suppressed_for: str | None
    """Reason of the active suppression, if any."""

    @property
    def is_reminder(self) -> bool:
        """Whether the letter asks for money, as against answering something the payer did."""
        return self.letter.startswith("reminder-")

    @property
    def needs_balance(self) -> bool:
        """Whether the letter makes sense only while something is open."""
        return self.is_reminder or self.letter == "new-link"


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One reason for which a mail does not leave."""

    name: str
    forbids: Callable[[Facts], bool]
    reason: str


GUARDRAILS = (
    Guardrail(
        "balance", lambda f: f.needs_balance and f.invoice_state != "open", "nothing is open on the invoice any more"
    ),
    Guardrail("payment pending", lambda f: f.is_reminder and f.processing, "a bank debit is under way"),
    Guardrail("account", lambda f: f.is_reminder and f.account_state == "excluded", "the account is excluded"),
    Guardrail("contact", lambda f: f.contact_state != "active", "the contact was removed"),
    Guardrail(
        "opted out", lambda f: f.is_reminder and f.suppressed_for == "opted out", "the contact opted out of reminders"
    ),
    Guardrail("suppressed", lambda f: f.suppressed_for not in (None, "opted out"), "the address is suppressed"),
)
"""Read top to bottom; the first that forbids is the reason which is kept and shown."""


async def objection(tx: Transaction, *, mailing_id: UUID) -> Guardrail | None:
    """Return the first guardrail that forbids the mail now, or None. The caller holds the invoice's lock."""
    row = await tx.row(
        "SELECT m.letter, i.state AS invoice_state, a.state AS account_state, c.state AS contact_state,"
        " EXISTS (SELECT FROM checkout k WHERE k.invoice_id = i.id AND k.state = 'processing') AS processing,"
        " (SELECT s.reason FROM suppression s WHERE s.address_key = m.address_key AND s.state = 'active')"
        " AS suppressed_for"
        " FROM mailing m JOIN invoice i ON i.id = m.invoice_id JOIN account a ON a.id = m.account_id"
        " JOIN contact c ON c.id = m.contact_id WHERE m.id = %s",
        (mailing_id,),
    )
    assert row is not None, "a mailing that is being sent exists"
    facts = Facts(**row)
    return next((each for each in GUARDRAILS if each.forbids(facts)), None)
