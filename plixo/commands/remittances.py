"""`plixo import remittance FILE` and `plixo cash remittance …`: what payers say that their payments are for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from domain.cash_application import papers, remittance_views, remittances
from domain.cash_application.advice_tables import AdviceOptions
from domain.cash_application.remittance_views import RemittanceCard, RemittanceView
from domain.cash_application.remittances import Taken
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.csv_import import DateOrder, DecimalMark
from plixo import shell
from plixo.commands import asking, import_words, imports
from plixo.commands.moments import listed


def take(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The advice: a PDF or a CSV file.")],
    currency: Annotated[str | None, typer.Option(help="Currency, where neither file nor invoices tell it.")] = None,
    date_order: Annotated[
        DateOrder | None, typer.Option(help="Order of day, month, year, where no date tells it.")
    ] = None,
    decimal_mark: Annotated[
        DecimalMark | None, typer.Option(help="Mark before the decimals, where no amount tells it.")
    ] = None,
    columns: imports.Columns = None,
    encoding: imports.Encoding = None,
    delimiter: imports.Delimiter = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Keep a remittance advice and read it; it is evidence for the payment that it belongs to, and books nothing."""
    said = AdviceOptions(
        columns=imports.pairs(columns or []),
        currency=currency,
        date_order=date_order,
        decimal_mark=decimal_mark,
        encoding=encoding,
        delimiter=delimiter,
    )
    with file.open("rb") as opened:
        body = opened.read(papers.MAX_BYTES + 1)

    async def done(core: Core) -> tuple[Taken, RemittanceCard]:
        async def kept(said: AdviceOptions) -> Taken:
            return await remittances.import_file(core, file_name=file.name, body=body, actor=SHELL, said=said)

        taken = await asking.until_told(said, kept)
        return taken, await remittance_views.card(core, remittance_id=taken.remittance_id)

    taken, card = shell.run(done, waits=True)
    if as_json:
        shell.print_json({"known_before": taken.known_before, **shell.plain(card)})
        return
    if taken.known_before:
        typer.echo("This file was taken before.")
    imports.print_lines(_card(card))


def show(
    advice: Annotated[str | None, typer.Argument(help="Its id, or its beginning; without it they are listed.")] = None,
    save: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the file as it came to this place.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show a remittance advice, or list those whose payment is not posted yet."""
    if advice is None:
        found = shell.run(remittance_views.waiting)
        listed(found, map(_line, found), as_json=as_json, empty="no remittance advice waits for its payment")
        return

    async def shown(core: Core) -> tuple[RemittanceCard, bytes]:
        remittance_id = await remittance_views.named(core, text=advice)
        body = (await remittance_views.file(core, remittance_id=remittance_id)).body if save else b""
        return await remittance_views.card(core, remittance_id=remittance_id), body

    card, body = shell.run(shown)
    if save is not None:
        _written(save, body)
    listed(card, _card(card), as_json=as_json, empty="")


def _written(save: Path, body: bytes) -> None:
    try:
        with save.open("xb") as out:
            out.write(body)
    except OSError as error:
        typer.echo(f"{save} cannot be written: {error.strerror}.", err=True)
        raise typer.Exit(1) from None


def _line(each: RemittanceView) -> str:
    who = each.account_name or each.payer_name or "?"
    return import_words.shown(
        f"{str(each.remittance_id)[:8]}  {each.created_at:%Y-%m-%d}  {each.total or 'no total'}  {who}  "
        f"{each.lines} lines  {each.state}{'  linked' if each.line_id else ''}  {each.file_name}"
    )


def _card(card: RemittanceCard) -> Iterator[str]:
    advice = card.advice
    yield _line(advice)
    for each in card.invoices:
        less = f", less {each.deducted}" if each.deducted else ""
        reason = f" ({each.reason})" if each.reason else ""
        known = f"{each.open} open here" if each.open is not None else "not known here"
        yield import_words.shown(f"  {each.number}: {each.amount or 'amount not said'}{less}{reason}; {known}")
    if advice.note:
        yield import_words.shown(f"  {advice.note}")
