"""The command line: `plixo COMMAND`; each noun's commands are in a file of ``plixo/commands/``.

A command's module is loaded when the command is called: the product takes two seconds to load, its help none.
"""

import gc
from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from plixo.command_table import ENTRIES, Entry

OF = {entry.word: entry for entry in ENTRIES}


class Commands(TyperGroup):
    """All commands by their lines in the table; the one that is called is loaded."""

    def __init__(self, **settings: Any) -> None:
        listed = {entry.word: TyperCommand(entry.word, help=entry.does) for entry in ENTRIES}
        super().__init__(**settings | {"commands": listed})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that is called, and load it."""
        word, _, rest = super().resolve_command(ctx, args)
        return word, loaded(OF[word]) if word else None, rest


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def _plixo() -> None:
    """Plixo collects a company's open invoices without losing its customers."""


def loaded(entry: Entry) -> Any:
    """Return the command of an entry, or the group with all that belongs to it."""
    found = _command(entry.word, entry.place)
    for word, place in entry.more:
        found.add_command(_command(word, place), word)
    return found


def _command(word: str, place: str) -> Any:
    module, name = place.split(".")
    found = getattr(import_module(f"plixo.commands.{module}"), name)
    around = typer.Typer()
    around.callback()(_plixo)  # a group, though of one
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=word)
    else:
        around.command(word)(found)
    return typer.main.get_group(around).commands[word]


def main() -> None:
    """Run the command line.

    What is loaded stays, so the collector neither looks through it while it grows nor at the end: a third of a start.
    """
    gc.disable()  # until the command begins to work: shell.guarded
    app()
