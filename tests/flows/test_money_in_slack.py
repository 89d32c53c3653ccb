"""Money in Slack: bank lines with proposals and alternatives, cash that fits nothing, write-offs by two people."""

from datetime import timedelta

from sandbox import slack_sharing
from tests.flows.hands import ANNA, CARLA, VIKTOR, click, in_talk, ledger, typed
from tests.flows.stage import Stage, until


async def _bank(on_stage: Stage) -> None:
    """Share a bank's file in the talk with the app, and import it."""
    slack = on_stage.demo.sandbox.slack
    day, talk = on_stage.core.clock.now().date(), slack.workspace.direct(ANNA)
    lines = (
        f"{day},Acme Ltd,Invoice INV-1001,900.00,EUR", f"{day},Bolt Ltd,thanks,300.00,EUR",
        f"{day},Cone Ltd,INV-1004,150.00,EUR", f"{day},Nobody Inc,whatever,77.00,EUR",
    )  # fmt: skip
    content = "\n".join(["Booking Date,Payer,Reference,Amount,Currency", *lines, ""]).encode()
    file = slack_sharing.upload(slack, user=ANNA, name="bank.csv", content=content)
    await slack_sharing.share(slack, user=ANNA, file_ids=[file["id"]], channel=talk)
    preview = await in_talk(on_stage, "4 rows read")
    assert await on_stage.row("SELECT FROM bank_line") is None, "a preview books nothing"
    await click(on_stage, preview, "import.apply", channel=talk)


async def test_money_of_the_bank_is_posted_proposed_split_and_given_up(on_stage: Stage) -> None:
    await ledger(
        on_stage,
        ("INV-1001", "Acme Ltd", 20, "900.00", "anna@acme.example"),
        ("INV-1002", "Bolt Ltd", 12, "300.00", "ben@bolt.example"),
        ("INV-1003", "Bolt Ltd", 12, "300.00", "ben@bolt.example"),
        ("INV-1004", "Cone Ltd", 12, "200.00", "cy@cone.example"),
    )
    await _bank(on_stage)

    await on_stage.told("invoice.settled", number="INV-1001")
    waiting = await on_stage.in_slack("bank lines wait for a person")
    await click(on_stage, waiting, "cash.list", user=VIKTOR)
    seen = await on_stage.whispered("1 alternative", user=VIKTOR)
    await click(on_stage, seen, "cash.show", user=VIKTOR)
    card = await on_stage.whispered("cash.post", user=VIKTOR)
    await click(on_stage, card, "cash.post", user=VIKTOR)
    await on_stage.whispered("This needs the right to", user=VIKTOR)
    friday = on_stage.core.clock.now().date() + timedelta(days=7)
    short = await _line(on_stage, 15_000)
    await typed(on_stage, f"/plixo cash apply {short} INV-1004", holds="Act #")
    await typed(on_stage, f"/plixo cash short {short} INV-1004 promise {friday}", holds="Act #")
    await on_stage.told("promise.made", number="INV-1004")
    bolt = await _line(on_stage, 30_000)
    listed = await typed(on_stage, f"/plixo cash {bolt}", holds="1 alternative")
    await click(on_stage, listed, "cash.post")
    await on_stage.told("invoice.settled", number="INV-1002")
    rest = await _line(on_stage, 7_700)
    await typed(on_stage, f"/plixo cash keep {rest} Cone Ltd", holds="Act #")
    loose = await typed(on_stage, "/plixo unapplied", holds="77.00 EUR")
    assert "Cone Ltd" in str(loose)

    await typed(on_stage, "/plixo writeoff INV-1003 50 they are insolvent", holds="to be approved by a second person")
    own = await typed(on_stage, "/plixo writeoff approve INV-1003", holds="needs the right")
    listed = await typed(on_stage, "/plixo writeoff list", holds="250.00 EUR", user=CARLA)
    await click(on_stage, listed, "write_off.approve", user=CARLA)
    await on_stage.told("write-off.approved", number="INV-1003")
    assert "Nothing" not in str(own)
    assert await on_stage.row("SELECT open_minor FROM invoice WHERE number = 'INV-1003'") == {"open_minor": 25_000}

    await on_stage.demo.sandbox.clock.move(timedelta(days=11))
    await on_stage.told("promise.broken", number="INV-1004")
    top = await typed(on_stage, "/plixo focus", holds="INV-1004")
    assert "Today's focus: INV-1004" in top["text"]
    await typed(on_stage, "/plixo radar", holds="Promise broken")


async def _line(on_stage: Stage, minor: int) -> str:
    """Wait for the bank line of that amount; return its short id."""

    async def found() -> str | None:
        row = await on_stage.row("SELECT id FROM bank_line WHERE amount_minor = %s", minor)
        return str(row["id"])[:8] if row else None

    return await until(found, missing=f"no bank line over {minor}")
