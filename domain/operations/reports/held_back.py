"""Held back: the reminders that wait although they are due, why they wait, and how much is open on their invoices.

- held back = what is open on the invoices of mails that are queued and wait for a guardrail, by that guardrail and
  currency; an invoice about which two mails wait for the same reason is one sum
- to approve = the same of drafts that wait for a person

Source: this product's own, as stated here; the guardrails are those of ``outreach/guardrails.py``. A mail that waits
because of a gate names the gates that are closed (maintenance, readiness), which are told beside it.
"""

from dataclasses import dataclass

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.scopes import ALL, Scope
from domain.kernel.speech import phrase
from domain.outreach import gates
from domain.outreach.gates import GateShown

WAITS = {
    "approval": phrase("a person's approval"),
    "gate": phrase("a gate that is closed"),
    "conversation": phrase("an answer to the customer"),
    "ledger too old": phrase("newer figures of the ledger"),
    "segment coverage": phrase("more contacts in its segment"),
    "segment reversals": phrase("fewer returned payments in its segment"),
    "undo": phrase("the time in which it may be called back"),
    "weekend": phrase("the end of the weekend"),
    "holiday": phrase("the end of a holiday"),
    "quiet hours": phrase("the customer's office hours"),
    "contact rest": phrase("days of rest of the contact"),
    "warm-up": phrase("the sending domain to be warm"),
    "domain cap": phrase("the next day of the sending domain"),
    "segment cap": phrase("the next day of its segment"),
    "breaker": phrase("the recipient's mail provider"),
    "failure": phrase("another try, since sending failed"),
}
"""What mails wait for, by the guardrail's name."""

_HELD = """
    WITH waiting AS (
        SELECT id, CASE WHEN state = 'drafted' THEN 'approval' ELSE waits END AS why FROM mailing
        WHERE asks AND (state = 'drafted' OR state = 'queued' AND waits <> ''){mine}
    ), mails AS (SELECT why, count(*) AS mails FROM waiting GROUP BY why
    ), invoices AS (
        SELECT DISTINCT w.why, t.invoice_id FROM waiting w
        JOIN mailing_item t ON t.mailing_id = w.id AND t.state = 'included'
    )
    SELECT m.why, m.mails, i.currency, sum(i.open_minor)::bigint AS minor
    FROM mails m LEFT JOIN invoices n ON n.why = m.why LEFT JOIN invoice i ON i.id = n.invoice_id AND i.state = 'open'
    GROUP BY m.why, m.mails, i.currency ORDER BY m.mails DESC, m.why, i.currency LIMIT 200
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why mails wait."""

    why: str
    """The guardrail's name, or ``approval``."""
    mails: int
    sums: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """All that waits."""

    reasons: tuple[Reason, ...]
    """What most mails wait for first."""
    gates: tuple[GateShown, ...]


async def held_back(core: Core, *, actor: Actor, scope: Scope = ALL) -> HeldBack:
    """Return what waits now, and the gates that are closed.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    actor.require(Permission.VIEW)
    found: dict[str, Reason] = {}
    for row in await core.database.rows(_HELD.format(mine=scope.of("account_id")), scope.values):
        sums = found[row["why"]].sums if row["why"] in found else ()
        more = (Money(row["minor"], row["currency"]),) if row["minor"] else ()
        found[row["why"]] = Reason(row["why"], row["mails"], (*sums, *more))
    return HeldBack(tuple(found.values()), await gates.closed(core))
