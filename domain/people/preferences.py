"""Preferences: the language, the time zone, the digest and the noise that each person chose, or has as usual."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel import addresses, locales, timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.transactions import Row, Transaction
from domain.people import address_codes, humans, setting_words
from domain.people.events import SettingChanged
from domain.people.refusals import PersonUnknown
from domain.people.setting_words import LANGUAGES, Digest, Noise, Setting

DIGEST_AT = time(8)
"""When the digest comes unless somebody chose otherwise, by the reader's own clock."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What holds for one person now; ``chosen`` names what the person set, the rest follows Slack or the merchant."""

    person_id: UUID
    slack_id: str
    name: str
    language: str
    zone: ZoneInfo
    digest_at: time
    digest: Digest
    address: str | None
    confirmed: bool
    """Whether a code that was mailed to the address was typed in; before that nothing else is mailed there."""
    noise: Noise
    chosen: frozenset[Setting]
    locale: str
    """For numbers and dates: Slack's own locale where it is of that language, such as ``de_AT``."""

    @property
    def mailed_to(self) -> str | None:
        """The address that may be mailed; None where there is none, or it is not known to be the person's."""
        return self.address if self.confirmed else None


_SELECT = (
    "SELECT p.id, p.slack_id, p.name, c.language, c.zone, c.digest_at, c.digest, c.address, c.noise, c.slack_locale,"
    " c.slack_zone, c.address_confirmed_at FROM person p LEFT JOIN person_preference c ON c.person_id = p.id"
)

_COLUMN: Mapping[Setting, str] = {
    Setting.LANGUAGE: "language",
    Setting.ZONE: "zone",
    Setting.DIGEST_AT: "digest_at",
    Setting.DIGEST: "digest",
    Setting.ADDRESS: "address",
    Setting.NOISE: "noise",
}


async def of(core: Core, person_id: UUID) -> Preferences:
    """Return what holds for a person.

    Raises:
        PersonUnknown: There is no such person.
    """
    row = await core.database.row(f"{_SELECT} WHERE p.id = %s", (person_id,))
    if row is None:
        raise PersonUnknown(())
    return _preferences(core, row)


async def of_account(core: Core, *, slack_id: str) -> Preferences | None:
    """Return what holds for the person of a Slack account; None for a stranger."""
    row = await core.database.row(f"{_SELECT} WHERE p.slack_id = %s", (slack_id,))
    return _preferences(core, row) if row else None


async def set(  # noqa: A001 - what people do with a setting; it is always called by its module's name
    core: Core, *, person_id: UUID, setting: Setting, value: str, actor: Actor
) -> SettingChanged:
    """Set one of a person's settings, or let it be as usual again (``default``); by oneself or who manages people.

    A new address is mailed a code and nothing else until that is typed in (``address_codes.confirm``).

    Raises:
        NotAllowed: It is another's, and the actor may not manage people.
        PersonUnknown: There is no such person.
        SettingMalformed, AddressMalformed: That is no such setting; the refusal says what it may be.
        CodesAskedOften: So many codes were mailed to the address, or to the person's addresses.
    """
    if actor.id != person_id:
        actor.require(Permission.MANAGE_PEOPLE)
    stored = setting_words.read(setting, value)
    column = _COLUMN[setting]
    async with core.transaction() as tx:
        row = await _held(tx, person_id)
        if row is None:
            raise PersonUnknown(())
        await tx.execute(
            f"INSERT INTO person_preference (person_id, {column}) VALUES (%s, %s)"
            f" ON CONFLICT (person_id) DO UPDATE SET {column} = excluded.{column}",
            (person_id, stored),
        )
        if setting in (Setting.ADDRESS, Setting.DIGEST):  # whoever says so anew wants it
            await tx.execute("UPDATE person_preference SET unwanted = false WHERE person_id = %s", (person_id,))
        event = SettingChanged(
            person_id=person_id,
            person_name=row["name"],
            setting=setting.value,
            before=setting_words.shown(setting, row[column]),
            after=setting_words.shown(setting, stored),
            **by(actor, core.clock.now()),
        )
        if row[column] != stored:
            await timeline.record(core, tx, event)
        if setting is Setting.ADDRESS and not _is_confirmed(row, stored):
            await tx.execute(
                "UPDATE person_preference SET address_confirmed_at = NULL WHERE person_id = %s", (person_id,)
            )
            if stored is not None:
                await address_codes.ask(
                    core, tx, person_id=person_id, person_name=row["name"], address=stored, actor=actor
                )
    return event


async def _held(tx: Transaction, person_id: UUID) -> Row | None:
    """Hold the person's lock, and return what holds by then; one statement would read the settings of before it."""
    await tx.row("SELECT FROM person WHERE id = %s FOR UPDATE", (person_id,))
    return await tx.row(f"{_SELECT} WHERE p.id = %s", (person_id,))


def _is_confirmed(row: dict[str, Any], address: str | None) -> bool:
    """Tell whether that is the address, but for its capitals, whose code was typed in."""
    return (
        address is not None
        and row["address_confirmed_at"] is not None
        and addresses.key(row["address"]) == addresses.key(address)
    )


async def leave_mail(
    core: Core, tx: Transaction, *, person_id: UUID, address: str | None = None
) -> SettingChanged | None:
    """Mail a person nothing any more until they set it anew, and let their digest come in Slack alone.

    None when it does, or is mailed elsewhere than to *address* by now.
    """
    row = await _held(tx, person_id)
    if row is None or not row["address"]:
        return None
    if address is not None and addresses.key(row["address"]) != addresses.key(address):
        return None
    await tx.execute("UPDATE person_preference SET unwanted = true WHERE person_id = %s", (person_id,))
    if row["digest"] in (Digest.CHAT, Digest.OFF):
        return None
    await tx.execute("UPDATE person_preference SET digest = %s WHERE person_id = %s", (Digest.CHAT.value, person_id))
    event = SettingChanged(
        person_id=person_id,
        person_name=row["name"],
        setting=Setting.DIGEST.value,
        before=setting_words.shown(Setting.DIGEST, row["digest"]),
        after=Digest.CHAT.value,
        **by(SYSTEM, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def learn(core: Core, *, slack_id: str, name: str, locale: str, zone: str, address: str = "") -> None:
    """Keep what Slack says of a person: the name, the language and the time zone; a stranger is not kept.

    The *address* is the confirmed one of the profile. It makes one human of the accounts that have the same.
    """
    mark = _mark(address)
    said = " ".join(name.replace("\x00", " ").split())[:80]
    async with core.transaction() as tx:
        if mark is not None:
            await humans.alone(tx, mark=mark)
        row = await tx.row(
            "UPDATE person SET name = coalesce(nullif(%s, ''), name) WHERE slack_id = %s RETURNING id", (said, slack_id)
        )
        if row is not None:
            await tx.execute(
                "INSERT INTO person_preference (person_id, slack_locale, slack_zone, slack_address_mark, learned_at)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (person_id) DO UPDATE SET"
                " slack_locale = coalesce(excluded.slack_locale, person_preference.slack_locale),"
                " slack_zone = coalesce(excluded.slack_zone, person_preference.slack_zone),"
                " slack_address_mark = coalesce(excluded.slack_address_mark, person_preference.slack_address_mark),"
                " learned_at = excluded.learned_at",
                (
                    row["id"],
                    locale[:35] or None,
                    zone if zone in setting_words.zones() else None,
                    mark,
                    core.clock.now(),
                ),
            )
            if mark is not None:
                await humans.join_alike(core, tx, person_id=row["id"], mark=mark)


def _mark(address: str) -> str | None:
    """Return what stands for a mail box, the same for all of its addresses (``anna+admin@…``); not the address."""
    box, at, domain = addresses.key(address).rpartition("@")
    name = box.partition("+")[0]
    return sha256(f"{name}@{domain}".encode()).hexdigest() if at and name else None


async def to_learn(core: Core, *, before: datetime, limit: int) -> tuple[str, ...]:
    """Return the Slack accounts of whom nothing was asked since then, those never asked first."""
    rows = await core.database.rows(
        "SELECT p.slack_id FROM person p LEFT JOIN person_preference c ON c.person_id = p.id"
        " WHERE c.learned_at IS NULL OR c.learned_at < %s ORDER BY c.learned_at NULLS FIRST, p.id LIMIT %s",
        (before, limit),
    )
    return tuple(row["slack_id"] for row in rows)


def _preferences(core: Core, row: dict[str, Any]) -> Preferences:
    slack = row["slack_locale"] or core.merchant.locale
    language = row["language"] or locales.language(slack, LANGUAGES)
    if not slack.replace("_", "-").startswith(f"{language}-"):
        slack = language  # Slack's own is American for whoever never chose one, and says nothing of other languages
    return Preferences(
        person_id=row["id"],
        slack_id=row["slack_id"],
        name=row["name"],
        language=language,
        zone=_zone(row["zone"] or row["slack_zone"], core),
        digest_at=row["digest_at"] or DIGEST_AT,
        digest=Digest(row["digest"] or Digest.BOTH),
        address=row["address"],
        confirmed=row["address_confirmed_at"] is not None,
        noise=Noise(row["noise"] or Noise.ALL),
        chosen=frozenset(setting for setting, column in _COLUMN.items() if row[column] is not None),
        locale=locales.formats(slack, core.merchant.country, language),
    )


def _zone(name: str | None, core: Core) -> ZoneInfo:
    return ZoneInfo(name) if name and name in setting_words.zones() else core.merchant.zone
