"""Bank lines as the operators see them: what waits, one line with its ways, and what a search has found."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.cash_application import decisions
from domain.cash_application.line_views import PAGE, LineCard, LineView, WaitingLines, WayView
from domain.operations import short_ids

LINES_SHOWN = 15

PARTS_SHOWN = 6

REASONS_SHOWN = 6


def waiting(found: WaitingLines) -> Message:
    """Return a page of the lines that wait."""
    if not found.lines:
        sentence = "No bank line waits for a person." if not found.total else "There is nothing on that page."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    sums = ", ".join(str(each) for each in found.sums[:5])
    waits = "bank line waits" if found.total == 1 else "bank lines wait"
    head = f"{found.total} {waits} for a person ({sums}), {found.proposed} with a proposal."
    tail = [blocks.context("One of them: `/plixo cash ID`. All ever: `/plixo cash find words`")]
    if found.more:
        tail.append(blocks.actions(_page(found.page + 1, f"Next {min(found.more, PAGE)}")))
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")], map(_line, found.lines), total=len(found.lines), tail=tail, most=PAGE
        ),
    )


def found(lines: Sequence[LineView], *, words: str) -> Message:
    """Return what a search has found."""
    said = text.foreign(words, limit=60)
    if not lines:
        sentence = f"No bank line has all of these: {said}"
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(lines)} bank {'line' if len(lines) == 1 else 'lines'} with {said}, the newest first."
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, lines), most=LINES_SHOWN))


def card(shown: LineCard) -> Message:
    """Return one line, why each way is proposed, and what can be decided."""
    line = shown.line
    head = f"{line.amount} of {text.day(line.booked_on)} from {text.foreign(line.payer_name or 'somebody unnamed')}"
    facts = [f"`{short_ids.short(line.line_id)}` · {line.state}"]
    if shown.bank_account:
        facts.append(f"on {text.foreign(shown.bank_account, limit=40)}")
    if shown.payer_hint:
        facts.append(f"from account …{text.foreign(shown.payer_hint, limit=8)}")
    if shown.remittance_name:
        facts.append(f"advice {text.foreign(shown.remittance_name, limit=60)}")
    top = [blocks.section(f"*{head}*\n{text.foreign(line.text, limit=300)}"), blocks.context(" · ".join(facts))]
    body = _open(shown, top) if shown.waits else (*top, blocks.section(_decided(shown)))
    return Message(text=f"{head}: {line.state}", blocks=body)


def _open(shown: LineCard, top: Sequence[Block]) -> tuple[Block, ...]:
    ways = [(blocks.divider(), blocks.section(_way(way)), *_deciding(shown, way)) for way in shown.ways]
    if not ways:
        ways = [(blocks.section(_unfitting(shown.line)),)]
    short = short_ids.short(shown.line.line_id)
    tail: list[Block] = [blocks.actions(_ignore(shown))]
    if shown.line.amount.minor > 0:
        typed = f"Otherwise: `/plixo cash apply {short} INV=amount …` or `/plixo cash keep {short} NAME`"
        tail.insert(0, blocks.context(typed))
    return blocks.listing(top, ways, tail=tail, hint=" with lower confidence")


def _unfitting(line: LineView) -> str:
    return f"It waits for you: {line.doubt}." if line.doubt else "Nothing fits this line."


def _way(way: WayView) -> str:
    if way.payment_id is not None:
        title = f"the payment of {text.foreign(way.account_name)} came back"
    elif way.parts:
        title = f"{text.foreign(way.account_name)} · {way.uniqueness}"
    else:
        title = f"{text.foreign(way.account_name)} · stays unapplied"
    parts = [
        f"{text.foreign(part.invoice_number, limit=40)}: {part.amount} of {part.balance} open"
        for part in way.parts[:PARTS_SHOWN]
    ]
    if len(way.parts) > PARTS_SHOWN:
        parts.append(f"… +{len(way.parts) - PARTS_SHOWN} more")
    if way.parts and way.unapplied.minor > 0:
        parts.append(f"{way.unapplied} stay unapplied")
    reasons = [f"• {text.said(each, limit=200)}" for each in way.reasons[:REASONS_SHOWN]]
    return "\n".join([f"*{way.place}. {way.confidence} %* · {title}", *parts, *reasons])


def _deciding(shown: LineCard, way: WayView) -> tuple[Block, ...]:
    """Return the row with the button that takes a way."""
    line = shown.line
    if way.account_id is None:
        return ()
    name = text.plain(way.account_name, limit=40)
    if not way.parts and way.payment_id is None:
        keep = blocks.button(
            "Keep unapplied",
            action=ids.Action.CASH_KEEP,
            value=ids.value(line=line.line_id, account=way.account_id),
            label=f"Keep {line.amount} as unapplied cash of {name}",
            primary=way.place == 1,
        )
        return (blocks.actions(keep),)
    return (blocks.actions(_post(line, way, name)),)


def _post(line: LineView, way: WayView, name: str) -> Block:
    numbers = ", ".join(text.plain(each.invoice_number, limit=30) for each in way.parts[:3]) or "no invoice"
    more = " and more" if len(way.parts) > 3 else ""
    what = "Book the return" if way.payment_id is not None else "Post"
    return blocks.button(
        what,
        action=ids.Action.CASH_POST,
        value=ids.value(line=line.line_id, place=way.place, seen=decisions.fingerprint(way)),
        label=f"{what}: {line.amount}, {name}",
        primary=way.place == 1,
        confirm=Confirmation(title="Book it?", question=f"{line.amount}, {name}: {numbers}{more}.", yes="Book it"),
    )


def _ignore(shown: LineCard) -> Block:
    return blocks.button(
        "Ignore…",
        action=ids.Action.CASH_IGNORE,
        value=ids.value(line=shown.line.line_id),
        label=f"Leave out {shown.line.amount} as no customer's payment",
    )


def _decided(shown: LineCard) -> str:
    line = shown.line
    numbers = ", ".join(text.foreign(each, limit=40) for each in line.invoices[:10])
    when = f", {text.moment(shown.decided_at)}" if shown.decided_at is not None else ""
    on = f" on {numbers}" if numbers else ""
    whose = f" for {text.foreign(line.account_name)}" if line.account_name else ""
    reasons = "\n".join(f"• {text.said(each, limit=200)}" for each in line.reasons[:REASONS_SHOWN])
    return f"*{line.state.capitalize()}*{whose}{on} ({text.foreign(shown.decided_by, limit=40)}{when})\n{reasons}"


def _line(line: LineView) -> Block:
    payer = text.foreign(line.payer_name or "somebody unnamed")
    said = [
        f"`{short_ids.short(line.line_id)}`  *{line.amount}*  {text.day(line.booked_on)}  {payer}",
        text.foreign(line.text, limit=120),
    ]
    sure = f"{line.confidence} %" if line.confidence is not None else line.state
    others = f", {line.alternatives} alternatives" if line.alternatives else ", unique" if line.invoices else ""
    numbers = ", ".join(text.foreign(each, limit=30) for each in line.invoices[:4])
    if line.account_name or numbers:
        said.append(f"_{sure}{others}: {text.foreign(line.account_name or '?')} {numbers}_")
    else:
        why = line.doubt or "nothing fits"
        said.append(f"_{line.state}: {why}_" if line.state in {"new", "proposed"} else f"_{line.state}_")
    return blocks.section(
        "\n".join(said),
        accessory=blocks.button(
            "Look",
            action=ids.Action.CASH_SHOW,
            value=ids.value(line=line.line_id),
            label=f"Look at the bank line over {line.amount}",
        ),
    )


def list_waiting() -> Block:
    """Return the button that lists what waits."""
    return _page(1, "Look at them")


def _page(page: int, title: str) -> Block:
    return blocks.button(
        title, action=ids.Action.CASH_LIST, value=ids.value(page=page), label=f"{title}: bank lines that wait"
    )
