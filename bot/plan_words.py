"""Plan words: instalments, and whose plan is meant, as people type them."""

import re

from bot import asks, words
from bot.asks import Ask, Misunderstood
from domain.commitments import plan_queries
from domain.commitments.terms import Frequency, Instalment, Own, Schedule, Terms
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.operations import cases, references

RHYTHMS = {
    "weekly": Frequency.WEEKLY,
    "week": Frequency.WEEKLY,
    "biweekly": Frequency.BIWEEKLY,
    "fortnightly": Frequency.BIWEEKLY,
    "monthly": Frequency.MONTHLY,
    "month": Frequency.MONTHLY,
    "months": Frequency.MONTHLY,
    "weeks": Frequency.WEEKLY,
}

_REFERENCE = re.compile(r"p-?([0-9a-f]{4})-?([0-9a-f]{4})", re.ASCII)

_AND = {"and", "+", "then", ","}


async def leading(core: Core, ask: Ask, example: str) -> tuple[str, tuple[str, ...]]:
    """Return the invoice that the first word names, by its number or its plan's reference, and the words behind."""
    number, rest = asks.leading_number(ask.words, example=example)
    return await invoice(core, number), rest


async def invoice(core: Core, word: str) -> str:
    """Return the number of the invoice whose plan has that reference (``P-1A2B-3C4D``); any other word as it is.

    Raises:
        Misunderstood: The reference is of an earlier plan.
    """
    found = _REFERENCE.fullmatch(word.casefold())
    invoice_id = await references.invoice_of(core, text=word) if found else None
    if found is None or invoice_id is None:
        return word
    number = await cases.number(core, invoice_id=invoice_id)
    view = await plan_queries.of_invoice(core, invoice_id=invoice_id)
    if view is None or view.plan_id.hex[-8:] != found[1] + found[2]:
        raise Misunderstood(
            say("{reference} is an earlier plan. `/plixo plan {invoice}` shows the latest.",
                reference=word.upper(), invoice=number)
        )  # fmt: skip
    return number


async def terms(core: Core, number: str, rest: tuple[str, ...], *, example: str) -> tuple[Terms, tuple[str, ...]]:
    """Read instalments: ``3 monthly from DAY``, or each with its own amount and day, joined by ``and``."""
    if rest and re.fullmatch(r"\d{1,3}x?", rest[0]) and len(rest) > 1 and rest[1].casefold() in RHYTHMS:
        return _schedule(core, rest, example)
    return await _own(core, number, rest, example)


def _schedule(core: Core, rest: tuple[str, ...], example: str) -> tuple[Terms, tuple[str, ...]]:
    count, rhythm = int(rest[0].strip("xX")), RHYTHMS[rest[1].casefold()]
    behind = rest[2:]
    if behind and behind[0].casefold() in {"from", "starting", "ab"}:
        behind = behind[1:]
    read = words.leading_day(behind, today=local_date(core.clock, core.merchant.zone))
    if read is None:
        raise Misunderstood(say("From which day? For example `/plixo {example}`.", example=example))
    return Schedule(read[0], count, rhythm), behind[read[1] :]


async def _own(core: Core, number: str, rest: tuple[str, ...], example: str) -> tuple[Terms, tuple[str, ...]]:
    currency = (await cases.case(core, invoice_number=number)).balance.currency
    today = local_date(core.clock, core.merchant.zone)
    found: list[Instalment] = []
    while rest:
        read = words.terms(rest, currency=currency, today=today)
        if read.amount is None or read.day is None:
            break
        found.append(Instalment(read.day, read.amount))
        rest = tuple(read.rest.split())
        if not rest or rest[0].casefold() not in _AND:
            break
        rest = rest[1:]
    if not found:
        own = "plan counter" if "counter" in example else "plan"
        raise Misunderstood(
            say(
                "Which instalments? For example `/plixo {example}`, or each by itself: "
                "`/plixo {command} {invoice} 500 on 2026-04-01 and 750 on 2026-05-01 …`.",
                example=example,
                command=own,
                invoice=number,
            )
        )
    return Own(tuple(found)), rest
