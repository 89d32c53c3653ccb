"""`plixo cash …`: bank lines that wait, why each would be applied as proposed, and the decisions about them."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from domain.cash_application import decisions, differences, posting, queries
from domain.cash_application.decisions import NamedPart
from domain.cash_application.line_views import LineCard, LineView
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.money import Money
from plixo import shell
from plixo.commands.moments import Number, Reason, day, listed, sums, told

cash_app = typer.Typer(no_args_is_help=True, help="Money on the bank account: what it pays, and what waits.")

Decision = Callable[[Core, UUID], Awaitable[Event]]

Line = Annotated[str, typer.Argument(help="The bank line's id as `plixo cash list` shows it.")]


class What(StrEnum):
    """What becomes of a difference."""

    VARIANCE = "variance"
    PROMISE = "promise"
    DISPUTE = "dispute"


@cash_app.command("list")
def list_lines(
    page: Annotated[int, typer.Option(min=1, max=10_000, help="Which page.")] = 1,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show the bank lines that wait for a person, those first that need no more than a look."""
    found = shell.run(lambda core: queries.waiting(core, page=page))
    listed(found, _waiting(found.lines), as_json=as_json, empty="no bank line waits")
    if not as_json and found.lines:
        typer.echo(f"{found.total} wait ({sums(found.sums)}), {found.proposed} of them with a proposal")


@cash_app.command("show")
def show_line(line: Line, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show a bank line with every way to apply it and the reasons."""

    async def found(core: Core) -> LineCard:
        return await queries.card(core, line_id=await queries.named(core, text=line))

    card = shell.run(found)
    listed(card, _card(card), as_json=as_json, empty="")


@cash_app.command("find")
def find_lines(
    words: Annotated[list[str], typer.Argument(help="Words of payer, text, customer, an amount or invoice number.")],
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Search all bank lines, decided ones too."""
    found = shell.run(lambda core: queries.find(core, words=words))
    listed(found, _waiting(found), as_json=as_json, empty="no bank line has all these words")


@cash_app.command("post")
def post_line(line: Line, way: Annotated[int, typer.Option(min=1, max=5, help="Which of the proposals.")] = 1) -> None:
    """Take a proposal."""
    _told(line, lambda core, line_id: decisions.confirm(core, line_id=line_id, place=way, actor=SHELL))


@cash_app.command("apply")
def apply_line(
    line: Line,
    parts: Annotated[list[str], typer.Argument(help="Invoices: `INV-1042`, or `INV-1043=80.00` for a part.")],
) -> None:
    """Post a bank line on invoices that you name; what is left of it stays unapplied."""

    async def applied(core: Core, line_id: UUID) -> Event:
        card = await queries.card(core, line_id=line_id)
        named = [_part(each, card.line.amount.currency) for each in parts]
        return await decisions.apply(core, line_id=line_id, parts=named, actor=SHELL)

    _told(line, applied)


@cash_app.command("keep")
def keep_line(
    line: Line,
    account: Annotated[str, typer.Argument(help="The customer's number or name.")],
    note: Annotated[str, typer.Option(help="What is known of it.")] = "",
) -> None:
    """Book a bank line as a customer's unapplied cash."""
    _told(
        line,
        lambda core, line_id: decisions.keep_unapplied(core, line_id=line_id, account=account, note=note, actor=SHELL),
    )


@cash_app.command("ignore")
def ignore_line(line: Line, reason: Reason) -> None:
    """Leave a bank line out that is no customer's payment."""
    _told(line, lambda core, line_id: decisions.ignore(core, line_id=line_id, reason=reason, actor=SHELL))


@cash_app.command("reconsider")
def reconsider_line(line: Line) -> None:
    """Look again at a bank line that was left out."""
    _told(line, lambda core, line_id: decisions.reconsider(core, line_id=line_id, actor=SHELL))


@cash_app.command("short")
def settle_difference(
    line: Line,
    number: Number,
    what: Annotated[What, typer.Option("--as", help="What becomes of the difference.")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of a promise: by which day.")] = None,
    code: Annotated[str, typer.Option(help="Of a dispute: its reason, such as `wrong_amount`.")] = "other",
    words: Annotated[str, typer.Option(help="Why, or what was said.")] = "",
) -> None:
    """Say what becomes of what a short payment left open."""

    async def settled(core: Core, line_id: UUID) -> Event:
        if what is What.VARIANCE:
            return await differences.let_go(core, line_id=line_id, invoice_number=number, reason=words, actor=SHELL)
        if what is What.DISPUTE:
            return await differences.disputed(
                core, line_id=line_id, invoice_number=number, reason_code=code, words=words, actor=SHELL
            )
        if on is None:
            raise typer.BadParameter("say --on, by which day they will pay")
        return await differences.promised(
            core, line_id=line_id, invoice_number=number, on=day(on), note=words, actor=SHELL
        )

    _told(line, settled)


@cash_app.command("match")
def match_lines() -> None:
    """Match everything that waits now, post what is sure and propose the rest."""
    run = shell.run(posting.apply_cash, waits=True)
    typer.echo(f"{run.posted} posted, {run.proposed} wait with a proposal, {run.unknown} without")


def _told(line: str, decide: Decision) -> None:
    async def decided(core: Core) -> Event:
        return await decide(core, await queries.named(core, text=line))

    told(decided)


def _part(typed: str, currency: str) -> NamedPart:
    number, mark, amount = typed.rpartition("=")
    return NamedPart(number, Money.of(amount, currency)) if mark else NamedPart(typed)


def _waiting(lines: Iterable[LineView]) -> Iterator[str]:
    for each in lines:
        what = ", ".join(each.invoices) or "no invoice"
        sure = f"{each.confidence} %" if each.confidence is not None else "–"
        yield (
            f"{str(each.line_id)[:8]}  {each.booked_on}  {each.amount}  {each.payer_name or '?'}  {each.state}  "
            f"{sure}  {each.account_name or '?'}: {what}  {each.text[:60]}"
            f"{f'  ({each.doubt})' if each.doubt else ''}"
        )


def _card(card: LineCard) -> Iterator[str]:
    line = card.line
    yield f"{line.line_id}  {line.booked_on}  {line.amount}  {line.state}"
    yield f"from {line.payer_name or '?'}{f' (…{card.payer_hint})' if card.payer_hint else ''}: {line.text}"
    if card.remittance_name:
        yield f"remittance advice: {card.remittance_name}"
    if card.decided_by:
        yield f"decided by {card.decided_by}: {'; '.join(line.reasons)}"
    if line.doubt and card.waits:
        yield f"waits for a person: {line.doubt}"
    for way in card.ways:
        yield f"{way.place}. {way.confidence} %  {way.account_name}  {way.uniqueness}"
        for part in way.parts:
            yield f"     {part.invoice_number}: {part.amount} of {part.balance} open ({part.state})"
        if way.unapplied.minor > 0:
            yield f"     {way.unapplied} would stay unapplied"
        for reason in way.reasons:
            yield f"   - {reason}"
