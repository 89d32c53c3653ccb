"""Entered: amounts, days, people and invoices as forms give them; what is wrong with one stands at its field."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from bot import amounts, words
from bot.asks import Filled, Misunderstood
from bot.filled import Misfilled, Values
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import Refusal
from domain.kernel.speech import say
from domain.operations import cases
from domain.operations.cases import Case

INVOICE, CUSTOMER = "invoice", "customer"
"""The fields in which an invoice or a customer is looked up."""


@contextmanager
def at_fields(fields: Mapping[str, tuple[type[Refusal], ...]]) -> Iterator[None]:
    """Let each of those refusals stand at its field; any other goes on."""
    try:
        yield
    except Refusal as no:
        for field, kinds in fields.items():
            if isinstance(no, kinds):
                raise Misfilled({field: str(no)}) from None
        raise


def amount(values: Values, field: str, *, currency: str) -> Money | None:
    """Return the amount in a field, None when nothing is in it.

    Raises:
        Misfilled: It is none, or can be read in two ways.
    """
    typed = values.text(field)
    if not typed:
        return None
    said = tuple(amounts.ungrouped(typed).split())
    try:
        read = words.leading_amount(said, currency=currency)
    except Misunderstood as hint:
        raise Misfilled({field: str(hint)}) from None
    if read is None or read[1] != len(said):
        such = Decimal("1250.50")
        wrong = say("Write the amount as a number in {currency}, such as 500 or {such}.", currency=currency, such=such)
        raise Misfilled({field: wrong})
    return read[0]


def day(values: Values, field: str, *, or_else: str) -> date:
    """Return the day in a field.

    Raises:
        Misfilled: None is in it.
    """
    found = values.day(field)
    if found is None:
        raise Misfilled({field: or_else})
    return found


def until(core: Core, values: Values, field: str, terms: Iterable[tuple[str, int]]) -> datetime:
    """Return when the term in a field ends that begins now; *terms* are what the form offers, each with its hours.

    Raises:
        Misfilled: None of them is in it.
    """
    hours = values.choice(field)
    if hours not in {str(each) for _, each in terms}:
        raise Misfilled({field: say("For how long?")})
    return core.clock.now() + timedelta(hours=int(hours))


def person(values: Values, field: str, *, or_else: str) -> str:
    """Return the Slack account in a field.

    Raises:
        Misfilled: None is in it.
    """
    if found := values.person(field):
        return found
    raise Misfilled({field: or_else})


def chosen(values: Values, field: str, *, or_else: str) -> UUID:
    """Return the id that was looked up in a field.

    Raises:
        Misfilled: None was.
    """
    try:
        return UUID(values.choice(field))
    except ValueError:
        raise Misfilled({field: or_else}) from None


async def case(core: Core, filled: Filled) -> Case:
    """Return the case that the form is about, or that was looked up in it.

    Raises:
        Misfilled: None was.
    """
    found = filled.subject.invoice or chosen(filled.values, INVOICE, or_else=say("Which invoice?"))
    return await cases.case(core, invoice_id=found)
