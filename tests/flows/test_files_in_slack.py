"""Files in and out of Slack: a ledger that is shared becomes invoices, and figures come back as files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox import slack_sharing
from sandbox.store import Json
from tests.flows.stage import Stage, stage, until

ANNA, VIKTOR = "U0ANNA", "U0VIKTOR"

LEDGER = (
    b"Invoice No;Customer;Due;Total;Ccy;Email\n"
    b"INV-7;Acme Ltd;03/04/2026;1200,50;EUR;ap@acme.example\n"
    b"INV-8;Globex;05/06/2026;99,999;EUR;ap@globex.example\n"
)
BANK = b"Booking Date,Payer,Reference,Amount,Currency\n2026-03-02,Acme Ltd,nothing,77.00,EUR\n"


def direct(there: Stage, user: str) -> str:
    """Return the talk of a person with the bot."""
    return there.demo.sandbox.slack.workspace.direct(user)


async def shared(there: Stage, name: str, content: bytes, *, user: str = ANNA, channel: str | None = None) -> None:
    """Share a file as a person does."""
    slack = there.demo.sandbox.slack
    file = slack_sharing.upload(slack, user=user, name=name, content=content)
    where = channel or direct(there, user)
    assert not (await slack_sharing.share(slack, user=user, file_ids=[file["id"]], channel=where)).trouble


async def message(there: Stage, channel: str, fits: Callable[[Json], Any], what: str) -> Json:
    """Wait until a message of a channel fits."""

    async def found() -> Json | None:
        shown = there.demo.sandbox.slack.workspace.messages(channel)
        return next((each for each in shown if fits(each)), None)

    return await until(found, missing=what)


async def card(there: Stage, words: str, *, channel: str | None = None) -> Json:
    """Wait until a card shows the words."""
    where = channel or direct(there, ANNA)
    return await message(there, where, lambda each: words in str(each), f"no card shows {words!r}")


async def pressed(there: Stage, shown: Json, text: str, *, user: str = ANNA, channel: str | None = None) -> None:
    """Press the first button of a message with that text."""
    for block in shown["blocks"]:
        for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
            if element.get("type") == "button" and text in element["text"]["text"]:
                await there.demo.sandbox.slack.press(
                    user=user, block_id=block["block_id"], action_id=element["action_id"], ts=shown["ts"],
                    channel=channel or direct(there, ANNA),
                )  # fmt: skip
                return
    raise AssertionError(f"no button says {text!r}")


async def test_a_shared_ledger_is_asked_about_previewed_imported_and_its_faults_handed_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await shared(there, "ledger.csv", LEDGER)
        await pressed(there, await card(there, "Day first"), "Choose")
        preview = await card(there, "Nothing has been changed yet")
        before = await there.row("SELECT count(*) AS count FROM invoice")

        await pressed(there, preview, "Import 1 row")

        await card(there, "Imported by")
        invoice = await there.row("SELECT due_on::text AS due, total_minor FROM invoice WHERE number = 'INV-7'")
        log = await message(
            there, direct(there, ANNA), lambda each: "ledger.rejects.csv" in str(each.get("files")), "no reject log"
        )
        assert before == {"count": 0}
        assert invoice == {"due": "2026-04-03", "total_minor": 120050}
        assert log["thread_ts"] == preview["ts"]

        await shared(there, "ledger.csv", LEDGER)

        await card(there, "This very file was imported on")


async def test_the_form_takes_a_bank_statement_for_whoever_may_import(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        slack = there.demo.sandbox.slack
        await slack.command(user=ANNA, text="/plixo import bank")

        async def window() -> Json | None:
            from sandbox import slack_views

            return next(iter(slack_views.shown_to(slack.workspace, ANNA)), None)

        await until(window, missing="no form opened")
        file = slack_sharing.upload(slack, user=ANNA, name="bank.csv", content=BANK)
        outcome = await slack.submit(user=ANNA, values={"files": {"value": [file["id"]]}})

        assert (outcome.errors, outcome.trouble) == ({}, "")
        await pressed(there, await card(there, "Nothing has been changed yet"), "Import 1 row")
        await card(there, "Proposals")
        assert await there.row("SELECT count(*) AS count FROM bank_line") == {"count": 1}


async def test_whoever_may_not_import_is_told_and_no_file_is_fetched(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        room = there.demo.sandbox.slack.workspace.channel

        await shared(there, "ledger.csv", LEDGER, user=VIKTOR, channel=room)

        await there.whispered("is not imported", user=VIKTOR)
        assert await there.row("SELECT count(*) AS count FROM file_import") == {"count": 0}


async def test_a_card_in_the_channel_stands_in_the_thread_of_its_file(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        room = there.demo.sandbox.slack.workspace.channel
        await shared(there, "bank.csv", BANK, channel=room)
        file = await message(there, room, lambda each: each.get("files"), "the file was not shared")

        shown = await card(there, "Nothing has been changed yet", channel=room)
        await pressed(there, shown, "Cancel", channel=room)

        await card(there, "cancelled by", channel=room)
        assert shown["thread_ts"] == file["ts"]


async def test_figures_come_as_files_with_their_words(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.imports()
        slack = there.demo.sandbox.slack
        talk = direct(there, ANNA)

        await slack.command(user=ANNA, text="/plixo ageing chart")
        await slack.command(user=ANNA, text="/plixo export ageing")
        await slack.command(user=ANNA, text="/plixo export statement Acme Ltd csv")

        picture = await message(there, talk, lambda each: ".png" in str(each.get("files")), "no chart")
        await message(there, talk, lambda each: "statement-Acme-Ltd" in str(each.get("files")), "no statement")
        await message(
            there, talk, lambda each: "'name': 'ageing-" in str(each.get("files")) and ".csv" in str(each), "x"
        )
        assert picture["files"][0]["alt_txt"].startswith("Over 90 days: 0.00 EUR")
        taken = await there.row("SELECT count(*) AS count FROM timeline_entry WHERE kind = 'export.made'")
        assert taken == {"count": 3}
