"""What people set for themselves holds; the rest is as Slack says, else as the merchant has it."""

from datetime import time
from uuid import UUID, uuid4

import pytest

from domain.kernel.actor import SHELL, Actor
from domain.kernel.addresses import AddressMalformed
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.people import people, preferences
from domain.people.refusals import PersonUnknown, SettingMalformed
from domain.people.roles import Role
from domain.people.setting_words import Digest, Noise, Setting
from tests.clocks import START

ANNA, BEN = "U02ANNA", "U03BEN"


async def person(core: Core, slack_id: str, role: Role = Role.VIEWER) -> tuple[UUID, Actor]:
    """Give a role and return the person."""
    await people.grant(core, slack_id=slack_id, name=slack_id[3:].title(), role=role, reason="test", actor=SHELL)
    actor = await people.actor(core, slack_id=slack_id)
    assert actor.id is not None
    return actor.id, actor


async def test_whoever_chose_nothing_has_what_is_usual(core: Core) -> None:
    anna, _ = await person(core, ANNA)

    mine = await preferences.of(core, anna)

    assert (mine.language, mine.zone.key, mine.digest_at, mine.digest, mine.noise, mine.address) == (
        "en", "Europe/Berlin", time(8), Digest.BOTH, Noise.ALL, None,
    )  # fmt: skip
    assert mine.chosen == frozenset()


async def test_what_slack_says_holds_until_the_person_chooses(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    await preferences.learn(core, slack_id=ANNA, name="Anna  Keller", locale="de-AT", zone="America/New_York")
    learned = await preferences.of(core, anna)

    await preferences.set(core, person_id=anna, setting=Setting.LANGUAGE, value="Français", actor=actor)
    await preferences.set(core, person_id=anna, setting=Setting.ZONE, value="asia/tokyo", actor=actor)
    chosen = await preferences.of(core, anna)

    assert (learned.name, learned.language, learned.locale, learned.zone.key) == (
        "Anna Keller", "de", "de_AT", "America/New_York",
    )  # fmt: skip
    assert (chosen.language, chosen.zone.key) == ("fr", "Asia/Tokyo")
    assert chosen.chosen == {Setting.LANGUAGE, Setting.ZONE}


async def test_who_chose_spanish_over_an_american_screen_reads_sums_as_spanish_is_written(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    await preferences.learn(core, slack_id=ANNA, name="Anna", locale="en-US", zone="Europe/Madrid")
    english = await preferences.of(core, anna)

    await preferences.set(core, person_id=anna, setting=Setting.LANGUAGE, value="es", actor=actor)

    assert (english.locale, (await preferences.of(core, anna)).locale) == ("en_US", "es")


async def test_a_choice_can_be_taken_back(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    for setting, value in ((Setting.DIGEST_AT, "7:30"), (Setting.NOISE, "quiet"), (Setting.DIGEST, "off")):
        await preferences.set(core, person_id=anna, setting=setting, value=value, actor=actor)
    chosen = await preferences.of(core, anna)

    for setting in chosen.chosen:
        await preferences.set(core, person_id=anna, setting=setting, value="default", actor=actor)

    assert (chosen.digest_at, chosen.noise, chosen.digest) == (time(7, 30), Noise.MINE, Digest.OFF)
    assert (await preferences.of(core, anna)).chosen == frozenset()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (Setting.LANGUAGE, "klingon"),
        (Setting.ZONE, "Berlin"),
        (Setting.ZONE, "../../etc/passwd"),
        (Setting.DIGEST_AT, "25:00"),
        (Setting.DIGEST_AT, "8:60"),
        (Setting.DIGEST_AT, "soon"),
        (Setting.DIGEST_AT, "٨"),
        (Setting.DIGEST, "fax"),
        (Setting.NOISE, "42"),
    ],
)
async def test_what_cannot_be_set_is_refused_with_what_can(core: Core, setting: Setting, value: str) -> None:
    anna, actor = await person(core, ANNA)

    with pytest.raises(SettingMalformed, match="It may be: "):
        await preferences.set(core, person_id=anna, setting=setting, value=value, actor=actor)


async def test_an_address_is_checked_and_never_kept_in_the_timeline(core: Core) -> None:
    anna, actor = await person(core, ANNA)

    event = await preferences.set(
        core, person_id=anna, setting=Setting.ADDRESS, value=" anna.keller@northwind.example ", actor=actor
    )

    assert (event.before, event.after) == ("", "a…@northwind.example")
    assert (await preferences.of(core, anna)).address == "anna.keller@northwind.example"
    with pytest.raises(AddressMalformed):
        await preferences.set(core, person_id=anna, setting=Setting.ADDRESS, value="anna at home", actor=actor)
    kept = await core.database.rows("SELECT 1 FROM timeline_entry WHERE fact::text LIKE '%%anna.keller%%'")
    assert kept == []


async def test_another_persons_settings_are_changed_by_who_manages_people_only(core: Core) -> None:
    anna, _ = await person(core, ANNA)
    _, manager = await person(core, BEN, Role.AR_MANAGER)
    _, admin = await person(core, "U04CARL", Role.ADMIN)

    with pytest.raises(NotAllowed, match="manage people"):
        await preferences.set(core, person_id=anna, setting=Setting.ADDRESS, value="a@b.example", actor=manager)
    event = await preferences.set(core, person_id=anna, setting=Setting.DIGEST, value="mail", actor=admin)

    assert (event.person_name, event.actor, event.actor_id) == ("Anna", "Carl", admin.id)


async def test_setting_what_is_set_already_is_no_news(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    for _ in range(2):
        await preferences.set(core, person_id=anna, setting=Setting.NOISE, value="alarms", actor=actor)

    rows = await core.database.rows("SELECT fact FROM timeline_entry WHERE kind = 'setting.changed'")

    assert [(row["fact"]["setting"], row["fact"]["after"]) for row in rows] == [("noise", "alarms")]


async def test_a_person_who_is_not_known_has_no_settings(core: Core) -> None:
    with pytest.raises(PersonUnknown):
        await preferences.of(core, uuid4())
    with pytest.raises(PersonUnknown):
        await preferences.set(core, person_id=uuid4(), setting=Setting.NOISE, value="all", actor=SHELL)
    assert await preferences.of_account(core, slack_id="U0NOBODY") is None


async def test_slack_cannot_teach_a_zone_that_does_not_exist(core: Core) -> None:
    anna, _ = await person(core, ANNA)

    await preferences.learn(core, slack_id=ANNA, name="", locale="x" * 99, zone="Mars/Olympus")
    await preferences.learn(core, slack_id="U0NOBODY", name="Eve", locale="de", zone="UTC")

    mine = await preferences.of(core, anna)
    assert (mine.name, mine.language, mine.zone.key) == ("Anna", "en", "Europe/Berlin")
    assert await preferences.to_learn(core, before=START, limit=10) == ()


async def test_those_never_asked_about_are_learned_first(core: Core) -> None:
    await person(core, ANNA)
    await person(core, BEN)
    await preferences.learn(core, slack_id=ANNA, name="Anna", locale="de", zone="UTC")

    due = await preferences.to_learn(core, before=START.replace(year=2027), limit=10)

    assert due == (BEN, ANNA)
