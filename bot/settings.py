"""Settings: what each person chose for himself: language, time zone, digest, noise."""

from collections.abc import Mapping
from uuid import UUID

from bot import address_codes, asks, readers
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action, FormId
from bot.modals import Modal
from bot.routes import Command, Form, Group, Route, command
from bot.views import answers
from bot.views import settings as views
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.kernel.speech import phrase, say
from domain.people import people, preferences, setting_words
from domain.people.setting_words import Setting

EXAMPLE = "settings digest 07:30"

_WORDS: Mapping[str, Setting] = {
    "language": Setting.LANGUAGE,
    "lang": Setting.LANGUAGE,
    "sprache": Setting.LANGUAGE,
    "zone": Setting.ZONE,
    "timezone": Setting.ZONE,
    "time": Setting.DIGEST_AT,
    "digest": Setting.DIGEST,
    "address": Setting.ADDRESS,
    "mail": Setting.ADDRESS,
    "email": Setting.ADDRESS,
    "noise": Setting.NOISE,
}

_FIELDS: Mapping[str, Setting] = {
    "language": Setting.LANGUAGE,
    "zone": Setting.ZONE,
    "digest_at": Setting.DIGEST_AT,
    "digest": Setting.DIGEST,
    "address": Setting.ADDRESS,
    "noise": Setting.NOISE,
}


async def settings(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo settings [WORD VALUE]``: show one's own, or set one; ``for @person`` sets another's."""
    person_id = _own(ask.actor)
    words = ask.words
    if len(words) > 1 and words[0].casefold() in {"for", "of"}:
        person_id, words = (await people.named(core, text=asks.person(words[1]))).id, words[2:]
        ask.actor.require(Permission.MANAGE_PEOPLE)
    if not words:
        return views.card(await preferences.of(core, person_id))
    if words[0].casefold().strip(":=") == "code":
        return await address_codes.answer(core, person_id=person_id, words=words[1:], actor=ask.actor)
    setting, value = _said(words)
    event = await preferences.set(core, person_id=person_id, setting=setting, value=value, actor=ask.actor)
    with readers.spoken_to(core, await readers.person(core, slack_id=ask.slack_id)):
        mine = await preferences.of(core, person_id)
        if setting is Setting.ADDRESS and mine.address and not mine.confirmed:
            return views.waits(event, own=person_id == ask.actor.id)
        return answers.done(event)


async def press(core: Core, press: Press) -> Modal:
    """Answer a click on Change…: the form, filled with what is set."""
    return views.form(await preferences.of(core, _own(press.actor)))


async def submit(core: Core, filled: Filled) -> Message:
    """Take all settings of the form, or none where one cannot be so."""
    person_id = _own(filled.actor)
    values = filled.values
    said = {
        "language": values.choice("language"),
        "zone": values.text("zone"),
        "digest_at": values.clock("digest_at"),
        "digest": values.choice("digest"),
        "address": values.text("address"),
        "noise": values.choice("noise"),
    }
    before = await preferences.of(core, person_id)
    changed = {name: text for name, text in said.items() if _differs(before, _FIELDS[name], _read(name, text))}
    for name, text in sorted(changed.items(), key=lambda each: each[0] != "address"):  # which may still be refused
        await preferences.set(core, person_id=person_id, setting=_FIELDS[name], value=text, actor=filled.actor)
    mine = await preferences.of(core, person_id)
    with readers.spoken_to(core, await readers.person(core, slack_id=filled.slack_id)):
        return views.card(mine)


def _read(name: str, text: str) -> object:
    """Return what a field means.

    Raises:
        Misfilled: Nothing; the field says what it may be.
    """
    try:
        return setting_words.read(_FIELDS[name], text)
    except Refusal as no:
        raise Misfilled({name: str(no)}) from None


def _differs(mine: preferences.Preferences, setting: Setting, stored: object) -> bool:
    """Tell whether a field says something else than what holds; what is as usual stays so."""
    holds: Mapping[Setting, object] = {
        Setting.LANGUAGE: mine.language,
        Setting.ZONE: mine.zone.key,
        Setting.DIGEST_AT: mine.digest_at,
        Setting.DIGEST: mine.digest.value,
        Setting.ADDRESS: mine.address,
        Setting.NOISE: mine.noise.value,
    }
    if stored is None:
        return setting in mine.chosen
    return stored != holds[setting] or (setting not in mine.chosen and setting in {Setting.LANGUAGE, Setting.ZONE})


def _said(words: tuple[str, ...]) -> tuple[Setting, str]:
    """Return which setting is meant and what it is to be: ``digest 07:30`` is the time, ``digest off`` whether."""
    setting = _WORDS.get(words[0].casefold().strip(":="))
    rest = [word for word in words[1:] if word.casefold() not in {"to", "is", "at", "="}]
    if setting is None or not rest:
        raise Misunderstood(
            say(
                "Which setting, and what? For example `/plixo {example}`; `/plixo settings` shows them.",
                example=EXAMPLE,
            )
        )
    if setting is Setting.DIGEST and rest[0].casefold() in {"time", "address"} and rest[1:]:
        setting, rest = (Setting.DIGEST_AT if rest[0].casefold() == "time" else Setting.ADDRESS), rest[1:]
    elif setting is Setting.DIGEST and rest[0][:1].isdigit():
        setting = Setting.DIGEST_AT
    if setting is Setting.ADDRESS and rest[0].casefold() not in {*setting_words.USUAL, "none", "off"}:
        return setting, asks.address(rest[0], example="settings address you@company.example")
    return setting, " ".join(rest)


def _own(actor: Actor) -> UUID:
    assert actor.id is not None, "the command's right is held by people only"
    return actor.id


COMMANDS: tuple[Command, ...] = (
    command(
        Group.SELF,
        "settings",
        "[digest TIME|on|off, language, zone, address, code, noise]",
        Permission.VIEW,
        phrase("shows or sets your language, time zone, digest and noise"),
        EXAMPLE,
        settings,
    ),
)

BUTTONS: Mapping[Action, Route] = {Action.SETTINGS: Route(Permission.VIEW, press, opens=True)}

FORMS: Mapping[FormId, Form] = {FormId.SETTINGS: Form(Permission.VIEW, submit)}
