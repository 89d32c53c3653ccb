"""Remittance advices: what a payer says that a payment is for, kept as it came and as it was read, once."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid4

from domain.cash_application import advice_reading, advice_tables, advice_texts, mentions, notes, papers, payer_texts
from domain.cash_application.advice_tables import AdviceOptions
from domain.cash_application.advices import Advice, AdviceUnreadable
from domain.cash_application.models import RemittanceLine
from domain.cash_application.papers import Unopened
from domain.cash_application.reading_events import RemittanceRead
from domain.cash_application.refusals import RemittanceUnusable
from domain.cash_application.states import RemittanceState
from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import joined, say
from domain.kernel.transactions import Rows, Transaction
from domain.ledger.invoices import number_key

MAX_FILE_NAME = 200

MAX_KEYS = 20_000
"""Words of one advice that are looked up in the ledger."""

_KNOWN = """
    SELECT i.number, i.number_key, i.account_id, i.currency FROM invoice i WHERE i.number_key = ANY(%(keys)s)
    UNION ALL
    SELECT c.number, c.number_key, c.account_id, c.currency FROM credit_note c WHERE c.number_key = ANY(%(keys)s)
"""

_ALIKE = """
    SELECT i.number, i.number_key, i.account_id, i.currency, each.skeleton
    FROM (SELECT *, translate(regexp_replace(number_key, '[^[:alnum:]]', '', 'g'), 'oil', '011') AS skeleton
          FROM invoice WHERE state = 'open') i
    JOIN unnest(%(skeletons)s::text[]) AS each (skeleton) ON each.skeleton = i.skeleton
"""
"""Open invoices whose numbers differ from what is written by separators only, or by letters that look like figures."""

SHORTEST_ALIKE = 5
"""Letters and figures that a number needs to be known however it is spelt."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that may be an advice."""

    file_name: str
    content_type: str
    body: bytes
    source: str = "file"
    mail_id: UUID | None = None
    account_id: UUID | None = None
    """Whose mail it came with, as our own token in it proves."""

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF, by its first bytes."""
        return self.body[:1024].lstrip().startswith(b"%PDF")


@dataclass(frozen=True, slots=True)
class Taken:
    """A kept advice."""

    remittance_id: UUID
    known_before: bool
    event: RemittanceRead | None
    """None for one that was known before."""


async def import_file(
    core: Core, *, file_name: str, body: bytes, actor: Actor, said: AdviceOptions | None = None
) -> Taken:
    """Keep an advice that a person hands over, and read it; the same file again is the one that is kept.

    Raises:
        NotAllowed: The actor may not apply cash.
        RemittanceUnusable: It is empty or too large.
        ImportRefused: A CSV file leaves a question open, or cannot be read.
    """
    actor.require(Permission.APPLY_CASH)
    if not body or len(body) > papers.MAX_BYTES:
        raise RemittanceUnusable(say("An advice has at most {size} MB, and is not empty.", size=papers.MAX_BYTES >> 20))
    paper = Paper(file_name, "application/pdf" if body[:1024].lstrip().startswith(b"%PDF") else "text/csv", body)
    known = await core.database.row("SELECT id FROM remittance WHERE sha256 = %s", (sha256(body).digest(),))
    if known is not None:
        return Taken(known["id"], True, None)
    advice, why_not, account_id = await read(core, paper, said or AdviceOptions())
    return await keep(core, paper, advice, why_not=why_not, account_id=account_id, actor=actor)


async def read(core: Core, paper: Paper, said: AdviceOptions) -> tuple[Advice | None, str, UUID | None]:
    """Return what a paper says, or why it cannot be read, and whose invoices it lists; nothing is changed.

    Raises:
        ImportRefused: A CSV file leaves a question open, or cannot be read.
    """
    today = local_date(core.clock, core.merchant.zone)
    try:
        if paper.is_pdf:
            return await _of_pdf(core, paper, today)
        return await _of_table(core, paper, said, today)
    except (Unopened, AdviceUnreadable) as reason:
        return None, str(reason), paper.account_id


async def _of_pdf(core: Core, paper: Paper, today: date) -> tuple[Advice, str, UUID | None]:
    pages = await papers.text_of(paper.body)
    texts = advice_texts.lines_of(pages.texts)
    mark, named = advice_texts.mark_of(texts), advice_texts.currency_in(texts)
    lines = await asyncio.to_thread(lambda: [advice_texts.parted(text, mark, named or "EUR") for text in texts])
    known = await _known(core.database, advice_texts.keys(lines), paper.account_id)
    cut = say(notes.PAGES_LEFT, read=len(pages.texts), pages=pages.count)
    unread = (cut,) if pages.count > len(pages.texts) else ()
    found = advice_reading.advice(
        lines,
        known=known.numbers,
        currency=named or known.currency,
        mark=mark,
        today=today,
        notes=unread,
    )
    return found, "", known.owner([line.number for line in found.lines]) or paper.account_id


async def _of_table(core: Core, paper: Paper, said: AdviceOptions, today: date) -> tuple[Advice, str, UUID | None]:
    table = await asyncio.to_thread(advice_tables.opened, paper.body, said, today=today)
    known = await _known(core.database, table.numbers(), paper.account_id)
    found = table.advice(known=known.numbers, currency=known.currency)
    return found, "", known.owner([line.number for line in found.lines]) or paper.account_id


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger knows of the numbers in an advice."""

    numbers: dict[str, str]
    accounts: dict[str, UUID]
    """By the key of the number."""
    currency: str | None
    """Of all of them, where it is one."""

    def owner(self, numbers: Collection[str]) -> UUID | None:
        """Return whose invoices the numbers are, if they are one customer's."""
        owners = {self.accounts[key] for each in numbers if (key := number_key(each)) in self.accounts}
        return next(iter(owners)) if len(owners) == 1 else None


async def _known(rows: Rows, keys: Collection[str], account_id: UUID | None) -> _Known:
    """Return the invoices and credit notes of these keys; short words count for the sender's own customer only."""
    found = await rows.rows(_KNOWN, {"keys": sorted(keys)[:MAX_KEYS]})
    own = [row for row in found if len(row["number_key"]) > 3 or row["account_id"] == account_id]
    numbers = {row["number_key"]: row["number"] for row in own}
    left = {key: skeleton for key in list(keys)[:MAX_KEYS]
            if key not in numbers and len(skeleton := mentions.skeleton(key)) >= SHORTEST_ALIKE}  # fmt: skip
    alike = await rows.rows(_ALIKE, {"skeletons": sorted(set(left.values()))}) if left else []
    for key, skeleton in left.items():
        meant = [row for row in alike if row["skeleton"] == skeleton]
        if len(meant) == 1:
            numbers[key] = meant[0]["number"]
            own += meant
    currencies = {row["currency"] for row in own}
    return _Known(
        numbers,
        {row["number_key"]: row["account_id"] for row in own},
        currencies.pop() if len(currencies) == 1 else None,
    )


async def keep(
    core: Core, paper: Paper, advice: Advice | None, *, why_not: str, account_id: UUID | None, actor: Actor
) -> Taken:
    """Keep a paper with what was read of it; one that is kept already stays as it is."""
    async with core.transaction() as tx:
        return await kept(core, tx, paper, advice, why_not=why_not, account_id=account_id, actor=actor)


async def kept(
    core: Core,
    tx: Transaction,
    paper: Paper,
    advice: Advice | None,
    *,
    why_not: str,
    account_id: UUID | None,
    actor: Actor,
) -> Taken:
    """Do the same in the caller's transaction."""
    now = core.clock.now()
    note = say(notes.UNREAD, why=why_not) if advice is None else _note(advice.notes)
    state = RemittanceState.UNREADABLE if advice is None else RemittanceState.READ
    row = await tx.row(
        "INSERT INTO remittance (id, source, inbound_mail_id, file_name, content_type, sha256, body, account_id,"
        " payer_name, currency, total_minor, paid_on, state, note, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (sha256) DO NOTHING RETURNING id",
        (uuid4(), paper.source, paper.mail_id, payer_texts.shown(paper.file_name, MAX_FILE_NAME), paper.content_type,
         sha256(paper.body).digest(), paper.body, account_id, advice.payer_name if advice else "",
         advice.currency if advice else None, advice.total_minor if advice else None,
         advice.paid_on if advice else None, state.value,
         sentences.as_text(note), now),
    )  # fmt: skip
    if row is None:
        known = await tx.row("SELECT id FROM remittance WHERE sha256 = %s", (sha256(paper.body).digest(),))
        assert known is not None
        return Taken(known["id"], True, None)
    if advice is not None:
        await RemittanceLine.bulk_create([
            RemittanceLine(id=uuid4(), remittance_id=row["id"], position=place, number=line.number,
                           number_key=number_key(line.number), amount_minor=line.amount_minor,
                           deducted_minor=line.deducted_minor, reason=line.reason)
            for place, line in enumerate(advice.lines, 1)
        ])  # fmt: skip
    event = await _event(core, tx, row["id"], paper, advice, note, account_id, actor)
    await timeline.record(core, tx, event)
    return Taken(row["id"], False, event)


def _note(notes: tuple[str, ...]) -> str:
    return joined("; ", notes) if notes else ""


async def _event(
    core: Core,
    tx: Transaction,
    remittance_id: UUID,
    paper: Paper,
    advice: Advice | None,
    note: str,
    account_id: UUID | None,
    actor: Actor,
) -> RemittanceRead:
    account = await tx.row("SELECT name FROM account WHERE id = %s", (account_id,)) if account_id else None
    total = None
    if advice is not None and advice.total_minor is not None and advice.currency is not None:
        total = Money(advice.total_minor, advice.currency)
    return RemittanceRead(
        remittance_id=remittance_id,
        file_name=payer_texts.shown(paper.file_name, MAX_FILE_NAME),
        by_mail=paper.source == "mail",
        account_id=account_id,
        account_name=account["name"] if account else "",
        readable=advice is not None,
        lines=len(advice.lines) if advice else 0,
        total=total,
        note=note,
        **by(actor, core.clock.now()),
    )
