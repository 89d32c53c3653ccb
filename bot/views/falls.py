"""Falls as the operators see them: which invoices ledger files lowered for a cause that nobody has told yet."""

from bot import blocks, text
from bot.blocks import Block, Message
from domain.kernel.speech import counted, say
from domain.ledger.falls import Fall, Falls

LINES_SHOWN = 15


def waiting(found: Falls) -> Message:
    """Return the invoices, the largest amounts first."""
    if not found.lines:
        sentence = say("No ledger file lowered an invoice for a cause that is not known.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} invoice was lowered by ledger files, cause unknown.",
        "{n} invoices were lowered by ledger files, cause unknown.",
        found.found,
    )
    tail = [blocks.context(say("What was it? `/plixo lowered INV payment|credit|correction [AMOUNT] [reason…]`"))]
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")], map(_line, found.lines), total=found.found, tail=tail, most=LINES_SHOWN
        ),
    )


def _line(fall: Fall) -> Block:
    told = say(
        "*{amount}* lowered on {day} (file of {who}), {balance} open",
        amount=fall.amount,
        day=fall.fell_on,
        who=text.foreign(fall.imported_by, limit=40),
        balance=fall.balance,
    )
    return blocks.section(f"*{text.foreign(fall.invoice_number, limit=40)}*  {text.foreign(fall.account_name)}\n{told}")
