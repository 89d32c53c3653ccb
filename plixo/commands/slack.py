"""`plixo slack`: the app's manifest, who reads along, what could not be delivered, and what channels hear."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from bot import manifest
from domain.kernel.core import Core
from domain.operations import chat_channels, chat_troubles, noise
from domain.operations.chat_channels import Channel
from domain.operations.chat_events import words
from domain.operations.chat_troubles import Trouble
from domain.operations.noise import Heard, Mute
from plixo import shell
from plixo.commands.moments import listed

slack_app = typer.Typer(no_args_is_help=True, help="Slack's channels: who reads along, what is delivered and heard.")


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands with Slack."""

    troubles: tuple[Trouble, ...]
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """What channels hear."""

    muted: tuple[Mute, ...]
    week: tuple[Heard, ...]


@slack_app.command("manifest")
def show_manifest(
    http: Annotated[
        bool, typer.Option("--http", help="For Slack over HTTP at PLIXO_PUBLIC_URL, instead of Socket Mode.")
    ] = False,
) -> None:
    """Print the manifest to create the Slack app from."""
    address = shell.settings().public_url
    if not http:
        typer.echo(manifest.written(None, portal=address), nl=False)
        return
    if not address.startswith("https://"):
        raise typer.BadParameter(f"PLIXO_PUBLIC_URL is {address}, and Slack calls https:// addresses only.")
    typer.echo(manifest.written(address, portal=address), nl=False)


@slack_app.command("status")
def status(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what could not be delivered, since when and why, and who reads along in each channel."""

    async def found(core: Core) -> Status:
        return Status(await chat_troubles.listed(core), await chat_channels.listed(core))

    seen = shell.run(found)
    listed(seen, _status(seen), as_json=as_json, empty="")


@slack_app.command("noise")
def show_noise(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what is muted, and how much of each kind of news was sent, acted on, counted only or muted in a week."""

    async def found(core: Core) -> Noise:
        return Noise(await noise.mutes(core), await noise.week(core))

    heard = shell.run(found)
    listed(heard, _noise(heard), as_json=as_json, empty="")


def _status(seen: Status) -> Iterator[str]:
    if not seen.troubles:
        yield "everything is delivered"
    for each in seen.troubles:
        where = "Slack as a whole" if each.is_whole else each.place
        yield f"not delivered: {where}, {each.code}, since {each.since:%Y-%m-%d %H:%M} UTC"
    for channel in seen.channels:
        asked = f"asked {channel.checked_at:%Y-%m-%d %H:%M} UTC" if channel.checked_at else "to be asked about"
        yield f"{channel.id}  {channel.name}  {channel.channel_class.value}  {asked}"


def _noise(heard: Noise) -> Iterator[str]:
    for mute in heard.muted:
        yield f"muted: {words(mute.kind)} in {mute.channel} until {mute.until:%Y-%m-%d %H:%M} UTC, by {mute.muted_by}"
    if not heard.week:
        yield "nothing was told within the last seven days"
    for each in heard.week:
        yield (
            f"{words(each.kind)}: {each.sent} sent, {each.acted} acted on, {each.folded} only counted,"
            f" {each.muted} muted"
        )
