"""The figures of charts as text: what a picture shows, for those who read it otherwise."""

from collections.abc import Iterable

from bot import blocks
from bot.audience import FULL, Audience
from bot.blocks import Block, Message
from bot.views import portal
from domain.kernel.money import Money
from domain.kernel.speech import counted, say, say_as
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
        return _plain(say("Nothing is open."))
    oldest = [each.buckets[-1].amount for each in found.now.currencies if each.total.invoices]
    head = say(
        "Open by days past due on {day}; over 90 days: {sums}",
        day=found.now.as_of,
        sums=", ".join(map(readers.money, oldest)),
    )
    return Message(
        text=f"{head}.", blocks=blocks.listing([blocks.section(f"*{head}*")], _aged(found, readers), most=20)
    )


def _aged(found: AgeingCompared, readers: Audience) -> Iterable[Block]:
    for each in found.now.currencies:
        total = _moved(readers, each.total.amount, found.earlier_total(each.currency))
        lines = [counted("*{total}* in {n} invoice", "*{total}* in {n} invoices", each.total.invoices, total=total)]
        for bucket in each.buckets:
            earlier = found.earlier(each.currency, bucket.name)
            if bucket.invoices or earlier:
                lines.append(f"{_named(bucket.name)}: {_moved(readers, bucket.amount, earlier)}")
        yield blocks.section("\n".join(lines))
    yield blocks.context(say("Compared with {day}.", day=found.then))


def collected(found: Collected, readers: Audience = FULL) -> Message:
    """Return what was collected week by week."""
    if not found.currencies:
        return _plain(say("Nothing was collected from {start} to {end}.", start=found.mondays[0], end=found.until))
    sums = [sum(found.of(each), Money(0, each)) for each in found.currencies]
    head = say(
        "Collected from {start} to {end}: {sums}",
        start=found.mondays[0],
        end=found.until,
        sums=", ".join(map(readers.money, sums)),
    )
    return Message(
        text=f"{head}.", blocks=blocks.listing([blocks.section(f"*{head}*")], _weeks(found, readers), most=20)
    )


def _weeks(found: Collected, readers: Audience) -> Iterable[Block]:
    for currency in found.currencies:
        told = list(zip(found.mondays, found.of(currency), strict=True))[-WEEKS_SHOWN:]
        lines = [say("week of {day}: {sum}", day=on, sum=readers.money(amount)) for on, amount in told if amount]
        yield blocks.section(f"*{currency}*\n" + ("\n".join(lines) or say("nothing in the last weeks")))


def _moved(readers: Audience, now: Money, before: Money) -> str:
    if not before.minor:
        return readers.money(now)
    percent = round((now.minor - before.minor) * 100 / abs(before.minor))
    if not percent:
        return say("{sum}, as before", sum=readers.money(now))
    if percent > 0:
        return say("{sum}, up {percent} %", sum=readers.money(now), percent=percent)
    return say("{sum}, down {percent} %", sum=readers.money(now), percent=-percent)


def _named(bucket: str) -> str:
    if bucket == "current":
        return say_as("bucket of ageing", "not due")
    return say("over 90 days") if bucket == "91+" else say("{from_to} days", from_to=bucket)


def _plain(sentence: str) -> Message:
    return Message(text=sentence, blocks=(blocks.section(sentence),))
