"""Our ageing beside that of the books, as the operators see it."""

from bot import blocks, text
from bot.blocks import Message
from domain.kernel.speech import counted, say
from domain.ledger.parity import CurrencyParity, Figure, Parity

INVOICES_SHOWN = 10


def shown(found: Parity | None) -> Message:
    """Return how the two sides compare, currency by currency, and the invoices that differ most."""
    if found is None:
        sentence = say(
            "No control totals were imported yet: `plixo import control FILE --as-of DAY` takes your books' ageing."
        )
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    allowed = f"{found.allowed.normalize():f} %"
    head = (
        say("Our ageing agrees with the books of {day} (allowed: {allowed})", day=found.as_of, allowed=allowed)
        if found.agrees
        else say("Our ageing differs from the books of {day} (allowed: {allowed})", day=found.as_of, allowed=allowed)
    )
    notes = [say("From {file}.", file=text.foreign(found.file_name, limit=80))]
    if found.is_old:
        notes.append(
            counted(
                "It is {n} day old: what happened since makes a difference. Import today's.",
                "It is {n} days old: what happened since makes a difference. Import today's.",
                found.age_days,
            )
        )
    if found.rejected:
        notes.append(
            counted(
                "{n} row of it was rejected and is missing from its totals.",
                "{n} rows of it were rejected and are missing from its totals.",
                found.rejected,
            )
        )
    lines = [text.foreign(each.told(), limit=200) for each in found.invoices]
    more = found.invoices_differing - len(found.invoices)
    if more > 0:
        lines.append(say("… and {n} more: `plixo ledger parity --csv FILE` writes all of them", n=more))
    tail = [blocks.section(f"*{say('Invoices that differ')}*\n" + "\n".join(lines))] if lines else []
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*"), blocks.context(" ".join(notes))],
            (blocks.section(_currency(each)) for each in found.currencies),
            tail=tail,
            most=20,
        ),
    )


def _currency(each: CurrencyParity) -> str:
    lines = [_figure(figure) for figure in each.figures if figure is each.total or not figure.agrees]
    if each.agrees and each.buckets:
        lines.append(say("each bucket agrees"))
    if each.credits_here or each.credits_there:
        lines.append(
            say("to customers' credit, not taken off: {here} here", here=each.credits_here)
            if each.credits_there is None
            else say(
                "to customers' credit, not taken off: {here} here, {there} in the books",
                here=each.credits_here,
                there=each.credits_there,
            )
        )
    if each.taken_off:
        lines.append(say("The totals agree once that is taken off: let the books report it in a column of its own."))
    return f"*{each.currency}*\n" + "\n".join(lines)


def _figure(figure: Figure) -> str:
    return f"{'✓' if figure.agrees else '✗'} {figure.told()}"
