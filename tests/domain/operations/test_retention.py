"""Texts of people are emptied when their time is over, page by page; what still waits for somebody is kept."""

import hashlib
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability import inbound, replays
from domain.deliverability.models import InboundMail
from domain.deliverability.reading_room import Reader
from domain.deliverability.refusals import MailNotFound
from domain.kernel.core import Core
from domain.operations import retention
from tests.clocks import StandingClock


class Unasked:
    """A reader that nobody asks."""

    async def read(self, body: bytes, *, envelope_from: str, today: date) -> Any:
        """Fail the test."""
        raise AssertionError("nothing is left to be read")


async def a_mail(core: Core, *, days: int, **also: Any) -> InboundMail:
    """Store a mail that came so many days ago and was read."""
    body = f"Subject: {uuid4()}".encode()
    came = core.clock.now() - timedelta(days=days)
    return await InboundMail.create(
        **{
            "id": uuid4(), "envelope_from": "zora@acme.example", "sent_to": ["r+x@mail.northwind.example"],
            "body": body, "sha256": hashlib.sha256(body).digest(), "size_bytes": len(body), "state": "read",
            "reason": "", "received_at": came, "seen_at": came, **also,
        }
    )  # fmt: skip


async def kept(core: Core) -> set[Any]:
    """Return the mails that still have their bytes."""
    return {row["id"] for row in await core.database.rows("SELECT id FROM inbound_mail WHERE body <> ''")}


async def test_a_raw_mail_goes_when_its_time_is_over_and_its_reading_stays(core: Core) -> None:
    old = await a_mail(core, days=1096, reading={"kind": "human"})
    fresh = await a_mail(core, days=1094)

    assert await retention.forget_texts(core) == 1

    assert await kept(core) == {fresh.id}
    assert (await InboundMail.get(id=old.id)).reading == {"kind": "human"}
    assert await retention.forget_texts(core) == 0


async def test_what_waits_for_a_person_or_could_not_be_read_is_kept_however_old(core: Core) -> None:
    waits = await a_mail(core, days=5000, seen_at=None, reply={"text": "when?"})
    odd = await a_mail(core, days=5000, state="quarantined")
    stored = await a_mail(core, days=5000, state="stored")

    await retention.forget_texts(core)

    assert await kept(core) == {waits.id, odd.id, stored.id}


async def test_many_go_by_the_page(core: Core) -> None:
    for _ in range(5):
        await a_mail(core, days=2000)

    assert await retention.forget_texts(core, page=2) == 5


async def test_a_replay_reads_nothing_into_a_mail_that_is_gone(core: Core) -> None:
    old = await a_mail(core, days=2000)
    await retention.forget_texts(core)
    reader: Reader = Unasked()

    assert await replays.preview(core, mail_id=str(old.id), reader=reader) is None
    with pytest.raises(MailNotFound):
        await inbound.replay(core, mail_id=str(old.id), reader=reader)
    begin = (core.clock.now() - timedelta(days=3000)).date()
    assert [each async for each in replays.since(core, day=begin, reader=reader, dry_run=True)] == []


async def test_words_of_a_call_for_help_go_some_time_after_it_was_closed(core: Core, clock: StandingClock) -> None:
    now = clock.now()
    for state, closed in (("closed", now - timedelta(days=731)), ("closed", now), ("open", None)):
        await core.database.execute(
            "INSERT INTO support_request (id, text, request_id, reply_to, source, state, made_by, digest, created_at,"
            " closed_at) VALUES (%s, 'I am Zora', '', 'zora@acme.example', 'portal', %s, 'x', %s, %s, %s)",
            (uuid4(), state, uuid4().bytes, now - timedelta(days=900), closed),
        )

    await retention.forget_texts(core)

    rows = await core.database.rows("SELECT text, reply_to FROM support_request ORDER BY text")
    assert [(row["text"], row["reply_to"]) for row in rows] == [("", ""), *[("I am Zora", "zora@acme.example")] * 2]


async def test_rows_that_an_import_did_not_take_go(core: Core) -> None:
    now = core.clock.now()
    for days in (366, 364):
        await core.database.execute(
            "INSERT INTO import_batch (id, kind, file_name, sha256, counts, rejects, absent, actor, created_at)"
            " VALUES (%s, 'contacts', 'a.csv', '', '{}', 'zora', 'zora', 'x', %s)",
            (uuid4(), now - timedelta(days=days)),
        )

    await retention.forget_texts(core)

    row = await core.database.row("SELECT count(rejects) AS rejects, count(absent) AS absent FROM import_batch")
    assert row == {"rejects": 1, "absent": 1}
