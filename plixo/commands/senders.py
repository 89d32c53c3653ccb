"""`plixo mail sender`: are the records of our sending domain in order, and what is to be published."""

import asyncio
from typing import Annotated

import typer

from plixo import shell
from scheduler.key_faults import KeyUnusable


def sender(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Look up SPF, DKIM and DMARC of our sending domain, with the records to publish; code 1 when one fails."""
    from plixo import sender_checks  # loads every vendor's library, which other commands need not wait for

    try:
        found = asyncio.run(sender_checks.findings(shell.settings()))
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
