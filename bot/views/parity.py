"""Our ageing beside that of the books, as the operators see it."""

from bot import blocks, text
from bot.blocks import Message
from domain.ledger.parity import CurrencyParity, Figure, Parity

INVOICES_SHOWN = 10


def shown(found: Parity | None) -> Message:
    """Return how the two sides compare, currency by currency, and the invoices that differ most."""
    if found is None:
        sentence = (
            "No control totals were imported yet: `plixo import control FILE --as-of DAY` takes your books' ageing."
        )
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    verdict = "agrees with" if found.agrees else "differs from"
    head = f"Our ageing {verdict} the books of {found.as_of} (allowed: {found.allowed.normalize():f} %)"
    notes = [f"From {text.foreign(found.file_name, limit=80)}."]
    if found.is_old:
        notes.append(f"It is {found.age_days} days old: what happened since makes a difference. Import today's.")
    if found.rejected:
        notes.append(f"{found.rejected} rows of it were rejected and are missing from its totals.")
    lines = [text.foreign(each.told(), limit=200) for each in found.invoices]
    more = found.invoices_differing - len(found.invoices)
    if more > 0:
        lines.append(f"… and {more:,} more: `plixo ledger parity --csv FILE` writes all of them")
    tail = [blocks.section("*Invoices that differ*\n" + "\n".join(lines))] if lines else []
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
        lines.append("each bucket agrees")
    if each.credits_here or each.credits_there:
        there = f", {each.credits_there} in the books" if each.credits_there is not None else ""
        lines.append(f"to customers' credit, not taken off: {each.credits_here} here{there}")
    if each.taken_off:
        lines.append("The totals agree once that is taken off: let the books report it in a column of its own.")
    return f"*{each.currency}*\n" + "\n".join(lines)


def _figure(figure: Figure) -> str:
    return f"{'✓' if figure.agrees else '✗'} {figure.told()}"
