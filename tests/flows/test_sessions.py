"""A session of work in Slack, from card to card: what is clicked and filled in arrives as signed requests."""

from datetime import timedelta
from typing import Any

from tests.flows.hands import ANNA, CARLA, click, submit, two_customers, typed, window
from tests.flows.stage import Stage, until


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
