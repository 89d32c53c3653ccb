"""Mailed advices: PDF and CSV files that came with a mail are read as remittance advices, in a job of their own.

They are evidence only. Nothing is posted since a mail says so: the money must be on the bank account first, and the
advice must belong to it (``linking``).
"""

import logging
import re
from uuid import UUID

from domain.cash_application import papers, remittances
from domain.cash_application.advice_tables import AdviceOptions
from domain.cash_application.papers import Attachment, Unopened
from domain.cash_application.remittances import Paper
from domain.deliverability.events import MailArrived
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.ledger.csv_import.refusals import ImportRefused

log = logging.getLogger(__name__)

ABOUT_DELIVERY = frozenset({"bounce", "delayed", "complaint"})
"""Kinds of mail whose attachments are what we had sent ourselves."""

_ADVICE = re.compile(
    r"remit|advice|avis|aviso|avise|zahlung|payment|paiement|virement|pago|überweisung|ueberweisung", re.IGNORECASE
)
"""What people call an advice; a file without such a name that lists no invoice is none, and is left with its mail."""


async def read(core: Core, *, entry_id: int) -> int:
    """Read what a mail brought along (a job); return how many advices were kept. May be repeated."""
    event = (await timeline.entry(core, entry_id)).event
    assert isinstance(event, MailArrived)
    if event.what in ABOUT_DELIVERY:
        return 0
    row = await core.database.row("SELECT body FROM inbound_mail WHERE id = %s", (event.mail_id,))
    if row is None:
        return 0
    try:
        mail = await papers.enclosed(bytes(row["body"]))
    except Unopened as reason:
        log.warning("attachments of mail %s were not looked at: %s", event.mail_id, reason)
        return 0
    return sum([await _taken(core, event, mail.subject, file) for file in mail.files])


async def _taken(core: Core, event: MailArrived, subject: str, file: Attachment) -> bool:
    """Keep one file if it is an advice; return whether it is a new one."""
    paper = Paper(_name(file), file.content_type, file.body, "mail", event.mail_id, event.account_id)
    account_id: UUID | None = event.account_id
    try:
        advice, why_not, account_id = await remittances.read(core, paper, AdviceOptions())
    except ImportRefused as refusal:
        advice, why_not = None, str(refusal)
    if advice is None and not _ADVICE.search(f"{file.file_name} {subject}"):
        return False
    taken = await remittances.keep(core, paper, advice, why_not=why_not, account_id=account_id, actor=SYSTEM)
    return not taken.known_before


def _name(file: Attachment) -> str:
    """Return a name that can be shown; a sender may have left it out or put anything in it."""
    shown = "".join(each if each.isprintable() and each not in "/\\" else "_" for each in file.file_name).strip(" .")
    return shown[: remittances.MAX_FILE_NAME] or ("advice.pdf" if b"%PDF" in file.body[:1024] else "advice.csv")
