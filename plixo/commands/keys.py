"""`plixo keys`: which signing keys there are, and how a new one takes over without breaking a live link."""

import asyncio
from typing import Annotated

import typer

from plixo import key_rotation, shell
from plixo.key_rotation import Step

keys_app = typer.Typer(no_args_is_help=True, help="The keys that sign links and return paths.")

SAID = {
    Step.PREPARED: "Key {number} is prepared: it verifies and does not sign yet. Restart every process, then run "
    "`plixo keys rotate` again.",
    Step.SIGNS: "Key {number} signs from now on; the older ones still verify, so live links go on working. Restart "
    "every process.",
    Step.RETIRED: "Key {number} is gone; what it signed is dead. Restart every process.",
}


@keys_app.command("list")
def listed(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """List the keys by number, and which one signs; never what they are."""
    settings = shell.settings()
    found = shell.guarded(lambda: asyncio.to_thread(key_rotation.listed, settings))
    if as_json:
        shell.print_json([{"number": each.number, "signs": each.signs} for each in found])
        return
    for each in found:
        typer.echo(f"{each.number:3}  {'signs and verifies' if each.signs else 'verifies'}")


@keys_app.command("rotate")
def rotate(
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Make a key and let it sign in one step; for a deployment of one process.")
    ] = False,
) -> None:
    """Make a new key, or let the one that was made sign; two steps, so that every process knows it before it signs."""
    settings = shell.settings()
    step, number = shell.guarded(lambda: asyncio.to_thread(key_rotation.rotate, settings, at_once=at_once))
    typer.echo(SAID[step].format(number=number))


@keys_app.command("retire")
def retire(number: Annotated[int, typer.Argument(help="Number of the key.")]) -> None:
    """Remove a key that does not sign any more; every link and return path under it dies."""
    settings = shell.settings()
    shell.guarded(lambda: asyncio.to_thread(key_rotation.retire, settings, number=number))
    typer.echo(SAID[Step.RETIRED].format(number=number))
