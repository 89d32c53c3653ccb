"""Remittance advices as the operators see them."""

from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.cash_application import words
from domain.cash_application.remittance_views import ListedInvoice, RemittanceCard, RemittanceView
from domain.kernel.speech import amount, counted, say
from domain.operations import short_ids

LINES_SHOWN = 30


def waiting(found: Sequence[RemittanceView]) -> Message:
    """Return the advices whose payment is not posted yet."""
    if not found:
        sentence = say("No remittance advice waits for its payment.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} remittance advice waits, the newest first.", "{n} remittance advices wait, the newest first.", len(found)
    )
    tail = [blocks.context(say("One of them: `/plixo cash remittance ID`"))]
    rows = [blocks.section(_line(each)) for each in found]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], rows, total=len(found), tail=tail))


def card(shown: RemittanceCard) -> Message:
    """Return one advice with its lines."""
    advice = shown.advice
    head = say("Remittance advice {file}", file=text.foreign(advice.file_name, limit=80))
    short = short_ids.short(advice.remittance_id)
    facts = [
        f"`{short}` · {words.remittance_state(advice.state)}",
        say("by mail") if advice.by_mail else say("as a file"),
    ]
    facts += [say("total {amount}", amount=advice.total)] if advice.total else []
    facts += [say("paid on {day}", day=advice.paid_on)] if advice.paid_on else []
    facts += (
        [say("bank line `{id}`", id=short_ids.short(advice.line_id))]
        if advice.line_id
        else [say("no payment found yet")]
    )
    lines = [_invoice(each) for each in shown.invoices[:LINES_SHOWN]]
    if advice.lines > LINES_SHOWN:
        lines.append(say("… and {n} more", n=advice.lines - LINES_SHOWN))
    from_ = say("from {payer}", payer=_payer(advice))
    body = [blocks.section(f"*{head}*\n{from_}"), blocks.context(" · ".join(facts))]
    if lines:
        body.append(blocks.section("\n".join(lines)))
    if advice.note:
        body.append(blocks.context(text.foreign(advice.note, limit=300)))
    body.append(
        blocks.context(say("The file itself, in the shell: `plixo cash remittance {id} --save FILE`", id=short))
    )
    return Message(text=head, blocks=tuple(body))


def _line(each: RemittanceView) -> str:
    facts = [
        f"`{short_ids.short(each.remittance_id)}` {_payer(each, limit=60)}",
        amount(each.total) if each.total else say("no total"),
        counted("{n} line", "{n} lines", each.lines),
        words.remittance_state(each.state),
        *([say("linked")] if each.line_id else ()),
        text.foreign(each.file_name, limit=60),
    ]
    return " · ".join(facts)


def _payer(each: RemittanceView, *, limit: int = text.NAME) -> str:
    name = each.account_name or each.payer_name
    return text.foreign(name, limit=limit) if name else say("somebody unnamed")


def _invoice(each: ListedInvoice) -> str:
    number = f"*{text.foreign(each.number, limit=60)}*"
    parts = [number, amount(each.amount) if each.amount else say("amount not said")]
    if each.deducted:
        less = say("less {amount}", amount=each.deducted)
        parts.append(f"{less} ({text.foreign(each.reason, limit=80)})" if each.reason else less)
    parts.append(say("{amount} open here", amount=each.open) if each.open is not None else say("not known here"))
    return " · ".join(parts)
