"""The audit log shows who did what and when, with before and after; taking it along is an act of its own."""

import csv
import io
from datetime import timedelta
from uuid import UUID

import pytest

from domain.kernel import request_ids, timeline
from domain.kernel.actor import SHELL, SYSTEM, Actor
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.refusals import NotAllowed
from domain.operations import audit, audit_export
from domain.operations.audit_export import Span
from domain.operations.refusals import ActNotFound, ExportTooLarge
from domain.pay_links import links
from domain.people import people, preferences
from domain.people.events import SettingChanged
from domain.people.roles import Role
from domain.people.setting_words import Setting
from tests.builders import an_invoice
from tests.clocks import START, StandingClock

ANNA, BEN = "U02ANNA", "U03BEN"


async def person(core: Core, slack_id: str, role: Role, name: str = "") -> tuple[UUID, Actor]:
    """Give a role and return the person."""
    name = name or slack_id[3:].title()
    await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)
    actor = await people.actor(core, slack_id=slack_id)
    assert actor.id is not None
    return actor.id, actor


async def said(core: Core, words: str, *, times: int = 1) -> None:
    """Let something harmless happen that says these words."""
    async with core.transaction() as tx:
        event = SettingChanged(
            person_id=UUID(int=1), person_name=words, setting="noise", before="", after="all",
            **by(SYSTEM, core.clock.now()),
        )  # fmt: skip
        await timeline.record_many(core, tx, [event] * times)


async def exported(core: Core, span: Span, actor: Actor) -> list[list[str]]:
    """Return the rows of an export."""
    export = await audit_export.begin(core, span=span, actor=actor)
    sink = io.StringIO(newline="")
    assert await audit_export.write(core, export=export, sink=sink.write) == export.entries
    return list(csv.reader(io.StringIO(sink.getvalue().removeprefix("\ufeff"), newline="")))


async def test_an_act_shows_who_and_when_and_what_it_was_before(core: Core) -> None:
    anna, actor = await person(core, ANNA, Role.CONTROLLER)
    with request_ids.serving("abcdefgh23"):
        await people.grant(
            core, slack_id=BEN, name="Ben", role=Role.LEGAL, reason="case", actor=actor, until=START + timedelta(days=1)
        )
        await people.grant(
            core, slack_id=BEN, name="Ben", role=Role.LEGAL, reason="case", actor=actor, until=START + timedelta(days=2)
        )

    log = await audit.of_person(core, person_id=anna, actor=actor)
    card = await audit.act(core, number=log.acts[0].id, actor=actor)

    assert (card.act.actor, card.act.at, card.act.request_id) == ("Anna", START, "abcdefgh23")
    until = next(each for each in card.parts if each.name == "until")
    assert (until.before, until.value) == ("2026-03-11T09:00:00Z", "2026-03-12T09:00:00Z")
    assert [each.kind for each in card.together] == ["role.granted"]


async def test_the_log_of_a_person_has_what_was_done_about_the_rights_as_well(core: Core) -> None:
    _, anna = await person(core, ANNA, Role.CONTROLLER)
    ben, _ = await person(core, BEN, Role.SALES)
    await preferences.set(core, person_id=ben, setting=Setting.NOISE, value="quiet", actor=anna)

    log = await audit.of_person(core, person_id=ben, actor=anna)

    assert [(each.kind, each.actor) for each in log.acts] == [
        ("setting.changed", "Anna"),
        ("role.granted", "command line"),
    ]


async def test_two_people_of_one_name_are_told_apart(core: Core) -> None:
    first, anna = await person(core, ANNA, Role.CONTROLLER)
    second, other = await person(core, BEN, Role.CONTROLLER, name="Anna")
    await preferences.set(core, person_id=second, setting=Setting.NOISE, value="quiet", actor=other)

    log = await audit.of_person(core, person_id=first, actor=anna)

    assert [each.kind for each in log.acts] == ["role.granted"]


async def test_others_are_looked_up_by_who_manages_people_only(core: Core) -> None:
    anna, _ = await person(core, ANNA, Role.CONTROLLER)
    ben, viewer = await person(core, BEN, Role.VIEWER)

    own = await audit.of_person(core, person_id=ben, actor=viewer)

    assert len(own.acts) == 1
    with pytest.raises(NotAllowed, match="manage people"):
        await audit.of_person(core, person_id=anna, actor=viewer)
    with pytest.raises(NotAllowed, match="manage people"):
        await audit_export.begin(core, span=Span(), actor=viewer)


async def test_the_log_of_an_invoice_is_read_page_by_page_and_since_a_day(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    for _ in range(audit.PAGE + 2):
        clock.advance(hours=1)
        await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    newest = await audit.of_invoice(core, invoice_id=invoice.id, actor=SHELL)
    rest = await audit.of_invoice(core, invoice_id=invoice.id, actor=SHELL, before=newest.acts[-1].id)
    late = await audit.of_invoice(core, invoice_id=invoice.id, actor=SHELL, since=clock.now() - timedelta(hours=2))

    assert (len(newest.acts), newest.older) == (audit.PAGE, True)
    assert (len(rest.acts), rest.older) == (2, False)
    assert len(late.acts) == 3
    assert newest.acts[0].invoice_number == "INV-1042"


async def test_what_one_request_did_is_found_by_its_id(core: Core) -> None:
    with request_ids.serving("zzzzzzzz99"):
        await said(core, "x")

    log = await audit.of_request(core, request_id="zzzzzzzz99", actor=SHELL)

    assert [each.kind for each in log.acts] == ["setting.changed"]
    for unknown in ("", "nothing"):
        with pytest.raises(ActNotFound):
            await audit.of_request(core, request_id=unknown, actor=SHELL)
    with pytest.raises(ActNotFound, match="no act '#99'"):
        await audit.act(core, number=99, actor=SHELL)


async def test_a_fact_that_this_version_cannot_read_is_shown_all_the_same(core: Core) -> None:
    await core.database.execute(
        "INSERT INTO timeline_entry (kind, actor, request_id, at, fact) VALUES"
        " ('long.gone', 'Plixo', '', now(), '{\"x\": [1, true]}'), ('role.granted', 'Plixo', '', now(), '{}')"
    )

    cards = [await audit.act(core, number=number, actor=SHELL) for number in (1, 2)]

    assert [each.act.told for each in cards] == ["long.gone", "role.granted"]
    assert [(each.name, each.value) for each in cards[0].parts] == [("x", "1, yes")]


async def test_an_export_is_written_down_before_its_first_line(core: Core) -> None:
    _, anna = await person(core, ANNA, Role.CONTROLLER)

    rows = await exported(core, Span(), anna)

    assert rows[0][:4] == ["entry", "at (UTC)", "who", "kind of actor"]
    assert [each[2:5] for each in rows[1:]] == [["command line", "shell", "role.granted"]]
    log = await audit.of_person(core, person_id=anna.id or UUID(int=0), actor=anna)
    assert log.acts[0].told == "The audit log was exported: 1 act"


async def test_an_export_is_by_person_and_time(core: Core, clock: StandingClock) -> None:
    _, anna = await person(core, ANNA, Role.CONTROLLER)
    ben, actor = await person(core, BEN, Role.SALES)
    for value in ("quiet", "alarms", "all"):
        await preferences.set(core, person_id=ben, setting=Setting.NOISE, value=value, actor=actor)
        clock.advance(days=1)

    by_ben = await exported(core, Span(ben, "Ben"), anna)
    in_between = await exported(
        core, Span(ben, "Ben", since=START + timedelta(days=1), until=START + timedelta(days=2)), anna
    )
    shell = await exported(core, Span(who="command line"), anna)

    assert len(by_ben) == 1 + 3
    assert [each[7] for each in in_between[1:]] == ["noise of Ben: mine → alarms"]
    assert {each[2] for each in shell[1:]} == {"command line"}


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "@SUM(A1)", "-2", "\t=x", 'a";=x\n'])
async def test_no_cell_is_run_as_a_formula(core: Core, name: str) -> None:
    _, anna = await person(core, ANNA, Role.CONTROLLER)
    await people.grant(core, slack_id=BEN, name=name, role=Role.SALES, reason="test", actor=SHELL)
    ben = await people.actor(core, slack_id=BEN)
    await preferences.set(core, person_id=ben.id or UUID(int=0), setting=Setting.NOISE, value="quiet", actor=ben)

    rows = await exported(core, Span(), anna)

    assert all(cell[:1] not in set("=+-@\t\r\n") for row in rows for cell in row if cell)


async def test_a_long_export_is_read_page_by_page(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_export, "PAGE", 7)
    await said(core, "many", times=30)
    export = await audit_export.begin(core, span=Span(), actor=SHELL)
    pieces: list[str] = []

    count = await audit_export.write(core, export=export, sink=pieces.append)

    assert (count, len(pieces)) == (30, 1 + 5)


async def test_what_happens_after_an_export_began_is_not_in_it(core: Core) -> None:
    await said(core, "sooner")
    export = await audit_export.begin(core, span=Span(), actor=SHELL)
    await said(core, "later")
    pieces: list[str] = []

    await audit_export.write(core, export=export, sink=pieces.append)

    assert ("sooner" in "".join(pieces), "later" in "".join(pieces)) == (True, False)


async def test_more_than_a_message_carries_is_left_to_the_shell(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_export, "MOST_IN_CHAT", 2)
    await said(core, "x", times=3)

    with pytest.raises(ExportTooLarge, match="3 acts; at most 2"):
        await audit_export.begin(core, span=Span(), actor=SHELL, to_chat=True)

    assert (await audit_export.begin(core, span=Span(), actor=SHELL)).entries == 3
