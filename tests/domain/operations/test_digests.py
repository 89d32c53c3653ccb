"""Digests: each once, at the reader's own hour, through nights that are longer or shorter, and after outages."""

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from domain.kernel import speech
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.kernel.speech import Reader
from domain.operations import digest_contents, digest_words, digests, noise
from domain.operations.digest_contents import Kind
from domain.operations.digest_words import Topic
from domain.people import people, preferences
from domain.people.roles import Role
from domain.people.setting_words import Setting
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.operations.reports.books import euros, paid_on, promised, queued


async def a_reader(core: Core, slack_id: str = "U1", role: Role = Role.AR_MANAGER, **chosen: str) -> UUID:
    """Let somebody have a role since New Year, with settings of their own."""
    await people.grant(core, slack_id=slack_id, name=slack_id, role=role, reason="test", actor=SHELL)
    await core.database.execute("UPDATE role_grant SET created_at = '2026-01-01'")
    row = await core.database.row("SELECT id FROM person WHERE slack_id = %s", (slack_id,))
    assert row is not None
    for name, value in chosen.items():
        await preferences.set(core, person_id=row["id"], setting=Setting[name.upper()], value=value, actor=SHELL)
    if "address" in chosen:
        await confirmed(core)
    found: UUID = row["id"]
    return found


async def confirmed(core: Core) -> None:
    """Let every address be its owner's own, as if the codes that were mailed there had been typed in."""
    await core.database.execute("UPDATE person_preference SET address_confirmed_at = '2026-01-01'")
    await core.database.execute("DELETE FROM address_code")
    told = "task_name IN ('mail_address_code', 'tell_person')"
    await core.database.execute(f"DELETE FROM procrastinate_jobs WHERE {told}")


async def sent(core: Core, kind: Kind = Kind.DAILY) -> list[tuple[str, date]]:
    """Return who was sent a digest of which day."""
    rows = await core.database.rows(
        "SELECT p.slack_id, d.on_day FROM digest d JOIN person p ON p.id = d.person_id WHERE d.kind = %s"
        " ORDER BY d.on_day, p.slack_id",
        (kind.value,),
    )
    return [(row["slack_id"], row["on_day"]) for row in rows]


def at(clock: StandingClock, *when: int) -> None:
    """Let it be that moment, in UTC."""
    clock.advance(seconds=(datetime(*when, tzinfo=UTC) - clock.now()).total_seconds())  # type: ignore[misc, arg-type]


async def test_it_comes_at_eight_by_the_readers_own_clock(core: Core, clock: StandingClock) -> None:
    await a_reader(core, "U-BERLIN")
    await a_reader(core, "U-NEWYORK", zone="America/New_York")
    await a_reader(core, "U-KIRITIMATI", zone="Pacific/Kiritimati", digest_at="06:30")

    at(clock, 2026, 3, 11, 6, 59)
    await digests.plan(core)
    early = [who for who, day in await sent(core) if day == date(2026, 3, 11)]
    at(clock, 2026, 3, 11, 7, 0)
    await digests.plan(core)
    at(clock, 2026, 3, 11, 12, 0)  # New York has summer time by then, Berlin has not
    await digests.plan(core)

    assert early == ["U-KIRITIMATI"]  # it was 20:59 there
    assert [who for who, day in await sent(core) if day == date(2026, 3, 11)] == [
        "U-BERLIN", "U-KIRITIMATI", "U-NEWYORK",
    ]  # fmt: skip


async def test_an_hour_that_the_night_leaves_out_has_passed_and_one_that_comes_twice_brings_one(
    core: Core, clock: StandingClock
) -> None:
    await a_reader(core, digest_at="02:30")

    at(clock, 2026, 3, 29, 0, 59)
    await digests.plan(core)
    before = await sent(core)
    at(clock, 2026, 3, 29, 1, 45)  # 03:45, and there was no 02:30
    await digests.plan(core)
    spring = await sent(core)
    at(clock, 2026, 10, 25, 0, 30)  # 02:30 for the first time
    await digests.plan(core)
    at(clock, 2026, 10, 25, 1, 30)  # and for the second
    await digests.plan(core)

    assert ("U1", date(2026, 3, 29)) not in before
    assert spring[-1] == ("U1", date(2026, 3, 29))
    assert [day for _, day in await sent(core)].count(date(2026, 10, 25)) == 1


async def test_two_planners_send_one(core: Core) -> None:
    await a_reader(core)

    found = await asyncio.gather(*(digests.plan(core) for _ in range(4)))

    assert sum(found) == 2  # the day's and the week's
    assert len(await sent(core)) == len(await sent(core, Kind.WEEKLY)) == 1
    rows = await core.database.rows("SELECT FROM procrastinate_jobs WHERE task_name = 'tell_digest'")
    assert len(rows) == 2


async def test_after_an_outage_it_is_made_up_for_once(core: Core, clock: StandingClock) -> None:
    await a_reader(core)
    await digests.plan(core)

    at(clock, 2026, 3, 18, 15, 0)  # Wednesday of the week after
    await digests.plan(core)
    await digests.plan(core)

    assert await sent(core) == [("U1", date(2026, 3, 10)), ("U1", date(2026, 3, 18))]
    assert await sent(core, Kind.WEEKLY) == [("U1", date(2026, 3, 9)), ("U1", date(2026, 3, 16))]


async def test_a_clock_that_is_turned_back_repeats_nothing(core: Core, clock: StandingClock) -> None:
    await a_reader(core)
    await digests.plan(core)

    clock.advance(hours=-1)

    assert await digests.plan(core) == 0


async def test_managers_get_it_and_others_who_switched_it_on(core: Core) -> None:
    for role in Role:
        await a_reader(core, f"U-{role.name}", role)
    await a_reader(core, "U-WISH", Role.VIEWER, digest="chat")
    await a_reader(core, "U-OFF", Role.CONTROLLER, digest="off")

    await digests.plan(core)

    assert [who for who, _ in await sent(core)] == ["U-ADMIN", "U-AR_MANAGER", "U-CONTROLLER", "U-WISH"]


async def test_a_role_that_came_after_the_hour_brings_the_first_one_tomorrow(core: Core, clock: StandingClock) -> None:
    await people.grant(core, slack_id="U1", name="New", role=Role.CONTROLLER, reason="test", actor=SHELL)

    today = await digests.plan(core)
    clock.advance(days=1)
    await digests.plan(core)

    assert today == 0
    assert await sent(core) == [("U1", date(2026, 3, 11))]


async def test_a_day_without_news_has_none_though_something_is_open(core: Core) -> None:
    await a_reader(core)
    await an_invoice(core, "A", amount=euros(100))
    await digests.plan(core)
    row = await core.database.row("SELECT id FROM digest WHERE kind = 'daily'")
    assert row is not None
    found = await digests.planned(core, digest_id=row["id"])
    assert found is not None

    before = await digests.content(core, found)
    await promised(core, await an_invoice(core, "B"), euros(50), date(2026, 3, 10))

    assert before is None
    assert await digests.content(core, found) is not None
    assert await digests.planned(core, digest_id=uuid4()) is None


async def test_whoever_has_no_role_any_more_is_told_nothing(core: Core) -> None:
    await a_reader(core)
    await digests.plan(core)
    await core.database.execute("UPDATE role_grant SET state = 'revoked'")
    row = await core.database.row("SELECT id FROM digest LIMIT 1")
    assert row is not None
    found = await digests.planned(core, digest_id=row["id"])
    assert found is not None

    assert await digests.content(core, found) is None


async def test_it_tells_what_happened_and_what_waits(core: Core) -> None:
    # Yesterday 40 of 50 that were promised came in; 50 more are promised for today; a draft of 100 waits.
    invoice = await an_invoice(core, "A", account=await an_account(core, "Acme <Ltd>"), amount=euros(100))
    await paid_on(core, invoice, euros(40), date(2026, 3, 9))
    await promised(core, invoice, euros(50), date(2026, 3, 9), state="kept")
    await promised(core, invoice, euros(50), date(2026, 3, 10))
    await queued(core, await an_invoice(core, "B", amount=euros(100)), state="drafted")
    await noise.decide(core, channel="C1", key="k", kind="payment.received", alarm=False)
    await core.database.execute("UPDATE chat_noise SET outcome = 'folded', at = at - interval '1 day'")
    await a_reader(core)
    manager = await people.actor(core, slack_id="U1")

    told = await digest_contents.compose(core, kind=Kind.DAILY, actor=manager, slack_id="U1")
    lines = {each.topic: each.lines for each in digest_words.parts(told, named=str.upper)}

    assert lines[Topic.MONEY] == (
        "40.00 EUR came in, of 50.00 EUR that payers had promised or were to pay by plan: 80\xa0%.",
    )
    assert lines[Topic.PROMISES] == ("due: 1 (50.00 EUR)",)
    assert lines[Topic.DECISIONS] == ("drafts of mails: 1",)
    assert lines[Topic.HELD] == ("1 mail waits for a person's approval: 100.00 EUR",)
    assert lines[Topic.EXPOSURES][1] == "ACME <LTD>: 60.00 EUR, of it 60.00 EUR overdue, the oldest by 7 days"
    assert lines[Topic.NOISE] == ("payment received: 1 message, counted in one line",)


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Your digest of 9 Mar 2026"), ("de", "Ihr Tagesbericht vom 9. März 2026"),
     ("fr", "Votre récapitulatif du 9 mars 2026"), ("es", "Su resumen del 9 mar 2026")],
)  # fmt: skip
async def test_it_is_said_in_the_readers_language(core: Core, language: str, title: str) -> None:
    told = await digest_contents.compose(core, kind=Kind.DAILY, actor=SHELL)

    with speech.spoken_to(Reader.of(language, language)):
        assert digest_words.title(told) == title


async def test_the_weeks_has_figures_that_a_days_has_not(core: Core) -> None:
    # Nothing was open 90 days ago; 100 were invoiced, of which nothing came: (0 + 33.33 - 100) / 33.33 = -200 %.
    await an_invoice(core, "A", amount=euros(100))

    daily = await digest_contents.compose(core, kind=Kind.DAILY, actor=SHELL)
    weekly = await digest_contents.compose(core, kind=Kind.WEEKLY, actor=SHELL)

    assert daily.week is None
    (part,) = [each for each in digest_words.parts(weekly, named=str) if each.topic is Topic.WEEK]
    assert part.lines[0] == "EUR, of 90 days: DSO 90, best possible 0, days delinquent 90, CEI 0."
    assert (weekly.period.first, weekly.period.last) == (date(2026, 3, 3), date(2026, 3, 9))


async def test_whoever_may_not_look_gets_none(core: Core) -> None:
    with pytest.raises(NotAllowed):
        await digests.now(core, kind=Kind.DAILY, actor=Actor(ActorKind.PERSON, "Nobody", frozenset()))
