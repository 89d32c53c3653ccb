"""Bank lines as the operators see them: what waits, one line with its ways, and what a search has found."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.views.states import capital
from domain.cash_application import decisions
from domain.cash_application.line_views import PAGE, LineCard, LineView, WaitingLines, WayView
from domain.kernel.speech import amount, counted, say, say_as
from domain.operations import short_ids

LINES_SHOWN = 15

PARTS_SHOWN = 6

REASONS_SHOWN = 6


def waiting(found: WaitingLines) -> Message:
    """Return a page of the lines that wait."""
    if not found.lines:
        sentence = say("There is nothing on that page.") if found.total else say("No bank line waits for a person.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} bank line waits for a person ({sums}), {proposed} with a proposal.",
        "{n} bank lines wait for a person ({sums}), {proposed} with a proposal.",
        found.total,
        sums=", ".join(amount(each) for each in found.sums[:5]),
        proposed=found.proposed,
    )
    tail = [blocks.context(say("One of them: `/plixo cash ID`. All ever: `/plixo cash find words`"))]
    if found.more:
        tail.append(blocks.actions(_page(found.page + 1, say("Next {n}", n=min(found.more, PAGE)))))
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
        sentence = say("No bank line has all of these: {words}", words=said)
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} bank line with {words}, the newest first.", "{n} bank lines with {words}, the newest first.", len(lines),
        words=said,
    )  # fmt: skip
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, lines), most=LINES_SHOWN))


def card(shown: LineCard) -> Message:
    """Return one line, why each way is proposed, and what can be decided."""
    line = shown.line
    head = say("{amount} of {day} from {payer}", amount=line.amount, day=line.booked_on, payer=_payer(line))
    facts = [f"`{short_ids.short(line.line_id)}` · {_state(line.state)}"]
    if shown.bank_account:
        facts.append(say("on {account}", account=text.foreign(shown.bank_account, limit=40)))
    if shown.payer_hint:
        facts.append(say("from account …{digits}", digits=text.foreign(shown.payer_hint, limit=8)))
    if shown.remittance_name:
        facts.append(say("advice {file}", file=text.foreign(shown.remittance_name, limit=60)))
    top = [blocks.section(f"*{head}*\n{text.foreign(line.text, limit=300)}"), blocks.context(" · ".join(facts))]
    body = _open(shown, top) if shown.waits else (*top, blocks.section(_decided(shown)))
    return Message(text=f"{head}: {_state(line.state)}", blocks=body)


def _payer(line: LineView) -> str:
    return text.foreign(line.payer_name) if line.payer_name else say("somebody unnamed")


def _state(state: str) -> str:
    """Return the state of a bank line in the reader's words."""
    match state:
        case "new":
            return say_as("state of a bank line", "new")
        case "proposed":
            return say_as("state of a bank line", "proposed")
        case "posted":
            return say_as("state of a bank line", "posted")
        case "unapplied":
            return say_as("state of a bank line", "unapplied")
        case "ignored":
            return say_as("state of a bank line", "ignored")
        case _:
            return state


def _open(shown: LineCard, top: Sequence[Block]) -> tuple[Block, ...]:
    ways = [(blocks.divider(), blocks.section(_way(way)), *_deciding(shown, way)) for way in shown.ways]
    if not ways:
        ways = [(blocks.section(_unfitting(shown.line)),)]
    short = short_ids.short(shown.line.line_id)
    tail: list[Block] = [blocks.actions(_ignore(shown))]
    if shown.line.amount.minor > 0:
        typed = say("Otherwise: `/plixo cash apply {id} INV=amount …` or `/plixo cash keep {id} NAME`", id=short)
        tail.insert(0, blocks.context(typed))
    return blocks.listing(top, ways, tail=tail, hint=f" {say('with lower confidence')}")


def _unfitting(line: LineView) -> str:
    return say("It waits for you: {why}.", why=line.doubt) if line.doubt else say("Nothing fits this line.")


def _way(way: WayView) -> str:
    if way.payment_id is not None:
        title = say("the payment of {name} came back", name=text.foreign(way.account_name))
    else:
        title = f"{text.foreign(way.account_name)} · {way.uniqueness}"
    parts = [
        say(
            "{invoice}: {amount} of {balance} open",
            invoice=text.foreign(part.invoice_number, limit=40),
            amount=part.amount,
            balance=part.balance,
        )
        for part in way.parts[:PARTS_SHOWN]
    ]
    if len(way.parts) > PARTS_SHOWN:
        parts.append(say("… +{n} more", n=len(way.parts) - PARTS_SHOWN))
    if way.parts and way.unapplied.minor > 0:
        parts.append(say("{amount} stay unapplied", amount=way.unapplied))
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
            say("Keep unapplied"),
            action=ids.Action.CASH_KEEP,
            value=ids.value(line=line.line_id, account=way.account_id),
            label=say("Keep {amount} as unapplied cash of {name}", amount=line.amount, name=name),
            primary=way.place == 1,
        )
        return (blocks.actions(keep),)
    return (blocks.actions(_post(line, way, name)),)


def _post(line: LineView, way: WayView, name: str) -> Block:
    numbers = ", ".join(text.plain(each.invoice_number, limit=30) for each in way.parts[:3])
    if len(way.parts) > 3:
        numbers = say("{numbers} and more", numbers=numbers)
    about = f"{amount(line.amount)}, {name}"
    what = say("Book the return") if way.payment_id is not None else say("Post")
    return blocks.button(
        what,
        action=ids.Action.CASH_POST,
        value=ids.value(line=line.line_id, place=way.place, seen=decisions.fingerprint(way)),
        label=f"{what}: {about}",
        primary=way.place == 1,
        confirm=Confirmation(
            title=say("Book it?"), question=f"{about}: {numbers or say('no invoice')}.", yes=say("Book it")
        ),
    )


def _ignore(shown: LineCard) -> Block:
    return blocks.button(
        say("Ignore…"),
        action=ids.Action.CASH_IGNORE,
        value=ids.value(line=shown.line.line_id),
        label=say("Leave out {amount} as no customer's payment", amount=shown.line.amount),
    )


def _decided(shown: LineCard) -> str:
    line = shown.line
    who = text.foreign(shown.decided_by, limit=40)
    by = f"{who}, {text.moment(shown.decided_at)}" if shown.decided_at is not None else who
    reasons = "\n".join(f"• {text.said(each, limit=200)}" for each in line.reasons[:REASONS_SHOWN])
    return f"*{capital(_state(line.state))}*{_whose(line)} ({by})\n{reasons}"


def _whose(line: LineView) -> str:
    """Return for whom and on which invoices a line was posted, behind its state."""
    name, numbers = (
        text.foreign(line.account_name),
        ", ".join(text.foreign(each, limit=40) for each in line.invoices[:10]),
    )
    if line.account_name and numbers:
        return f" {say('for {name} on {numbers}', name=name, numbers=numbers)}"
    if line.account_name:
        return f" {say('for {name}', name=name)}"
    return f" {say('on {numbers}', numbers=numbers)}" if numbers else ""


def _line(line: LineView) -> Block:
    said = [
        f"`{short_ids.short(line.line_id)}`  *{amount(line.amount)}*  {text.day(line.booked_on)}  {_payer(line)}",
        text.foreign(line.text, limit=120),
    ]
    sure = f"{line.confidence} %" if line.confidence is not None else _state(line.state)
    if line.alternatives:
        sure += f", {counted('{n} alternative', '{n} alternatives', line.alternatives)}"
    elif line.invoices:
        sure += f", {say('unique')}"
    numbers = ", ".join(text.foreign(each, limit=30) for each in line.invoices[:4])
    if line.account_name or numbers:
        said.append(f"_{sure}: {text.foreign(line.account_name or '?')} {numbers}_")
    else:
        why = f": {line.doubt or say('nothing fits')}" if line.state in {"new", "proposed"} else ""
        said.append(f"_{_state(line.state)}{why}_")
    return blocks.section(
        "\n".join(said),
        accessory=blocks.button(
            say("Look"),
            action=ids.Action.CASH_SHOW,
            value=ids.value(line=line.line_id),
            label=say("Look at the bank line over {amount}", amount=line.amount),
        ),
    )


def list_waiting() -> Block:
    """Return the button that lists what waits."""
    return _page(1, say("Look at them"))


def _page(page: int, title: str) -> Block:
    return blocks.button(
        title,
        action=ids.Action.CASH_LIST,
        value=ids.value(page=page),
        label=say("{what}: bank lines that wait", what=title),
    )
