"""A session of work in Slack, from card to card: what is clicked and filled in arrives as signed requests."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from domain.kernel.actor import SHELL
from domain.ledger import csv_import
from sandbox import slack_views
from tests.flows.stage import Stage, until

ANNA, CARLA = "U0ANNA", "U0CARLA"


async def two_customers(on_stage: Stage) -> None:
    """Import an invoice of each of two customers, INV-1001 the more urgent."""
    today = on_stage.core.clock.now().date()
    lines = [
        f"{number},{name},{today - timedelta(days=late + 30)},{today - timedelta(days=late)},{amount},EUR,{who},DE\n"
        for number, name, late, amount, who in (
            ("INV-1001", "Acme Ltd", 95, "900.00", "anna@acme.example"),
            ("INV-1002", "Bolt Ltd", 12, "300.00", "ben@bolt.example"),
        )
    ]
    head = "Invoice Number,Customer,Invoice Date,Due Date,Amount,Currency,Contact Email,Country\n"
    request = csv_import.ImportRequest(
        kind="invoices", file_name="ledger.csv", stream=BytesIO((head + "".join(lines)).encode())
    )
    await csv_import.apply(on_stage.core, request, actor=SHELL)


async def typed(on_stage: Stage, text: str, *, holds: str, user: str = ANNA) -> dict[str, Any]:
    """Type a command and wait for the answer with those words."""
    await on_stage.demo.sandbox.slack.say(user=user, text=text)
    return await on_stage.whispered(holds, user=user)


async def window(on_stage: Stage, holds: str, *, user: str = ANNA) -> dict[str, Any]:
    """Wait until a window with those words is on the screen."""

    async def shown() -> dict[str, Any] | None:
        stack = slack_views.shown_to(on_stage.demo.sandbox.slack.workspace, user)
        return stack[-1] if stack and holds in str(stack[-1]) else None

    return await until(shown, missing=f"no window with {holds!r} for {user}")


async def click(on_stage: Stage, shown: dict[str, Any], action: str, *, user: str = ANNA, raw: Any = None) -> None:
    """Use a button or a menu in a message or a window."""
    (block, *_) = [
        each["block_id"]
        for each in shown["blocks"]
        for element in [*each.get("elements", ()), *([each["accessory"]] if "accessory" in each else ())]
        if element.get("action_id") == action
    ]
    where = {"ts": shown["ts"]} if "ts" in shown else {"view_id": shown["id"]}
    await on_stage.demo.sandbox.slack.press(user=user, block_id=block, action_id=action, raw=raw, **where)


async def submit(on_stage: Stage, *, user: str = ANNA, action: str = "value", **values: Any) -> Any:
    """Submit the window on top; *values* are what was entered, by field."""
    fields = {name: {action if name == "invoice" else "value": each} for name, each in values.items()}
    return await on_stage.demo.sandbox.slack.submit(user=user, values=fields)


async def test_a_session_leads_from_a_call_to_the_next_case_and_a_promise(on_stage: Stage) -> None:
    await two_customers(on_stage)
    tomorrow = str((on_stage.core.clock.now() + timedelta(days=1)).date())

    card = await typed(on_stage, "/plixo next", holds="Yours until")
    await click(on_stage, card, "call.log")
    await window(on_stage, "What came of it?")
    await submit(on_stage, outcome="SPOKE", note="they look for it", on=tomorrow)
    done = await window(on_stage, "Called, spoke with them")
    await click(on_stage, done, "queue.next")
    second = await window(on_stage, "Next: ")
    await click(on_stage, second, "promise.make")
    await window(on_stage, "may be promised")
    refused = await submit(on_stage, amount="9999", on=tomorrow)
    await submit(on_stage, amount="100", on=tomorrow)
    over = await window(on_stage, "Promise")

    assert "INV-1001" in str(card)
    assert "1 of 2 today, 900.00 EUR touched" in str(done)
    assert "INV-1002" in str(second)
    assert set(refused.errors) == {"amount"}
    assert "2 of 2 today" in str(over)
    assert await on_stage.row("SELECT amount_minor FROM promise") == {"amount_minor": 10000}


async def test_two_people_never_work_one_customer(on_stage: Stage) -> None:
    await two_customers(on_stage)

    first = await typed(on_stage, "/plixo next", holds="Yours until")
    second = await typed(on_stage, "/plixo next", holds="Yours until", user=CARLA)
    await on_stage.demo.sandbox.clock.move(timedelta(hours=1))
    await typed(on_stage, "/plixo claim INV-1001", holds="Case taken up", user=CARLA)
    await click(on_stage, first, "promise.make")
    refused = await on_stage.whispered("Nothing was done", user=ANNA)

    assert "INV-1001" in first["text"]
    assert "INV-1002" in second["text"]
    assert "has this customer in hand until" in str(refused)


async def test_a_case_is_handed_to_somebody_who_is_called_in_its_thread(on_stage: Stage) -> None:
    await two_customers(on_stage)

    card = await typed(on_stage, "/plixo next", holds="Yours until")
    await click(on_stage, card, "case.hand_over")
    await window(on_stage, "To whom?")
    await submit(on_stage, person=CARLA, words="they only talk to you")
    await window(on_stage, "Handed over to")

    await until(
        lambda: _in_thread(on_stage, "INV-1001", f"<@{CARLA}>"), missing="nobody was called in the case's thread"
    )
    tasks = await typed(on_stage, "/plixo tasks mine", holds="they only talk to you", user=CARLA)
    await click(on_stage, tasks, "task.end", user=CARLA)
    await window(on_stage, "How does it end?", user=CARLA)
    await submit(on_stage, user=CARLA, outcome="they pay on Friday")
    await window(on_stage, "they pay on Friday", user=CARLA)


async def test_an_invoice_is_looked_up_in_a_form_and_gets_a_new_link(on_stage: Stage) -> None:
    await two_customers(on_stage)
    slack = on_stage.demo.sandbox.slack

    await slack.say(user=ANNA, text="/plixo link")
    form = await window(on_stage, "New payment link")
    found = await slack.suggest(
        user=ANNA, block_id="invoice", action_id="search.invoices", text="bolt", view_id=form["id"]
    )
    await submit(on_stage, action="search.invoices", invoice=found[0]["value"])
    await window(on_stage, "New payment link for INV-1002")

    assert [each["text"]["text"] for each in found] == ["INV-1002 · Bolt Ltd"]


async def test_a_mistyped_number_is_answered_with_the_one_that_was_meant(on_stage: Stage) -> None:
    await two_customers(on_stage)

    answer = await typed(on_stage, "/plixo promise INV-1020 50 on friday", holds="Did you mean")

    assert "/plixo promise INV-1002 50 on friday" in str(answer)
    await click(on_stage, answer, "invoice.show")
    await on_stage.whispered("Bolt Ltd: 300.00 EUR open", user=ANNA)


async def _in_thread(on_stage: Stage, about: str, words: str) -> dict[str, Any] | None:
    """Return the reply with these words below a message about that, whichever of both was seen first."""
    workspace = on_stage.demo.sandbox.slack.workspace
    messages = workspace.messages(workspace.channel)
    roots = {each["ts"] for each in messages if about in str(each)}
    return next((each for each in messages if each.get("thread_ts") in roots and words in str(each)), None)
