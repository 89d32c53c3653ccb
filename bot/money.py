"""Money: unapplied cash is found, placed and taken back; what a balance is made of."""

from uuid import UUID

from bot import asks, words
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import answers
from bot.views import money as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.ledger import placing, sums, unapplied
from domain.operations import cases, short_ids
from domain.operations.short_ids import Waiting

PLACE = "place 1a2b3c4d INV-1042 80, INV-1043 they said so on the phone"
UNPLACE = "unplace 1a2b3c4d it was for another invoice"
NOTE = "unapplied note 1a2b3c4d I asked them what it is for"


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unapplied [WORDS]``."""
    text = " ".join(ask.words)
    page = await unapplied.unapplied(core, actor=ask.actor, text=text, limit=views.LINES_SHOWN)
    return views.loose(page, asked=text, totals=sums.spelt(core, page.totals))


async def note(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unapplied note ID words…``.

    Raises:
        Misunderstood: Id or words are missing.
    """
    payment_id = await _payment(core, ask, example=NOTE)
    said = asks.reason(ask.words[1:], why=say("What is known about it?"), example=NOTE)
    return answers.done(await placing.annotate(core, payment_id=payment_id, text=said, actor=ask.actor))


async def place(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo place ID INV [AMOUNT], INV [AMOUNT] [reason…]``.

    Raises:
        Misunderstood: Id or invoice is missing, or an amount can be read in two ways.
    """
    payment_id = await _payment(core, ask, example=PLACE)
    parts, why = await _parts(core, ask.words[1:])
    events = await placing.split(core, payment_id=payment_id, parts=parts, note=why, actor=ask.actor)
    if len(events) > 1:
        return views.done(events)
    short = short_ids.short(events[0].allocation_id)
    return answers.done(events[0], note=say("`/plixo unplace {id} reason…` takes it back.", id=short))


async def unplace(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unplace ID reason…``.

    Raises:
        Misunderstood: Id or reason is missing.
    """
    if not ask.words:
        raise Misunderstood(
            say("Which entry? `/plixo entries INV` lists them, for example `/plixo {example}`.", example=UNPLACE)
        )
    reason = asks.reason(ask.words[1:], why=say("Why is it taken back?"), example=UNPLACE)
    allocation_id = await short_ids.resolve(core, what=Waiting.ALLOCATION, text=ask.words[0])
    event = await placing.take_back(core, allocation_id=allocation_id, reason=reason, actor=ask.actor)
    return answers.done(event)


async def entries(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo entries INV``."""
    number = asks.invoice_number(ask.words, example="entries INV-1042")
    return views.entries(await unapplied.entries(core, invoice_number=number, actor=ask.actor))


async def _payment(core: Core, ask: Ask, *, example: str) -> UUID:
    if not ask.words:
        raise Misunderstood(
            say("Which money? `/plixo unapplied` lists it, for example `/plixo {example}`.", example=example)
        )
    return await short_ids.resolve(core, what=Waiting.PAYMENT, text=ask.words[0])


async def _parts(core: Core, typed: tuple[str, ...]) -> tuple[list[tuple[str, Money | None]], str]:
    """Read ``INV [AMOUNT], INV [AMOUNT] [reason…]``; a comma behind a word or a plus sign parts the invoices."""
    parts: list[tuple[str, Money | None]] = []
    left = list(typed)
    while True:
        while left and left[0] in {"+", "and", ","}:
            left.pop(0)
        number, _ = asks.leading_number(tuple(left), example=PLACE)
        more = left.pop(0).endswith(",")
        number, amount = number.rstrip(","), None
        if left and not more:
            currency = (await cases.case(core, invoice_number=number)).balance.currency
            read = words.leading_amount((left[0].rstrip(","), *left[1:]), currency=currency)
            if read is not None:
                amount, count = read
                more = left[count - 1].endswith(",")
                del left[:count]
        parts.append((number, amount))
        if not more and not (left and left[0] == "+"):
            return parts, " ".join(left).strip(":- ")


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "unapplied",
        "[NAME|AMOUNT|REFERENCE|>30d]",
        Permission.VIEW,
        phrase("lists money that is applied to no invoice"),
        "unapplied Acme",
        listed,
    ),
    command(
        Group.MONEY,
        "unapplied note",
        "ID words…",
        Permission.APPLY_CASH,
        phrase("notes what is known about it"),
        NOTE,
        note,
    ),
    command(
        Group.MONEY,
        "place",
        "ID INV [AMOUNT], … [reason…]",
        Permission.APPLY_CASH,
        phrase("puts unapplied cash on invoices"),
        PLACE,
        place,
    ),
    command(
        Group.MONEY,
        "unplace",
        "ID reason…",
        Permission.APPLY_CASH,
        phrase("takes it, or a credit note, off again"),
        UNPLACE,
        unplace,
    ),
    command(
        Group.MONEY,
        "entries",
        "INV",
        Permission.VIEW,
        phrase("shows what a balance is made of"),
        "entries INV-1042",
        entries,
    ),
)
