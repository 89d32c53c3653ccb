"""A bot against the fake Slack, with three people, and a door at which signed requests arrive over real HTTP."""

import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import app as bot_app
from bot.app import Bot
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.people import people
from domain.people.roles import Role
from tests.bot.fake_slack import CHANNEL, FakeSlack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ANNA, VERA, STRANGER = "U0ANNA", "U0VERA", "U0NOBODY"
"""An operator, a viewer, and somebody without any role."""

_numbers = count(1)


@dataclass
class AtTheDoor:
    """Sends requests as Slack sends them."""

    session: aiohttp.ClientSession
    url: str
    slack: FakeSlack

    async def post(
        self,
        body: str | bytes,
        *,
        secret: str = SECRET,
        age: int = 0,
        kind: str = "application/x-www-form-urlencoded",
        **headers: str,
    ) -> tuple[int, str]:
        """Send one signed request; return status and body."""
        raw = body.encode() if isinstance(body, str) else body
        at = str(int(time.time()) - age)
        mac = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + raw, sha256).hexdigest()
        sent = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={mac}", "Content-Type": kind} | headers
        async with self.session.post(self.url, data=raw, headers=sent) as answer:
            return answer.status, await answer.text()

    def command(self, text: str, *, by: str = ANNA, trigger: str | None = None) -> str:
        """Return the body of a slash command."""
        return urlencode(
            {
                "token": "", "team_id": "T0", "team_domain": "t", "channel_id": CHANNEL, "channel_name": "ops",
                "user_id": by, "user_name": "x", "command": "/plixo", "text": text, "api_app_id": "A0",
                "is_enterprise_install": "false", "response_url": f"{self.slack.url}response/1",
                "trigger_id": trigger or f"t{next(_numbers)}",
            }
        )  # fmt: skip

    def click(
        self, action: str, value: str, *, by: str = ANNA, trigger: str | None = None, ephemeral: bool = False
    ) -> str:
        """Return the body of a click on a button."""
        payload = {
            "type": "block_actions", "team": {"id": "T0", "domain": "t"}, "user": {"id": by, "team_id": "T0"},
            "api_app_id": "A0", "token": "",
            "container": {"type": "message", "channel_id": CHANNEL, "is_ephemeral": ephemeral},
            "trigger_id": trigger or f"t{next(_numbers)}", "channel": {"id": CHANNEL, "name": "ops"},
            "response_url": f"{self.slack.url}response/2",
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": "1.2"}],
        }  # fmt: skip
        return urlencode({"payload": json.dumps(payload)})

    def interaction(self, kind: str, *, by: str = ANNA, trigger: str | None = None, **parts: Any) -> str:
        """Return the body of a click in a view, a submission or a search of choices."""
        payload = {
            "type": kind, "team": {"id": "T0", "domain": "t"}, "user": {"id": by, "team_id": "T0"},
            "api_app_id": "A0", "token": "", **parts,
        }  # fmt: skip
        if kind != "block_suggestion":
            payload["trigger_id"] = trigger or f"t{next(_numbers)}"
        return urlencode({"payload": json.dumps(payload)})

    def submission(self, view: dict[str, Any], values: dict[str, Any], *, by: str = ANNA, window: str = "V1") -> str:
        """Return the body of a form's submission; a field's value is an element's state, or just its words."""
        state = {
            name: {"value": value if isinstance(value, dict) else {"type": "plain_text_input", "value": value}}
            for name, value in values.items()
        }
        return self.interaction("view_submission", by=by, view={**view, "id": window, "state": {"values": state}})

    async def submit(self, view: dict[str, Any], values: dict[str, Any], *, by: str = ANNA) -> dict[str, Any]:
        """Submit a form and return what Slack is told to do with its window."""
        status, text = await self.post(self.submission(view, values, by=by))
        assert status == 200, text
        answer: dict[str, Any] = json.loads(text)
        return answer

    async def say(self, text: str, *, by: str = ANNA) -> dict[str, Any]:
        """Type a command and return its answer."""
        assert (await self.post(self.command(text, by=by)))[0] == 200
        return await self.slack.answer()

    async def press(self, action: str, value: str, *, by: str = ANNA) -> dict[str, Any]:
        """Click a button and return the answer."""
        assert (await self.post(self.click(action, value, by=by)))[0] == 200
        return await self.slack.answer()


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A fake Slack that listens."""
    fake = FakeSlack()
    server = await fake.start()
    yield fake
    await server.close()


@pytest_asyncio.fixture
async def bot(core: Core, slack: FakeSlack) -> AsyncIterator[Bot]:
    """A bot that speaks to the fake Slack as fast as it can."""
    built = bot_app.build(
        core, bot_token="xoxb-test", signing_secret=SECRET, channel=CHANNEL, api_url=slack.api_url, seconds_a_post=0
    )
    yield built
    await built.close()


@pytest_asyncio.fixture
async def staff(core: Core) -> None:
    """Anna works the queue, Vera may look."""
    for slack_id, name, role in ((ANNA, "Anna", Role.AR_OPERATOR), (VERA, "Vera", Role.VIEWER)):
        await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)


@pytest_asyncio.fixture
async def door(bot: Bot, slack: FakeSlack, staff: None) -> AsyncIterator[AtTheDoor]:
    """The bot's routes in a real server."""
    application = web.Application()
    bot.add_routes(application)
    server = TestServer(application)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        yield AtTheDoor(session, str(server.make_url("/slack/events")), slack)
    await server.close()
