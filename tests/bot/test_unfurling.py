"""A pay link that is pasted in Slack tells nothing of the payer, and nothing happens to it."""

import json
from typing import Any

import pytest

from bot import ids
from bot.app import Bot
from bot.unfurling import MOST_LINKS
from domain.kernel.core import Core
from domain.pay_links import links, pasted
from domain.pay_links.models import PayLink
from sandbox import slack_entities
from tests.bot.conftest import ANNA, STRANGER, AtTheDoor
from tests.bot.fake_slack import CHANNEL, FakeSlack, Fault
from tests.builders import an_invoice
from tests.domain.pay_links.payers import a_link, told
from tests.flows.stage import until


async def paste(door: AtTheDoor, *urls: str, event_id: str = "Ev1", **parts: Any) -> None:
    """Tell the product of pasted links, as Slack does."""
    event = {
        "type": "link_shared", "user": ANNA, "channel": CHANNEL, "message_ts": "1700000000.000100",
        "links": [{"domain": "plixo.example", "url": each} for each in urls], "source": "conversations_history",
        **parts,
    }  # fmt: skip
    body = {"type": "event_callback", "team_id": "T0", "event_id": event_id, "event": event}
    assert (await door.post(json.dumps(body), kind="application/json"))[0] == 200


async def unfurled(slack: FakeSlack) -> dict[str, Any]:
    """Return what Slack was told of it, once it was."""

    async def called() -> dict[str, Any] | None:
        return next(iter(slack.called("chat.unfurl")), None)

    return await until(called, missing="the link was unfurled")


async def a_pasted_link(core: Core) -> tuple[PayLink, str]:
    """Return a link, and what somebody copied from a payer's mail."""
    link = await a_link(core, await an_invoice(core, "INV-1042"))
    return link, links.address(core, link.id)


@pytest.mark.usefixtures("staff")
async def test_a_pasted_link_shows_a_warning_and_nothing_of_the_payer(
    core: Core, door: AtTheDoor, slack: FakeSlack
) -> None:
    link, address = await a_pasted_link(core)

    await paste(door, address)
    call = await unfurled(slack)

    assert (call["channel"], call["ts"]) == (CHANNEL, "1700000000.000100")
    unfurls = call["unfurls"] if isinstance(call["unfurls"], dict) else json.loads(call["unfurls"])
    assert list(unfurls) == [address]
    shown = json.dumps(unfurls[address])
    assert "delete the message" in shown
    assert not [each for each in ("Customer of", "INV-1042", "EUR", address) if each in shown]
    assert str(link.id) not in shown, "what could be made a link again is in no button"
    metadata = call["metadata"] if isinstance(call["metadata"], dict) else json.loads(call["metadata"])
    (entity,) = metadata["entities"]
    assert slack_entities.complaints(entity) == []
    assert entity.pop("app_unfurl_url") == address, "Slack knows by it below which link the object stands"
    assert entity["external_ref"] == {"id": str(link.invoice_id), "type": "invoice"}
    shown = json.dumps(entity)
    assert "delete the message" in shown
    hidden = ("Customer of", "INV-1042", "EUR", str(link.id), address, address.rpartition("/")[2])
    assert not [each for each in hidden if each in shown]


@pytest.mark.usefixtures("staff")
async def test_the_link_is_neither_entered_nor_spent_nor_kept_alive(
    core: Core, door: AtTheDoor, slack: FakeSlack
) -> None:
    link, address = await a_pasted_link(core)
    before = await core.database.row("SELECT * FROM pay_link WHERE id = %s", (link.id,))

    await paste(door, address)
    await unfurled(slack)

    assert await core.database.row("SELECT * FROM pay_link WHERE id = %s", (link.id,)) == before
    assert await core.database.rows("SELECT 1 FROM portal_session") == []


@pytest.mark.usefixtures("staff")
async def test_who_may_see_the_invoice_sees_it_alone_and_it_is_written_down(core: Core, door: AtTheDoor) -> None:
    link, address = await a_pasted_link(core)
    assert await pasted.invoice_of(core, address=address) == link.invoice_id

    shown = await door.press(ids.Action.REVEAL, ids.value(invoice_id=link.invoice_id))
    refused = await door.press(ids.Action.REVEAL, ids.value(invoice_id=link.invoice_id), by=STRANGER)

    assert "Customer of" in json.dumps(shown["blocks"])
    assert shown["response_type"] == refused["response_type"] == "ephemeral"
    assert "Customer of" not in json.dumps(refused)
    assert len(await told(core, "details.revealed")) == 1


@pytest.mark.usefixtures("staff")
async def test_where_others_read_along_and_while_it_is_typed_nothing_is_shown(
    core: Core, bot: Bot, slack: FakeSlack, door: AtTheDoor
) -> None:
    del door
    _, address = await a_pasted_link(core)
    told_of = {"links": [{"url": address}], "channel": CHANNEL, "message_ts": "1.2"}

    await bot._unfurler.shared(told_of | {"source": "composer", "channel": "COMPOSER"})
    slack.channel = {"is_private": True, "is_member": True, "is_ext_shared": True}
    await bot._unfurler.shared(told_of)

    assert slack.called("chat.unfurl") == []


@pytest.mark.parametrize(
    "url",
    [
        "", "https://evil.example/l/x", "{portal}/l/", "{portal}/l/" + "A" * 44, "{portal}/l/" + "é" * 44,
        "{portal}.evil.example/l/x", "{portal}/l/" + "x" * 100_000, "{portal}/l/\0",
    ],
)  # fmt: skip
async def test_what_we_did_not_sign_is_left_alone(core: Core, url: str) -> None:
    assert await pasted.invoice_of(core, address=url.replace("{portal}", core.merchant.public_url)) is None


async def test_an_event_of_any_shape_is_borne_and_slack_may_refuse(core: Core, bot: Bot, slack: FakeSlack) -> None:
    _, address = await a_pasted_link(core)
    odd: list[dict[str, Any]] = [
        {}, {"links": "x"}, {"channel": CHANNEL, "message_ts": "1", "links": [7, {}, {"url": None}]},
    ]  # fmt: skip
    for event in odd:
        await bot._unfurler.shared(event)
    many = [{"url": f"{address}?{at}"} for at in range(MOST_LINKS + 4)]
    slack.fail("chat.unfurl", Fault(error="feature_not_enabled"))

    await bot._unfurler.shared({"channel": CHANNEL, "message_ts": "1.1", "links": many})

    first, call = slack.called("chat.unfurl")
    assert ("metadata" in first, "metadata" in call) == (True, False), "an older manifest does not cost the warning"
    unfurls = call["unfurls"] if isinstance(call["unfurls"], dict) else json.loads(call["unfurls"])
    assert len(unfurls) == MOST_LINKS
    slack.fail("chat.unfurl", *[Fault(error="cannot_unfurl_url")] * 2)
    await bot._unfurler.shared({"channel": CHANNEL, "message_ts": "1.1", "links": many})
    assert len(slack.called("chat.unfurl")) == 4, "both are refused, which is logged and no more"
