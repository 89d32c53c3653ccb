"""Letter previews: any letter as a real invoice's payer would read it today; nothing is queued and no link is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain import letters
from domain.commitments import pauses, payable
from domain.deliverability.models import Mailing
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import phrase
from domain.kernel.transactions import Row
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound
from domain.letters import KINDS, TONES, Letter
from domain.outreach import contents
from domain.outreach.contents import Tried
from domain.outreach.facts import ItemFacts
from domain.outreach.refusals import LetterUnknown, NothingToTell
from domain.pay_links.refusals import NoContact

_INVOICE = f"""
    SELECT i.id, i.account_id, i.state, i.settled_on, {contents.COLUMNS},
           coalesce(payable.asked_minor, i.open_minor) AS asked_minor, {pauses.chaseable("i")} AS chaseable_minor,
           (SELECT c.id FROM contact c WHERE c.account_id = i.account_id AND c.state = 'active'
            ORDER BY c.role <> 'billing', c.created_at, c.id LIMIT 1) AS contact_id
    FROM invoice i {pauses.lateral("i")} {payable.lateral("i")}
    LEFT JOIN LATERAL (
        SELECT each.* FROM plan_instalment each JOIN plan p ON p.id = each.plan_id
        WHERE %(of_plan)s AND p.invoice_id = i.id AND each.position = payable.position
        ORDER BY p.created_at DESC LIMIT 1) n ON true
    WHERE i.number_key = %(number)s
"""

_NEWEST = "ORDER BY created_at DESC LIMIT 1"

_RECEIVED = """SELECT p.id FROM payment p JOIN allocation a ON a.payment_id = p.id
               WHERE a.invoice_id = %s AND p.kind = 'payment' ORDER BY p.created_at DESC LIMIT 1"""

_ANSWERED: Mapping[str, tuple[str, str]] = {
    "receipt": (phrase("payment"), _RECEIVED),
    "promise-noted": (phrase("promise"), f"SELECT id FROM promise WHERE invoice_id = %s {_NEWEST}"),
    "plan": (phrase("payment plan"), f"SELECT id FROM plan WHERE invoice_id = %s {_NEWEST}"),
    "dispute-received": (phrase("dispute"), f"SELECT id FROM dispute WHERE invoice_id = %s AND NOT is_test {_NEWEST}"),
    "dispute-resolved": (
        phrase("decided dispute"),
        f"SELECT id FROM dispute WHERE invoice_id = %s AND NOT is_test AND state <> 'open' {_NEWEST}",
    ),
    "dispute-question": (
        phrase("question about a dispute"),
        f"SELECT id FROM dispute_question WHERE invoice_id = %s {_NEWEST}",
    ),
    "question-answered": (
        phrase("answered question"),
        f"SELECT id FROM question WHERE invoice_id = %s AND state = 'answered' {_NEWEST}",
    ),
    "mail-answered": (phrase("answered mail"), f"SELECT id FROM mail_answer WHERE invoice_id = %s {_NEWEST}"),
}
"""What an answer is about, and where the newest one is."""


@dataclass(frozen=True, slots=True)
class LetterPreview:
    """A letter as it would be mailed today."""

    letter: str
    """The one that is true today, which may be milder than the one that was asked for."""
    tone: str
    language: str
    subject: str
    text: str
    html: str = field(repr=False)


async def on_invoice(
    core: Core,
    *,
    invoice_number: str,
    actor: Actor,
    letter: str = "reminder-overdue",
    tone: str = "Neutral",
    locale: str | None = None,
) -> LetterPreview:
    """Return a letter about an invoice, in the words, amounts and dates of today.

    Raises:
        NotAllowed: The actor may not look at invoices.
        LetterUnknown: There is no such letter or tone.
        InvoiceNotFound: No invoice has that number.
        NoContact: Nobody at the customer can be written to.
        NothingToTell: The letter answers something that has not happened to the invoice.
    """
    actor.require(Permission.VIEW)
    _require_known(letter, tone)
    row = await _invoice(core, invoice_number, of_plan=letter in ("instalment-due", "plan-missed"))
    mailing = Mailing(letter=letter, tone=tone, contact_id=row["contact_id"], invoice_id=row["id"], link_id=None)
    items = [_item(core, row, letter, tone)] if KINDS[letter].asks else []
    if not items:
        await _answered(core, mailing, row)
    site = core.merchant.public_url
    writing = await contents.of(
        core,
        mailing,
        items,
        None,
        opt_out_link=f"{site}/u/…" if items else "",
        example_link=f"{site}/l/…",
        tried=Tried({row["id"]: {**row, "item_id": row["id"], "link_id": None}}, locale),
    )
    made: Letter = letters.render(
        writing.letter,
        writing.contents,
        tone=writing.tone,
        language=writing.language,
        folder=core.merchant.letters_folder,
    )
    return LetterPreview(writing.letter, writing.tone, writing.language, made.subject, made.text, made.html)


def _require_known(letter: str, tone: str) -> None:
    if letter not in KINDS:
        raise LetterUnknown("letter", letter, KINDS)
    if tone not in TONES:
        raise LetterUnknown("tone", tone, TONES)


async def _invoice(core: Core, number: str, *, of_plan: bool) -> Row:
    today = local_date(core.clock, core.merchant.zone)
    key = invoices.number_key(number)
    row = await core.database.row(_INVOICE, {"number": key, "today": today, "of_plan": of_plan})
    if row is None:
        raise InvoiceNotFound(number)
    if row["contact_id"] is None:
        raise NoContact(row["number"])
    return row


def _item(core: Core, row: Row, letter: str, tone: str) -> ItemFacts:
    of_plan = letter in ("instalment-due", "plan-missed")
    if of_plan and not row["position"]:
        raise NothingToTell(row["number"], letter, phrase("payment plan that runs"))
    minor = int(row["asked_minor"] if of_plan else row["chaseable_minor"]) or row["open_minor"] or row["total_minor"]
    return ItemFacts(
        now=core.clock.now(),
        today=local_date(core.clock, core.merchant.zone),
        item_id=row["id"],
        invoice_id=row["id"],
        number=row["number"],
        enrolment_id=None,
        step=None,
        step_before=None,
        nudge=False,
        letter=letter,
        tone=tone,
        severity=KINDS[letter].severity,
        invoice_state=row["state"],
        settled_on=row["settled_on"],
        due_on=row["due_on"],
        ask=Money(minor, row["currency"]),
        instalment=of_plan,
    )


async def _answered(core: Core, mailing: Mailing, row: Row) -> None:
    """Say what the answer is about: the newest of its kind."""
    found = _ANSWERED.get(mailing.letter) or _ANSWERED.get(mailing.letter.partition("-")[0])
    if found is None:
        return
    lacking, sql = found
    about: dict[str, Any] | None = await core.database.row(sql, (row["id"],))
    if about is None:
        raise NothingToTell(row["number"], mailing.letter, lacking)
    about_id: UUID = about["id"]
    if mailing.letter == "receipt":
        mailing.payment_id = about_id
    else:
        mailing.about_id = about_id
