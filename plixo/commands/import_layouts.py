"""`plixo import mappings`, `forget` and `absent`: what is kept of earlier imports."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.ledger.csv_import import absences, mappings
from plixo import shell
from plixo.commands import import_words
from plixo.commands.imports import print_lines


def listed(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """List the layouts that are kept: what was said about each, by whom and when."""
    found = shell.run(mappings.listed)
    if as_json:
        shell.print_json([shell.plain(each) for each in found])
    else:
        print_lines(import_words.mappings(found))


def forget(
    name: Annotated[str, typer.Argument(help="The name under which the layout is kept.")],
    kind: Annotated[str, typer.Option("--of", help="The kind of files: invoices, contacts, bank.")] = "invoices",
) -> None:
    """Forget a layout; the next file that has it is asked about again."""
    event = shell.run(lambda core: mappings.forget(core, kind=kind, name=name, actor=SHELL))
    typer.echo(event.told() + ".")


def absent(
    batch: Annotated[UUID | None, typer.Argument(help="The import; without it the newest full export.")] = None,
) -> None:
    """Print as CSV which open invoices and credit notes an applied full export did not have."""
    found = shell.run(lambda core: absences.of_batch(core, batch_id=batch, actor=SHELL))
    sys.stdout.buffer.write(found)
