"""What leaves and what does not, from Slack: preview, veto, holds, nudges, a policy that two people change."""

from datetime import timedelta

from domain.kernel.actor import SHELL
from domain.people import people
from domain.people.roles import Role
from tests.flows.hands import ANNA, CARLA, VIKTOR, at_home, click, ledger, typed
from tests.flows.stage import Stage, until


async def test_what_will_leave_is_seen_struck_out_held_and_its_policy_changed_by_two(on_stage: Stage) -> None:
    slack, today = on_stage.demo.sandbox.slack, on_stage.core.clock.now().date()
    await people.grant(on_stage.core, slack_id=VIKTOR, name="Viktor", role=Role.SALES, reason="test", actor=SHELL)
    await ledger(
        on_stage,
        ("INV-1", "Acme Ltd", 12, "125.00", "anna@acme.example"),
        ("INV-2", "Bolt Ltd", 12, "75.00", "ben@bolt.example"),
        ("INV-3", "Bolt Studio", 12, "60.00", "bo@studio.example"),
    )
    for number, to in (("INV-1", "anna@acme.example"), ("INV-2", "ben@bolt.example"), ("INV-3", "bo@studio.example")):
        await on_stage.mail(subject=number, to=to)
    day = today + timedelta(days=3)

    preview = await typed(on_stage, f"/plixo preview {day}", holds="3 reminders")
    await click(on_stage, preview, "step.strike")
    await until(lambda: on_stage.row("SELECT reason FROM veto"), missing="no step was struck out")
    await typed(on_stage, f"/plixo preview {day}", holds="2 reminders")
    await typed(on_stage, f"/plixo hold INV-2 until {day + timedelta(days=20)} they change their bank", holds="on hold")
    await typed(on_stage, "/plixo why INV-2", holds="they change their bank")
    await typed(on_stage, "/plixo nudge INV-2 I met their boss", holds="they change their bank", user=VIKTOR)
    await typed(on_stage, '/plixo exclude "Bolt Studio" the CEO calls them', holds="Act #")
    unclear = await typed(on_stage, "/plixo account bolt", holds="Bolt Studio")
    assert "Bolt Ltd" in str(unclear), "a choice, and never the first"
    await slack.open_home(user=ANNA)
    await at_home(on_stage, "queue.next", user=ANNA)

    await typed(on_stage, "/plixo segment everyone shadow", holds="version 2 proposed")
    await typed(on_stage, "/plixo policy publish 2 move", holds="omebody else", user=ANNA)
    proposed = await on_stage.in_slack("Policy version 2 proposed")
    await click(on_stage, proposed, "policy.show", user=CARLA)
    card = await on_stage.whispered("policy.publish_move", user=CARLA)
    assert "segment everyone: mode: autopilot → shadow" in str(card)
    await click(on_stage, card, "policy.publish_move", user=CARLA)
    published = "SELECT version FROM policy WHERE version = 2 AND state = 'published'"
    await until(lambda: on_stage.row(published), missing="the policy was not published")

    sent = len(on_stage.demo.sandbox.mail.mails())
    await on_stage.demo.sandbox.clock.move(timedelta(days=16))
    waiting = await on_stage.in_slack("for an approval")
    assert len([each for each in on_stage.demo.sandbox.mail.mails() if "INV" in each["subject"]]) == sent
    await click(on_stage, waiting, "draft.list")
    listed = await on_stage.whispered("draft.show", user=ANNA)
    await click(on_stage, listed, "draft.show")
    draft = await on_stage.whispered("draft.reject", user=ANNA)
    assert "INV-1" in str(draft)
