"""`plixo import mappings` and `plixo import forget`: the layouts of files that need not be asked about again."""

from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.ledger.csv_import import mappings
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
