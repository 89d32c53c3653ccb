"""Objections: the form of a dispute as it was handed in, read before anything is locked."""

import hashlib
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from domain.commitments import dispute_reasons, documents
from domain.commitments.dispute_reasons import Reason
from domain.commitments.dispute_refusals import DescriptionUnusable, DisputeReasonUnknown, DocumentsMissing
from domain.commitments.documents import Accepted, Upload
from domain.commitments.parties import Source
from domain.commitments.refusals import AmountNotPositive
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.money import Money
from domain.kernel.speech import say

DESCRIPTION_LENGTH = 4_000
"""Characters of one objection."""


@dataclass(frozen=True, slots=True)
class Filing:
    """An objection as it was handed in."""

    reason_code: str
    description: str
    amount: Money | None = None
    """None: all that is open and not disputed yet."""
    documents: tuple[Upload, ...] = ()
    contact_id: UUID | None = None
    """Who at the customer objects and hears of the end; a payer who files is that contact anyway."""
    source: Source = Source.OPERATOR
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Objection:
    """A filing in which nothing needs a second look."""

    reason: Reason
    description: str
    amount: Money | None
    files: tuple[Accepted, ...]
    contact_id: UUID | None
    source: Source
    digest: str
    """The same for the same form sent twice."""


async def read(filing: Filing, actor: Actor) -> Objection:
    """Check the form. A payer brings along what the reason requires; an operator may add it later.

    Raises:
        NotAllowed: The actor is no payer and may not work the queue.
        DisputeReasonUnknown, DescriptionUnusable, AmountNotPositive: The form is not filled in.
        DocumentsMissing: A payer did not bring what the reason requires.
        DocumentUnusable, DocumentsTooMany: A file cannot be taken.
    """
    may_file(actor)
    reason = dispute_reasons.BY_CODE.get(filing.reason_code)
    if reason is None:
        raise DisputeReasonUnknown(filing.reason_code)
    description = _text(filing.description)
    if filing.amount is not None and filing.amount.minor <= 0:
        raise AmountNotPositive(filing.amount)
    files = await documents.accepted(filing.documents)
    lacks = dispute_reasons.missing(reason, tuple(each.kind for each in files))
    if lacks and actor.kind is ActorKind.PAYER:
        raise DocumentsMissing(reason.title, lacks)
    contact_id = actor.id if actor.kind is ActorKind.PAYER else filing.contact_id
    said = (reason.code, description, str(filing.amount), str(contact_id), actor.name, str(actor.id))
    hashes = b"".join(sorted(each.sha256 for each in files))
    digest = hashlib.sha256("\0".join(said).encode() + hashes).hexdigest()
    return Objection(reason, description, filing.amount, files, contact_id, filing.source, digest)


def may_file(actor: Actor) -> None:
    """Let payers pass, and operators who work the queue.

    Raises:
        NotAllowed: It is somebody else.
    """
    if actor.kind is not ActorKind.PAYER:
        actor.require(Permission.WORK_QUEUE)


def _text(description: str) -> str:
    """Return the description without control characters; line breaks stay."""
    lines = (
        "".join(sign for sign in line if unicodedata.category(sign) not in {"Cc", "Cs"}).rstrip()
        for line in description.splitlines()
    )
    text = "\n".join(lines).strip()
    if not text:
        raise DescriptionUnusable(say("Say in a sentence or two what is wrong; somebody decides by that."))
    if len(text) > DESCRIPTION_LENGTH:
        raise DescriptionUnusable(
            say("The description has at most {most} characters; attach the rest.", most=DESCRIPTION_LENGTH)
        )
    return text
