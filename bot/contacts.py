"""Contacts: the people at a customer who get its mail, added and removed by hand."""

from bot import asks
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import answers
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.ledger import contacts
from domain.ledger.contacts import ContactRole
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import cases

ADD = "contact add INV-1042 ben@acme.example billing"
REMOVE = "contact remove INV-1042 anna@acme.example"

_ROLES = {each.value: each for each in ContactRole}


async def add(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo contact add INV-1042|NAME address [role] [name]``."""
    account, address, rest = await _parts(core, ask.words, example=ADD)
    role = _ROLES.get(rest[0].casefold()) if rest else None
    name = " ".join(rest[1:] if role else rest)
    event = await contacts.add(
        core, account=account, email=address, actor=ask.actor, name=name, role=role or ContactRole.BILLING
    )
    return answers.done(event, note="Reminders that waited for a contact go on with the next planning.")


async def remove(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo contact remove INV-1042|NAME address``."""
    account, address, _ = await _parts(core, ask.words, example=REMOVE)
    return answers.done(await contacts.remove(core, account=account, email=address, actor=ask.actor))


async def _parts(core: Core, said: tuple[str, ...], *, example: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the customer, the address and the words behind it.

    Raises:
        Misunderstood: One of the two is missing.
    """
    place = next((place for place, word in enumerate(said) if "@" in word), None)
    if not place:
        raise Misunderstood(f"Which customer, and which address? For example `/plixo {example}`.")
    address = asks.address(said[place], example=example)
    before = said[:place]
    quoted = asks.quoted(before)
    name = quoted[0] if quoted else " ".join(before)
    try:
        return str((await cases.case(core, invoice_number=name)).account_id), address, said[place + 1 :]
    except InvoiceNotFound:
        return name, address, said[place + 1 :]


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "contact add",
        "INV|NAME address [billing|escalation|other] [name]",
        Permission.WORK_QUEUE,
        "adds a contact",
        ADD,
        add,
    ),
    command(
        Group.CUSTOMER, "contact remove", "INV|NAME address", Permission.WORK_QUEUE, "removes a contact", REMOVE, remove
    ),
)
