"""Requests over HTTP: who is let in, what is done once, and that everybody gets an answer in time."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import psycopg
import pytest
from aiohttp import web
from psycopg import sql

from bot import app as bot_app
from bot import ids
from domain.kernel.core import Core
from tests.bot.conftest import ANNA, SECRET, STRANGER, AtTheDoor
from tests.bot.fake_slack import CHANNEL, FakeSlack
from tests.builders import an_invoice
from tests.shared_data import shared_data


async def test_a_signed_command_is_answered_to_that_person_only(door: AtTheDoor, core: Core) -> None:
    await an_invoice(core, "INV-1042")

    answer = await door.say("invoice inv-1042")

    assert answer["response_type"] == "ephemeral"
    assert answer["text"].startswith("INV-1042, Customer of INV-1042: 125,00 EUR open")


async def test_a_command_is_acknowledged_at_once_while_its_work_takes_long(
    door: AtTheDoor, core: Core, empty_database: str, slack: FakeSlack
) -> None:
    await an_invoice(core, "INV-1042")

    async with await psycopg.AsyncConnection.connect(empty_database) as other:
        await other.execute("LOCK TABLE invoice IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        status, body = await door.post(door.command("invoice INV-1042"))
        took = time.monotonic() - started
        waiting = slack.answers.empty()
    answer = await slack.answer()

    assert (status, body, waiting) == (200, "", True)
    assert took < 1.0
    assert "INV-1042" in answer["text"]


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"secret": "somebody else's secret"}, 401),
        ({"age": 400}, 401),
        ({"age": -400}, 401),
        ({"X-Slack-Signature": "v0=00"}, 401),
        ({"X-Slack-Signature": ""}, 401),
        ({"X-Slack-Request-Timestamp": "soon"}, 400),
        ({"X-Slack-Request-Timestamp": ""}, 400),
        ({"X-Slack-Request-Timestamp": "١٢٣"}, 400),
        ({"X-Slack-Request-Timestamp": "9" * 400}, 400),
    ],
)
async def test_forged_and_stale_requests_are_refused_and_do_nothing(
    door: AtTheDoor, slack: FakeSlack, how: dict[str, Any], status: int
) -> None:
    answered = await door.post(door.command("help"), **how)

    await asyncio.sleep(0.05)
    assert answered[0] == status
    assert slack.answers.empty()
    assert slack.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"payload={",
        b"payload=[1]",
        b"payload=null",
        b"\xff\xfe",
        b"{" + b'"a":{' * 100_000,
        b"payload=%7B%22team%22%3A1%7D",
    ],
)
async def test_what_cannot_be_read_is_refused_before_anything_is_believed(door: AtTheDoor, body: bytes) -> None:
    status, said = await door.post(body, kind="application/json" if body[:1] in b"{[" else "text/plain")

    assert status == 400
    assert json.loads(said)["request_id"]


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused(door: AtTheDoor, announced: bool) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 65536 * 2

    data = b"x" * (1024 * 1024 + 1) if announced else slowly()
    async with door.session.post(door.url, data=data, headers={"X-Slack-Request-Timestamp": "1"}) as answer:
        assert answer.status == 413


async def test_a_header_of_bolts_own_cannot_switch_the_answer_off(door: AtTheDoor, slack: FakeSlack) -> None:
    headers: dict[str, Any] = {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "x"}

    await door.post(door.command("help"), **headers)

    assert "help" in json.dumps(await slack.answer())


async def test_a_replayed_command_is_answered_and_not_done_twice(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    await an_invoice(core, "INV-1042")
    body = door.command("link INV-1042", trigger="t-once")
    await door.post(body)
    await slack.answer()

    status, said = await door.post(body)

    assert status == 200
    assert "taken already" in json.loads(said)["text"]
    assert len(await core.database.rows("SELECT 1 FROM pay_link")) == 1


async def test_an_event_that_slack_repeats_is_taken_once(
    door: AtTheDoor, core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps(
        {"type": "event_callback", "team_id": "T0", "event_id": "Ev1", "event": {"type": "tokens_revoked"}}
    )

    with caplog.at_level(logging.ERROR, logger="bot"):
        answers = [await door.post(body, kind="application/json") for _ in range(4)]

    assert [status for status, _ in answers] == [200] * 4
    assert len([each for each in caplog.records if "install it again" in each.getMessage()]) == 1


async def test_an_event_nobody_listens_to_is_no_error(door: AtTheDoor) -> None:
    body = json.dumps({"type": "event_callback", "event_id": "Ev2", "event": {"type": "reaction_added", "user": ANNA}})

    status, _ = await door.post(body, kind="application/json")

    assert status == 200


async def test_slack_may_verify_the_address(door: AtTheDoor) -> None:
    status, said = await door.post(
        json.dumps({"type": "url_verification", "challenge": "abc"}), kind="application/json"
    )

    assert (status, json.loads(said)) == (200, {"challenge": "abc"})


async def test_a_database_that_hangs_gets_a_try_later_in_time(door: AtTheDoor, empty_database: str) -> None:
    async with await psycopg.AsyncConnection.connect(empty_database) as other:
        await other.execute("LOCK TABLE seen_request IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        status, said = await door.post(door.command("queue"))
        took = time.monotonic() - started

    assert status == 200
    assert "Try again in a minute" in json.loads(said)["text"]
    assert json.loads(said)["response_type"] == "ephemeral"
    assert took < 1.5


async def test_a_database_that_is_down_gets_a_try_later_for_commands_and_clicks(
    door: AtTheDoor, empty_database: str, slack: FakeSlack
) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(empty_database)["dbname"])
    admin = empty_database.replace(f"/{name}", "/postgres")
    invoice = ids.value(invoice_id=UUID(int=1))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        try:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            status, said = await door.post(door.command("queue"))
            clicked = await door.press(ids.Action.WHY, invoice)
        finally:
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))

    assert status == 200
    assert "Try again in a minute" in json.loads(said)["text"]
    assert "Try again in a minute" in clicked["text"]


async def test_an_unexpected_failure_is_answered_with_a_request_id_and_logged_without_its_text(
    door: AtTheDoor, empty_database: str, core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    await core.database.execute("ALTER TABLE invoice RENAME TO elsewhere")
    try:
        answer = await door.say("invoice INV-secret-9")
    finally:
        await core.database.execute("ALTER TABLE elsewhere RENAME TO invoice")

    assert "Try again in a minute" in answer["text"]
    request_id = answer["text"].rpartition("Request ")[2].rstrip(")")
    assert request_id in caplog.text
    assert "secret" not in caplog.text


async def test_when_the_address_of_the_request_fails_the_web_api_is_used(door: AtTheDoor, slack: FakeSlack) -> None:
    slack.answer_faults.extend([500, 429, 500])

    await door.post(door.command("help"))
    for _ in range(100):
        if slack.called("chat.postEphemeral"):
            break
        await asyncio.sleep(0.1)

    (call,) = slack.called("chat.postEphemeral")
    assert (call["channel"], call["user"]) == (CHANNEL, ANNA)


async def test_an_answer_whose_blocks_are_refused_goes_as_a_sentence(door: AtTheDoor, slack: FakeSlack) -> None:
    slack.answer_faults.append(400)

    answer = await door.say("help")

    assert "blocks" not in answer
    assert answer["text"]


async def test_requests_with_every_field_that_slack_may_send_are_understood(
    door: AtTheDoor, core: Core, slack: FakeSlack
) -> None:
    value = ids.value(invoice_id=(await an_invoice(core, "INV-1042")).id)
    typed = json.loads(shared_data("slack", "requests", "SlashCommandPayload.json").read_text())
    typed |= {"command": "/plixo", "text": "invoice INV-1042", "user_id": ANNA, "trigger_id": "s1"}
    clicked = json.loads(shared_data("slack", "requests", "BlockActionPayload.json").read_text())
    clicked["user"]["id"] = ANNA
    clicked["actions"] = [clicked["actions"][0] | {"action_id": ids.Action.WHY, "value": value, "type": "button"}]
    address = {"response_url": f"{slack.url}response/1"}

    await door.post(urlencode(typed | address))
    shown = await slack.answer()
    await door.post(urlencode({"payload": json.dumps(clicked | address | {"trigger_id": "s2"})}))
    explained = await slack.answer()

    assert shown["text"].startswith("INV-1042, ")
    assert explained["text"].startswith("INV-1042: ")


async def test_a_stranger_is_told_how_to_get_in(door: AtTheDoor) -> None:
    answer = await door.say("queue", by=STRANGER)

    assert "You have no role in Plixo yet" in answer["text"]


async def test_without_a_signing_secret_nobody_is_let_in_over_http(core: Core, slack: FakeSlack) -> None:
    bot = bot_app.build(core, bot_token="xoxb-1", signing_secret=None, channel=CHANNEL, api_url=slack.api_url)

    with pytest.raises(AssertionError):
        bot.add_routes(web.Application())
    await bot.close()


async def test_no_secret_and_no_body_is_logged(door: AtTheDoor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await door.post(door.command("unsuppress anna@acme.example hidden reason"), secret="wrong")
        await door.say("invoice INV-private-77")

    written = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("bot", "slack")))
    assert not [each for each in (SECRET, "xoxb-test", "anna@acme", "hidden", "private") if each in written]
