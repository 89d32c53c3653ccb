"""Who opens the object of a pasted pay link sees the invoice as far as they may, at that moment, alone."""

import json
import logging
from dataclasses import replace
from datetime import UTC, date
from typing import Any
from uuid import uuid4

import pytest

from bot.app import Bot
from bot.views import panes as views
from domain.kernel.core import Core
from domain.operations.case_notes import CaseDispute, CaseNotes, CasePromise
from domain.pay_links import links
from domain.pay_links.models import PayLink
from sandbox import slack_entities
from tests.bot.conftest import ANNA, STRANGER, VERA, AtTheDoor
from tests.bot.fake_slack import CHANNEL, FakeSlack, Fault
from tests.bot.test_unfurling import a_pasted_link
from tests.bot.test_views import HOSTILE
from tests.bot.views_made import AT, EURO, ID, a_case, a_why
from tests.domain.pay_links.payers import told
from tests.flows.stage import until


def opened(link: PayLink, address: str, *, by: str = VERA, trigger: str = "t.1", **parts: Any) -> dict[str, Any]:
    """Return the event of somebody who opens the object below a link."""
    return {
        "type": "entity_details_requested", "user": by, "trigger_id": trigger, "channel": CHANNEL,
        "external_ref": views.reference(link.invoice_id), "app_unfurl_url": address, "message_ts": "1.1", **parts,
    }  # fmt: skip


def answers(slack: FakeSlack) -> list[dict[str, Any]]:
    """Return what Slack was told of panes."""
    return slack.called("entity.presentDetails")


def shown(name: str, *, is_open: bool = True) -> dict[str, Any]:
    """Return what the pane of an invoice holds in which strangers chose *name* wherever they can."""
    notes = CaseNotes(
        promises=(CasePromise("broken", EURO, date(2026, 3, 3)),) * 9,
        disputes=(CaseDispute(ID, EURO, name, name, AT, False), CaseDispute(ID, EURO, "duplicate", "", AT, True)),
    )
    case = replace(a_case(name, number=name, is_open=is_open), notes=notes)
    return dict(views.details(case, a_why(name, name, 9), home="https://portal.example", zone=UTC))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_strangers_text_breaks_the_pane(name: str) -> None:
    for is_open in (True, False):
        entity = shown(HOSTILE[name], is_open=is_open)
        fields = entity["entity_payload"]["custom_fields"]

        assert slack_entities.complaints(entity) == []
        assert max(len(each["value"]) for each in fields) <= views.VALUE
        assert not [each for each in fields if "format" in each], "a field that knows formatting would obey a name"
        assert "anna.schmidt@" not in str(fields)
        assert not set(json.dumps(entity, ensure_ascii=False)) & set("\u202e\u202d\u2066\u200f\u200b\ufeff\x00\x1b")


def test_the_pane_says_what_a_collector_asks_first() -> None:
    fields = shown("Acme Ltd")["entity_payload"]["custom_fields"]

    assert [(each["label"], each["value"]) for each in fields] == [
        ("Customer", "Acme Ltd"),
        ("Standing", "Open, overdue, partly paid"),
        ("Open balance", "125.00 EUR"),
        ("Due day", "3 Mar 2026, 7 days overdue"),
        ("Why now", "Call Acme Ltd; Acme Ltd; Acme Ltd"),
        ("Last contact", "reminder overdue to a…@acme.example: sent, 10 Mar 2026"),
        *[("Promise", "125.00 EUR by 3 Mar 2026 did not come")] * 3,
        ("Dispute", "125.00 EUR, Acme Ltd"),
        ("Test dispute", "125.00 EUR, Billed twice"),
    ]


async def test_who_may_look_sees_the_invoice_once_and_it_is_written_down(
    core: Core, door: AtTheDoor, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    link, address = await a_pasted_link(core)
    body = json.dumps({"type": "event_callback", "team_id": "T0", "event_id": "Ev7", "event": opened(link, address)})

    for _ in range(2):
        assert (await door.post(body, kind="application/json"))[0] == 200

    async def answered() -> list[dict[str, Any]]:
        return answers(slack)

    (shown,) = await until(answered, missing="the pane stayed empty")
    payload = shown["metadata"]["entity_payload"]
    assert shown["trigger_id"] == "t.1"
    assert payload["attributes"]["title"]["text"] == "INV-1042"
    assert "Customer of" in json.dumps(payload["custom_fields"])
    assert shown["metadata"]["external_ref"] == {"id": str(link.invoice_id), "type": "invoice"}
    assert len(await told(core, "details.revealed")) == 1
    token = address.rpartition("/")[2]
    assert token not in json.dumps(shown)
    assert token not in caplog.text
    assert [each for each in await told(core, "details.revealed") if token in str(each)] == []


@pytest.mark.usefixtures("staff")
async def test_who_may_not_look_learns_how_to_ask_and_nothing_else(core: Core, bot: Bot, slack: FakeSlack) -> None:
    link, address = await a_pasted_link(core)

    await bot._panes.asked(opened(link, address, by=STRANGER))
    await bot._panes.asked(opened(link, address, by=STRANGER, external_ref=views.reference(uuid4())))

    first, second = (each["error"] for each in answers(slack))
    assert first == second, "a stranger does not even learn which invoices there are"
    assert first["status"] == "custom"
    assert "/plixo access request" in first["custom_message"]
    assert await told(core, "details.revealed") == []


@pytest.mark.usefixtures("staff")
async def test_what_leads_nowhere_is_not_found(core: Core, bot: Bot, slack: FakeSlack) -> None:
    link, address = await a_pasted_link(core)
    odd: list[dict[str, Any]] = [
        {"external_ref": views.reference(uuid4())}, {"external_ref": None}, {"external_ref": {"id": "x" * 10_000}},
        {"external_ref": {"id": str(link.invoice_id), "type": "customer"}}, {"app_unfurl_url": address + "x"},
        {"external_ref": views.reference(uuid4()), "app_unfurl_url": ""},
    ]  # fmt: skip
    for parts in odd:
        await bot._panes.asked(opened(link, address) | parts)
    await core.database.execute("DELETE FROM pay_link WHERE id = %s", (link.id,))
    await bot._panes.asked(opened(link, address))
    for nobody in ({}, {"trigger_id": "t.1"}, {"user": VERA}):
        await bot._panes.asked(nobody)

    assert [each["error"] for each in answers(slack)] == [{"status": "not_found"}] * (len(odd) + 1)
    assert await told(core, "details.revealed") == []


@pytest.mark.usefixtures("staff")
async def test_a_trigger_that_is_over_and_a_failure_of_ours_are_borne(
    core: Core, bot: Bot, slack: FakeSlack, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, address = await a_pasted_link(core)
    slack.fail("entity.presentDetails", Fault(error="expired_trigger_id"))

    await bot._panes.asked(opened(link, address, by=ANNA))
    monkeypatch.setattr("domain.operations.reveals.record", None)
    await bot._panes.asked(opened(link, address, by=ANNA, trigger="t.2"))

    assert "a pane is not shown: expired_trigger_id" in caplog.text
    assert answers(slack)[1]["error"] == {"status": "internal_error"}
    assert links.address(core, link.id) not in caplog.text
