"""What comes back by mail, in Slack: a bounce, a promise by reply, a complaint, somebody who left, and what is done."""

from datetime import timedelta

from tests.flows.hands import ANNA, click, ledger, submit, typed, window
from tests.flows.stage import Stage


async def test_what_comes_back_is_shown_decided_and_undone(on_stage: Stage) -> None:
    world = on_stage.demo.sandbox.mail
    day = (on_stage.core.clock.now() + timedelta(days=9)).date()
    await ledger(
        on_stage,
        ("INV-1", "Acme Ltd", 95, "900.00", "anna@acme.example"),
        ("INV-2", "Bolt Ltd", 12, "300.00", "ben@bolt.example"),
        ("INV-3", "Cone Ltd", 12, "200.00", "cy@cone.example"),
        ("INV-4", "Dune Ltd", 12, "100.00", "di@dune.example"),
    )
    acme = await on_stage.mail(subject="INV-1")
    bolt = await on_stage.mail(to="ben@bolt.example", subject="INV-2")
    cone = await on_stage.mail(to="cy@cone.example", subject="INV-3")
    dune = await on_stage.mail(to="di@dune.example", subject="INV-4")

    await world.reply(dune["id"], "We will pay 60 EUR next Friday.")
    vague = await on_stage.in_slack("d…@dune.example wrote: a promise")
    await click(on_stage, vague, "mail.show")
    await click(on_stage, await on_stage.whispered("mail.confirm", user=ANNA), "mail.confirm")
    await window(on_stage, "What does it mean?")
    await submit(on_stage, kind="promise", on=str(day))
    await on_stage.told("promise.made", number="INV-4")
    await world.bounce(bolt["id"])
    await world.be_gone(cone["id"])
    await world.unsubscribe(dune["id"])
    await world.reply(acme["id"], f"Hello, we will pay 500 EUR on {day}. Best, Anna")

    await on_stage.in_slack("b…@bolt.example is suppressed (hard bounce")
    tasks = await typed(on_stage, "/plixo tasks", holds="Find contact")
    assert "Bolt Ltd" in str(tasks)
    proof = await typed(on_stage, "/plixo suppression ben@bolt.example", holds="proven by our token")
    assert "User unknown" in str(proof)
    await typed(on_stage, "/plixo suppression di@dune.example", holds="opted out")
    await on_stage.in_slack("c…@cone.example")

    told = await on_stage.in_slack("a…@acme.example wrote: a promise")
    await click(on_stage, told, "mail.show")
    card = await on_stage.whispered("we will pay 500 EUR", user=ANNA)
    await typed(on_stage, "/plixo why INV-1", holds="the customer wrote, unread")
    await click(on_stage, card, "mail.answer")
    await window(on_stage, "Your answer")
    await submit(on_stage, answer="Thank you, that is fine.")
    answer = await on_stage.mail(subject="Re:")
    assert "that is fine" in world.read(answer["id"]).text

    await click(on_stage, card, "mail.confirm")
    await on_stage.told("promise.made")
    await world.complain(acme["id"])
    await on_stage.in_slack("choose a softer tone")
    await typed(on_stage, "/plixo hold list", holds="complained about a reminder")
    await typed(on_stage, "/plixo unsuppress ben@bolt.example she has a new mailbox", holds="may be mailed again")
    await typed(on_stage, "/plixo suppress @cone.example legal they asked by lawyer", holds="legal hold")
