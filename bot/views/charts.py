"""The figures of charts as text: what a picture shows, for those who read it otherwise."""

from collections.abc import Iterable

from bot import blocks
from bot.audience import FULL, Audience
from bot.blocks import Block, Message
from bot.views import portal
from domain.kernel.money import Money
from domain.ledger.ageing_before import AgeingCompared
from domain.ledger.collected import Collected
from domain.operations.funnel import Funnel

WEEKS_SHOWN = 12


def twin(found: object, described: str, readers: Audience = FULL) -> Message:
    """Return the figures from which a chart was drawn."""
    match found:
        case AgeingCompared():
            return ageing(found, readers)
        case Collected():
            return collected(found, readers)
        case Funnel():
            return portal.funnel(found)
        case _:
            return Message(text=described, blocks=(blocks.section(described),))


def ageing(found: AgeingCompared, readers: Audience = FULL) -> Message:
    """Return what is open by age, beside what was a week before."""
    if not found.now.currencies:
        return _plain("Nothing is open.")
    oldest = [each.buckets[-1].amount for each in found.now.currencies if each.total.invoices]
    head = f"Open by days past due on {found.now.as_of}; over 90 days: " + ", ".join(map(readers.money, oldest))
    return Message(
        text=f"{head}.", blocks=blocks.listing([blocks.section(f"*{head}*")], _aged(found, readers), most=20)
    )


def _aged(found: AgeingCompared, readers: Audience) -> Iterable[Block]:
    for each in found.now.currencies:
        total = _moved(readers, each.total.amount, found.earlier_total(each.currency))
        lines = [f"*{total}* in {each.total.invoices:,} invoices"]
        for bucket in each.buckets:
            earlier = found.earlier(each.currency, bucket.name)
            if bucket.invoices or earlier:
                lines.append(f"{_named(bucket.name)}: {_moved(readers, bucket.amount, earlier)}")
        yield blocks.section("\n".join(lines))
    yield blocks.context(f"Compared with {found.then}.")


def collected(found: Collected, readers: Audience = FULL) -> Message:
    """Return what was collected week by week."""
    if not found.currencies:
        return _plain(f"Nothing was collected from {found.mondays[0]} to {found.until}.")
    sums = [sum(found.of(each), Money(0, each)) for each in found.currencies]
    head = f"Collected from {found.mondays[0]} to {found.until}: {', '.join(map(readers.money, sums))}"
    return Message(
        text=f"{head}.", blocks=blocks.listing([blocks.section(f"*{head}*")], _weeks(found, readers), most=20)
    )


def _weeks(found: Collected, readers: Audience) -> Iterable[Block]:
    for currency in found.currencies:
        told = list(zip(found.mondays, found.of(currency), strict=True))[-WEEKS_SHOWN:]
        lines = [f"week of {monday:%b} {monday.day}: {readers.money(amount)}" for monday, amount in told if amount]
        yield blocks.section(f"*{currency}*\n" + ("\n".join(lines) or "nothing in the last weeks"))


def _moved(readers: Audience, now: Money, before: Money) -> str:
    if not before.minor:
        return readers.money(now)
    percent = round((now.minor - before.minor) * 100 / abs(before.minor))
    moved = f", {'up' if percent > 0 else 'down'} {abs(percent):,} %" if percent else ", as before"
    return f"{readers.money(now)}{moved}"


def _named(bucket: str) -> str:
    return {"current": "not due", "91+": "over 90 days"}.get(bucket, f"{bucket} days")


def _plain(sentence: str) -> Message:
    return Message(text=sentence, blocks=(blocks.section(sentence),))
