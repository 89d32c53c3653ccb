"""`plixo slack`: troubles, channels and noise in the shell."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import chat_channels, chat_troubles, noise
from domain.operations.chat_channels import ChannelClass
from tests.clocks import StandingClock
from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


async def test_a_trouble_and_who_reads_along_are_shown(plixo: Shell, core: Core) -> None:
    well = await plixo("slack", "status")
    await chat_troubles.note(core, place="", code="token_revoked")
    await chat_channels.keep(core, channel="C0OPS", name="ops", channel_class=ChannelClass.PUBLIC)

    ill = await plixo("slack", "status")
    as_json = json.loads((await plixo("slack", "status", "--json")).out)

    assert "everything is delivered" in well.out
    assert "not delivered: Slack as a whole, token_revoked, since 2026-03-10" in ill.out
    assert "C0OPS  ops  public" in ill.out
    assert as_json["troubles"][0]["code"] == "token_revoked"


async def test_what_is_muted_and_what_was_heard_is_shown(plixo: Shell, core: Core, clock: StandingClock) -> None:
    clock.advance(days=36_500)  # the shell's clock is the machine's, and what has ended is not listed
    await noise.mute(core, channel="C0OPS", kind="payment.declined", actor=SHELL)

    heard = await plixo("slack", "noise")

    assert "muted: payment declined in C0OPS until 2126-" in heard.out


async def test_the_manifest_for_socket_mode_names_no_address(plixo: Shell) -> None:
    printed = (await plixo("slack", "manifest")).out

    told = YAML(typ="safe").load(printed)

    assert "plixo.example" not in printed
    assert told["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in told["settings"]["interactivity"]
    assert told["features"]["slash_commands"][0]["command"] == "/plixo"


async def test_the_manifest_for_http_leads_to_the_public_address(plixo: Shell) -> None:
    refused = await plixo("slack", "manifest", "--http")
    printed = await plixo("slack", "manifest", "--http", PLIXO_PUBLIC_URL="https://pay.example.com")

    told = YAML(typ="safe").load(printed.out)

    assert refused.code == 2
    assert told["settings"]["event_subscriptions"]["request_url"] == "https://pay.example.com/slack/events"
    assert told["settings"]["socket_mode_enabled"] is False
