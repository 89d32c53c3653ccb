"""Contacts: the people at a customer who get its mail, added and removed by hand."""

from collections.abc import Mapping

from bot import asks, entered, text
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action, FormId, Subject
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import account_forms as forms
from bot.views import answers
from domain.casework import accounts
from domain.kernel import addresses
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import contacts
from domain.ledger.contacts import ContactRole
from domain.ledger.refusals import ContactKnown, InvoiceNotFound
from domain.operations import cases

GO_ON = phrase("Reminders that waited for a contact go on with the next planning.")

ADD = "contact add INV-1042 ben@acme.example billing"
REMOVE = "contact remove INV-1042 anna@acme.example"

_ROLES = {each.value: each for each in ContactRole}


async def add(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo contact add INV-1042|NAME address [role] [name]``; without words a form asks for them."""
    if not ask.words:
        return forms.add_contact(Subject())
    account, address, rest = await _parts(core, ask.words, example=ADD)
    role = _ROLES.get(rest[0].casefold()) if rest else None
    name = " ".join(rest[1:] if role else rest)
    event = await contacts.add(
        core, account=account, email=address, actor=ask.actor, name=name, role=role or ContactRole.BILLING
    )
    return answers.done(event, note=say(GO_ON))


async def press_add(core: Core, press: Press) -> Answer:
    """Answer a click on Add a contact: show the form."""
    assert press.subject.account is not None, "the route asks for it"
    customer = await accounts.show(core, account=str(press.subject.account), actor=press.actor)
    return forms.add_contact(Subject(account=press.subject.account), whose=text.foreign(customer.name))


async def submit_add(core: Core, filled: Filled) -> Message:
    """Add the contact that was entered."""
    chosen = filled.subject.account or entered.chosen(filled.values, entered.CUSTOMER, or_else=say("Which customer?"))
    try:
        address = addresses.parsed(filled.values.text("email"))
    except addresses.AddressMalformed as no:
        raise Misfilled({"email": str(no)}) from None
    with entered.at_fields({"email": (ContactKnown,)}):
        event = await contacts.add(
            core,
            account=str(chosen),
            email=address,
            actor=filled.actor,
            name=filled.values.text("name"),
            role=_ROLES.get(filled.values.choice("role"), ContactRole.BILLING),
        )
    return answers.done(event, note=say(GO_ON))


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
        hint = say("Which customer, and which address? For example {example}.", example=f"`/plixo {example}`")
        raise Misunderstood(hint)
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
        "contact",
        "[INV|NAME address [role] [name]]",
        Permission.WORK_QUEUE,
        phrase("adds a contact, as contact add does"),
        "contact INV-1042 ben@acme.example billing",
        add,
        opens=0,
    ),
    command(
        Group.CUSTOMER,
        "contact add",
        "[INV|NAME address [billing|escalation|other] [name]]",
        Permission.WORK_QUEUE,
        phrase("adds a contact"),
        ADD,
        add,
        opens=0,
    ),
    command(
        Group.CUSTOMER,
        "contact remove",
        "INV|NAME address",
        Permission.WORK_QUEUE,
        phrase("removes a contact"),
        REMOVE,
        remove,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.ADD_CONTACT: Route(Permission.WORK_QUEUE, press_add, ("account",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.ADD_CONTACT: Form(Permission.WORK_QUEUE, submit_add),
}
