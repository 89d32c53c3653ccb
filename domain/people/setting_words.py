"""Words of settings: what people may set for themselves, how it is read, and how it is shown."""

from collections.abc import Callable, Mapping
from datetime import time
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from domain.kernel import addresses
from domain.kernel.speech import phrase, say
from domain.people.refusals import SettingMalformed

LANGUAGES = ("en", "de", "fr", "es")

LONGEST = 320
"""Characters that are read of what was typed: an e-mail address may have so many."""

USUAL = frozenset({"", "default", "usual", "slack", "auto", "reset"})
"""Words that take a choice back."""


class Digest(StrEnum):
    """By which way the digest comes; by mail only where an address is stored."""

    BOTH = "both"
    CHAT = "chat"
    MAIL = "mail"
    OFF = "off"


class Noise(StrEnum):
    """What a person wants to hear of in direct messages."""

    ALL = "all"
    MINE = "mine"
    """Only what needs this person."""
    ALARMS = "alarms"
    """Nothing but what cannot wait."""


class Setting(StrEnum):
    """What a person may set."""

    LANGUAGE = phrase("language")
    ZONE = phrase("time zone")
    DIGEST_AT = phrase("digest time")
    DIGEST = phrase("digest")
    ADDRESS = phrase("digest address")
    NOISE = phrase("noise")


def read(setting: Setting, text: str) -> Any:
    """Return what a text means as that setting, as it is stored; None lets it be as usual.

    Raises:
        SettingMalformed, AddressMalformed: It means nothing; the refusal says what it may be.
    """
    return _READ[setting](" ".join(text.replace("\x00", " ").split())[:LONGEST])


def shown(setting: Setting, stored: Any) -> str:
    """Return a stored value as an event may carry it for ever: an address is masked, nothing means as usual."""
    if stored is None:
        return ""
    if setting is Setting.ADDRESS:
        return addresses.masked(stored)
    return f"{stored:%H:%M}" if isinstance(stored, time) else str(stored)


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones; they are looked up in files once."""
    return frozenset(available_timezones())


def _read_language(text: str) -> str | None:
    known = {"english": "en", "deutsch": "de", "german": "de", "français": "fr", "francais": "fr", "french": "fr",
             "español": "es", "espanol": "es", "spanish": "es"}  # fmt: skip
    said = known.get(text.casefold(), text.casefold())
    return _one_of(Setting.LANGUAGE, said, LANGUAGES)


def _read_zone(text: str) -> str | None:
    if text.casefold() in USUAL:
        return None
    found = next((each for each in zones() if each.casefold() == text.casefold().replace(" ", "_")), None)
    if found is None:
        raise SettingMalformed(Setting.ZONE, text, say("a zone such as Europe/Berlin or America/New_York, or `slack`"))
    return found


def _read_time(text: str) -> time | None:
    if text.casefold() in USUAL:
        return None
    hour, _, minute = text.replace(".", ":").partition(":")
    if (
        hour.isascii()
        and hour.isdigit()
        and (not minute or (len(minute) == 2 and minute.isascii() and minute.isdigit()))
    ):
        hours, minutes = int(hour[:3]), int(minute or 0)
        if hours < 24 and minutes < 60:
            return time(hours, minutes)
    raise SettingMalformed(Setting.DIGEST_AT, text, say("a time such as 07:30, or `default` for 08:00"))


def _read_digest(text: str) -> str | None:
    also = {"on": "both", "dm": "chat", "slack dm": "chat", "email": "mail", "e-mail": "mail", "none": "off"}
    return _one_of(Setting.DIGEST, also.get(text.casefold(), text.casefold()), tuple(Digest))


def _read_noise(text: str) -> str | None:
    also = {"loud": "all", "everything": "all", "normal": "all", "quiet": "mine", "silent": "alarms"}
    return _one_of(Setting.NOISE, also.get(text.casefold(), text.casefold()), tuple(Noise))


def _read_address(text: str) -> str | None:
    return None if text.casefold() in {*USUAL, "none", "off"} else addresses.parsed(text)


def _one_of(setting: Setting, text: str, choices: tuple[str, ...]) -> str | None:
    if text in USUAL:
        return None
    if text not in choices:
        raise SettingMalformed(setting, text, ", ".join((*map(str, choices), "default")))
    return str(text)


_READ: Mapping[Setting, Callable[[str], Any]] = {
    Setting.LANGUAGE: _read_language,
    Setting.ZONE: _read_zone,
    Setting.DIGEST_AT: _read_time,
    Setting.DIGEST: _read_digest,
    Setting.ADDRESS: _read_address,
    Setting.NOISE: _read_noise,
}
