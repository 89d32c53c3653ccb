"""`plixo mail sender`: are the records of our sending domain in order, and what is to be published."""

import asyncio
from typing import Annotated

import typer

from plixo import shell
from sandbox.clock import saved
from scheduler.key_faults import KeyUnusable


def _demo(*, as_json: bool) -> None:
    """Say why there is nothing to judge."""
    told = (
        "This is a demo's folder. The demo sends as billing@northwind.example, a domain of its own that exists nowhere "
        "else, to mail boxes of its own; there is nothing to publish. Set PLIXO_MAIL_FROM and another PLIXO_DATA_DIR "
        "to judge yours."
    )
    if as_json:
        shell.print_json([])
    typer.echo(told, err=as_json)


def sender(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Look up SPF, DKIM and DMARC of our sending domain, with the records to publish; code 1 when one fails."""
    from plixo import sender_checks  # loads every vendor's library, which other commands need not wait for

    settings = shell.settings()
    if saved(settings.data_dir / "sandbox") is not None:
        _demo(as_json=as_json)
        return
    try:
        found = asyncio.run(sender_checks.findings(settings))
    except KeyUnusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if as_json:
        shell.print_json([shell.plain(each) for each in found])
    else:
        for each in found:
            typer.echo(f"{each.check:5}  {each.state:4}  {each.found}")
            if each.remedy:
                typer.echo(f"       {each.remedy}")
            if each.publish is not None:
                typer.echo(f'       {each.publish.name}  {each.publish.type}  "{each.publish.value}"')
    if any(each.state == "fail" for each in found):
        raise typer.Exit(1)
