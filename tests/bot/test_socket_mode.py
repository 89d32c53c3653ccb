"""Socket Mode: the same commands without a public address."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot import ids
from bot.app import Bot
from domain.kernel.core import Core
from tests.bot.conftest import ANNA
from tests.bot.fake_slack import CHANNEL, FakeSlack
from tests.builders import an_invoice


@pytest_asyncio.fixture
async def socket(bot: Bot, slack: FakeSlack, staff: None) -> AsyncIterator[FakeSlack]:
    """A bot that is connected to the fake Slack's socket."""
    async with bot.socket_mode("xapp-test"):
        await asyncio.wait_for(slack.connected.wait(), timeout=5)
        yield slack


def envelope(slack: FakeSlack, number: int, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Return a request as Slack sends it through the socket."""
    return {
        "type": kind,
        "envelope_id": f"e{number}",
        "accepts_response_payload": True,
        "payload": payload | {"response_url": f"{slack.url}response/1", "trigger_id": "t1"},
    }


def a_command(slack: FakeSlack, number: int, text: str) -> dict[str, Any]:
    """Return a slash command."""
    payload = {"command": "/plixo", "text": text, "user_id": ANNA, "channel_id": CHANNEL, "team_id": "T0"}
    return envelope(slack, number, "slash_commands", payload)


async def test_a_slash_command_is_acknowledged_and_answered(socket: FakeSlack, core: Core) -> None:
    await an_invoice(core, "INV-1042")

    await socket.sockets[0].send_json(a_command(socket, 1, "invoice INV-1042"))
    acknowledged = await asyncio.wait_for(socket.from_bot.get(), timeout=5)
    answer = await socket.answer()

    assert acknowledged["envelope_id"] == "e1"
    assert answer["text"].startswith("INV-1042")
    assert len(socket.called("apps.connections.open")) == 1


async def test_a_click_works_too(socket: FakeSlack, core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")
    action = {"type": "button", "action_id": "link.regenerate", "value": ids.value(invoice_id=invoice.id)}
    payload = {"type": "block_actions", "user": {"id": ANNA}, "channel": {"id": CHANNEL}, "actions": [action]}

    await socket.sockets[0].send_json(envelope(socket, 1, "interactive", payload))

    assert "New payment link" in (await socket.answer())["text"]


async def test_a_request_that_comes_twice_is_acknowledged_twice_and_done_once(socket: FakeSlack, core: Core) -> None:
    await an_invoice(core, "INV-1042")
    for number in (1, 2):
        await socket.sockets[0].send_json(a_command(socket, number, "link INV-1042"))

    acknowledged = [await asyncio.wait_for(socket.from_bot.get(), timeout=5) for _ in range(2)]
    await socket.answer()

    assert {each["envelope_id"] for each in acknowledged} == {"e1", "e2"}
    assert len(await core.database.rows("SELECT 1 FROM pay_link")) == 1


async def test_what_the_sdk_logs_when_it_cannot_connect_holds_no_secret(
    bot: Bot, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.socket_url = "ws://127.0.0.1:1/link?ticket=one-time-secret"

    async with bot.socket_mode("xapp-test-secret"):
        for _ in range(100):
            if "Failed to connect" in caplog.text:
                break
            await asyncio.sleep(0.05)

    assert "Failed to connect" in caplog.text
    assert "secret" not in caplog.text
