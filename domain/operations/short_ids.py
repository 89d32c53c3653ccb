"""Short ids: the first eight characters of an id, which people can type, looked up among what waits for somebody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.speech import phrase
from domain.kernel.transactions import Row
from domain.ledger import invoices
from domain.operations.refusals import NothingWaits, SeveralWait

LENGTH = 8

LONGEST = 32

SHORTEST = 4
"""Fewer characters fit too many; nobody types them by intent."""

_HEX = re.compile(r"[0-9a-f]+")

_REFERENCE = re.compile(r"[dqs]-?([0-9a-f]{4})-?([0-9a-f]{4})")
"""The word by which payers and operators speak of a dispute, question or call: its id's end, not the beginning."""


class Waiting(StrEnum):
    """What people name by a short id."""

    DRAFT = phrase("draft")
    APPROVED = phrase("approved mail")
    DISPUTE = phrase("dispute")
    CREDIT = phrase("credit")
    TASK = phrase("task")
    HOLD = phrase("hold")
    PAYMENT = phrase("unapplied cash")
    ALLOCATION = phrase("entry")
    WRITE_OFF = phrase("write-off")
    WRITTEN_OFF = phrase("approved write-off")
    STRAY = phrase("money at Stripe")
    TWIN = phrase("pair of customers")
    MAIL = phrase("mail of a person")
    FORWARDING = phrase("wish for a link")
    QUESTION = phrase("question")
    SUPPORT = phrase("call for help")
    ACCESS = phrase("access request")


_BY_REFERENCE = (Waiting.DISPUTE, Waiting.QUESTION, Waiting.SUPPORT)


@dataclass(frozen=True, slots=True)
class _Place:
    sql: str
    command: str
    """Which command lists them."""
    of_invoice: str = ""
    """How they are found by the number of an invoice, for people who have only that at hand."""


_PLACES: Mapping[Waiting, _Place] = {
    Waiting.DRAFT: _Place(
        "SELECT id FROM mailing WHERE state = 'drafted'",
        "draft",
        of_invoice="SELECT m.id FROM invoice i JOIN mailing_item x ON x.invoice_id = i.id AND x.state = 'included'"
        " JOIN mailing m ON m.id = x.mailing_id WHERE m.state = 'drafted' AND i.number_key = %s LIMIT 2",
    ),
    Waiting.APPROVED: _Place("SELECT id FROM mailing WHERE state = 'queued' AND approved_at IS NOT NULL", "draft"),
    Waiting.DISPUTE: _Place("SELECT id FROM dispute WHERE state = 'open'", "dispute list"),
    Waiting.CREDIT: _Place("SELECT id FROM credit WHERE state = 'proposed'", "credit list"),
    Waiting.TASK: _Place("SELECT id FROM task WHERE state = 'open'", "tasks"),
    Waiting.MAIL: _Place("SELECT id FROM inbound_mail WHERE reading->>'kind' = 'human'", "mails"),
    Waiting.QUESTION: _Place("SELECT id FROM question", "questions"),
    Waiting.STRAY: _Place("SELECT id FROM stray_movement WHERE state = 'open'", "stray"),
    Waiting.SUPPORT: _Place("SELECT id FROM support_request", "support"),
    Waiting.ACCESS: _Place("SELECT id FROM access_request", "access"),
    Waiting.PAYMENT: _Place("SELECT payment_id AS id FROM unapplied_cash", "unapplied"),
    Waiting.ALLOCATION: _Place(
        "SELECT id FROM allocation WHERE takes_back_id IS NULL AND amount_minor > 0", "entries INV"
    ),
    Waiting.WRITE_OFF: _Place("SELECT id FROM write_off WHERE state = 'proposed'", "writeoff list"),
    Waiting.WRITTEN_OFF: _Place("SELECT id FROM write_off WHERE state = 'approved'", "entries INV"),
    Waiting.TWIN: _Place("SELECT id FROM account_twin WHERE state = 'proposed'", "twins"),
    Waiting.FORWARDING: _Place("SELECT id FROM forwarding WHERE state = 'asked'", "forward"),
    Waiting.HOLD: _Place("SELECT id FROM hold WHERE state = 'active'", "hold list"),
}


def short(of: UUID) -> str:
    """Return what people type for the id."""
    return str(of)[:LENGTH]


async def resolve(core: Core, *, what: Waiting, text: str) -> UUID:
    """Return the one thing of that kind that waits and whose id begins with *text*.

    What is about invoices may be named by one of their numbers as well.

    Raises:
        NothingWaits: None does, or the text is no id.
        SeveralWait: More than one does.
    """
    place = _PLACES[what]
    rows = await _begun(core, what, text)
    if not rows and place.of_invoice:
        rows = await core.database.rows(place.of_invoice, (invoices.number_key(text),))
    if not rows:
        raise NothingWaits(what, text, place.command)
    if len(rows) > 1:
        raise SeveralWait(what, text)
    found: UUID = rows[0]["id"]
    return found


async def _begun(core: Core, what: Waiting, text: str) -> list[Row]:
    """Return what waits whose id begins with the text, two at the most."""
    typed = text.strip("`'\".,;:#<>").casefold()
    place = _PLACES[what]
    reference = _REFERENCE.fullmatch(typed) if what in _BY_REFERENCE else None
    digits = reference[1] + reference[2] if reference else typed.replace("-", "")
    if not _HEX.fullmatch(digits) or not SHORTEST <= len(digits) <= LONGEST:
        return []
    if reference:
        found_by, values = "replace(each.id::text, '-', '') LIKE %s", [f"%{digits}"]
    else:  # a range, which an index answers: there may be millions
        found_by, values = "each.id BETWEEN %s::uuid AND %s::uuid", [digits.ljust(32, "0"), digits.ljust(32, "f")]
    return await core.database.rows(f"SELECT each.id FROM ({place.sql}) each WHERE {found_by} LIMIT 2", values)
