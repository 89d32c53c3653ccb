"""Rights in Slack: who has none asks for them, what is given ends by itself, and what others may read along."""

from datetime import timedelta

from sandbox import slack_channels
from tests.flows.hands import ANNA, CARLA, VIKTOR, click, in_talk, ledger, typed
from tests.flows.stage import Stage, until


async def test_a_role_is_asked_for_given_used_written_down_and_ends(on_stage: Stage) -> None:
    await ledger(on_stage, ("INV-1", "Acme Ltd", 12, "125.00", "anna@acme.example"))
    await on_stage.mail(subject="INV-1")
    await typed(on_stage, "/plixo link INV-1", holds="This needs the right", user=VIKTOR)
    await typed(
        on_stage, "/plixo access request A/R Operator for 2 days month end", holds="The Controllers", user=VIKTOR
    )
    card = await in_talk(on_stage, "access.approve", user=CARLA)
    room = await on_stage.in_slack("access.approve")
    await click(on_stage, room, "access.approve", user=ANNA)
    await on_stage.whispered("This needs the right", user=ANNA)
    talk = on_stage.demo.sandbox.slack.workspace.direct(CARLA)
    await click(on_stage, card, "access.approve", user=CARLA, channel=talk)
    await in_talk(on_stage, "A/R Operator", user=VIKTOR)

    async def decided() -> bool:
        shown = on_stage.demo.sandbox.slack.workspace.message(on_stage.demo.sandbox.slack.workspace.channel, room["ts"])
        return shown is not None and "access.approve" not in str(shown)

    await until(decided, missing="the card in the channel still has its buttons")
    done = await typed(on_stage, "/plixo link INV-1", holds="Act #", user=VIKTOR)
    number = str(done).partition("Act #")[2].partition(":")[0]
    act = await typed(on_stage, f"/plixo audit #{number}", holds="link.regenerated", user=CARLA)
    assert "Viktor" in str(act)

    await on_stage.demo.sandbox.clock.move(timedelta(days=3))
    await in_talk(on_stage, "no longer", user=VIKTOR)
    await typed(on_stage, "/plixo link INV-1", holds="This needs the right", user=VIKTOR)
    await typed(on_stage, "/plixo audit export @viktor", holds="direct message", user=CARLA)
    await in_talk(on_stage, ".csv", user=CARLA)
    await typed(on_stage, "/plixo audit export", holds="This needs the right", user=ANNA)


async def test_a_public_channel_is_told_less_and_another_companys_nothing(on_stage: Stage) -> None:
    slack = on_stage.demo.sandbox.slack
    slack_channels.change(slack.workspace, slack.workspace.channel, "is_private", False)
    await on_stage.core.database.execute("UPDATE chat_channel SET checked_at = NULL")
    await ledger(on_stage, ("INV-1", "Acme Ltd", 12, "12345.67", "anna@acme.example"))
    await typed(on_stage, "/plixo promise INV-1 100 on friday", holds="Act #")

    case = await on_stage.in_slack("12 days overdue")
    assert "Acme Ltd" not in str(case)
    assert "12.345,67" not in str(case)
    await click(on_stage, case, "details.reveal", user=VIKTOR)
    await on_stage.whispered("Acme Ltd", user=VIKTOR)
    await on_stage.told("details.revealed")

    before = len(slack.workspace.messages(slack.workspace.channel))
    event = slack_channels.change(slack.workspace, slack.workspace.channel, "is_ext_shared", True)
    assert event is not None
    await slack.send_event(event)
    await slack.say(user=ANNA, text="/plixo promise withdraw INV-1 they cannot")
    await in_talk(on_stage, "company", user=CARLA)
    refused = await typed(on_stage, "/plixo queue", holds="company")
    await click(on_stage, case, "details.reveal", user=ANNA)
    await on_stage.whispered("company", user=ANNA)
    assert "INV-1" not in str(refused)
    assert len(slack.workspace.messages(slack.workspace.channel)) == before
