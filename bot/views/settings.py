"""One's own settings as they are shown and changed."""

from collections.abc import Mapping

from bot import blocks, ids, inputs, text
from bot.blocks import Message
from bot.inputs import Option
from bot.modals import Modal
from bot.views import address_codes
from domain.kernel.speech import phrase, say
from domain.people.events import SettingChanged
from domain.people.preferences import Preferences
from domain.people.setting_words import Digest, Noise, Setting

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
"""Each by the name that its own readers know."""

DIGEST: Mapping[Digest, str] = {
    Digest.BOTH: phrase("by mail and in Slack"),
    Digest.CHAT: phrase("in Slack"),
    Digest.MAIL: phrase("by mail"),
    Digest.OFF: phrase("not at all"),
}

NOISE: Mapping[Noise, str] = {
    Noise.ALL: phrase("everything that concerns you"),
    Noise.MINE: phrase("only what needs you"),
    Noise.ALARMS: phrase("nothing but alarms"),
}

USUAL = "default"


def followed() -> tuple[str, ...]:
    """Return what follows these settings, and what does not."""
    return (
        say(
            "Plixo answers and writes to you in your language; channels read the company's. Times are shown in the zone"
            " of your Slack account."
        ),
        say(
            "The digest comes on your own clock, on Mondays the week's as well; a day without news has none."
            " By mail it comes where an address is set and confirmed by the code that is mailed there; one that cannot"
            " be mailed is told in Slack."
        ),
    )


def card(mine: Preferences) -> Message:
    """Return what is set, with what each setting is as usual and how it is changed."""
    digest, noise, zone = say(DIGEST[mine.digest]), say(NOISE[mine.noise]), text.foreign(mine.zone.key)
    language = LANGUAGES[mine.language]
    fields = (
        (say("Language"), f"{language}{_usual(mine, Setting.LANGUAGE)}"),
        (say("Time zone"), f"{zone}{_usual(mine, Setting.ZONE)}"),
        (say("Digest"), f"{f'{mine.digest_at:%H:%M}, ' if mine.digest is not Digest.OFF else ''}{digest}"),
        (say("Digest address"), _address(mine)),
        (say("Messages to you"), noise),
    )
    about = {"language": language, "zone": zone, "digest": digest, "noise": noise}
    sentence = (
        say("Your settings: {language}, {zone}, digest {digest}, {noise}.", **about)
        if mine.digest is Digest.OFF
        else say(
            "Your settings: {language}, {zone}, digest {digest} at {time}, {noise}.",
            time=f"{mine.digest_at:%H:%M}",
            **about,
        )
    )
    change = blocks.button(
        say("Change…"), action=ids.Action.SETTINGS, value=ids.value(), label=say("Change your settings"), primary=True
    )
    now = blocks.button(
        say("Send me one now"),
        action=ids.Action.DIGEST_NOW,
        value=ids.value(),
        label=say("Show your digest as it is now"),
    )
    hint = say(
        "Or in words: `/plixo settings digest 07:30`, `… digest off|mail|chat|both`, `… language de`, "
        "`… zone Europe/Berlin`, `… noise all|mine|alarms`, `… address you@company.example`, `… language default`."
    )
    return Message(
        text=sentence,
        blocks=(
            blocks.section(f"*{say('Your settings')}*"),
            blocks.fields(*(f"*{name}*\n{value}" for name, value in fields)),
            blocks.actions(change, now, *(address_codes.buttons() if _waits(mine) else ())),
            blocks.context(hint, *followed()),
        ),
    )


def waits(event: SettingChanged, *, own: bool) -> Message:
    """Return that an address was set, and that its code is still to be typed in."""
    sentence = text.said(f"{event.told()}.")
    mailed = (
        say("A code was mailed there. Nothing else is, until you type it in.")
        if own
        else say("A code was mailed there. Nothing else is, until that person has typed it in.")
    )
    return Message(
        text=f"{sentence} {mailed}",
        blocks=(
            blocks.section(f"{sentence} {mailed}"),
            *([blocks.actions(*address_codes.buttons()), blocks.context(address_codes.hint())] if own else []),
        ),
    )


def form(mine: Preferences) -> Modal:
    """Return the form of all settings, as they are now."""
    chosen = mine.chosen
    language = [Option(say("As in Slack"), USUAL), *(Option(name, each) for each, name in LANGUAGES.items())]
    return Modal(
        title=say("Your settings"),
        form=ids.FormId.SETTINGS,
        submit=say("Save"),
        blocks=(
            blocks.context(*followed()),
            inputs.select(
                "language",
                say("Language"),
                language,
                initial=mine.language if Setting.LANGUAGE in chosen else USUAL,
            ),
            inputs.text(
                "zone",
                say("Time zone"),
                initial=mine.zone.key if Setting.ZONE in chosen else "",
                placeholder=mine.zone.key,
                hint=say("Such as Europe/Berlin; empty: as in Slack."),
                most=60,
                optional=True,
            ),
            inputs.clock("digest_at", say("The digest comes at"), initial=f"{mine.digest_at:%H:%M}"),
            inputs.select(
                "digest",
                say("The digest comes"),
                [Option(_capital(say(each)), way.value) for way, each in DIGEST.items()],
                initial=mine.digest.value,
            ),
            inputs.text(
                "address",
                say("Digest address"),
                initial=mine.address or "",
                hint=say("Where the digest goes by mail. Only you and who manages people can change it."),
                most=254,
                optional=True,
            ),
            inputs.radio(
                "noise",
                say("What is sent to you in Slack"),
                [Option(_capital(say(each)), noise.value) for noise, each in NOISE.items()],
                initial=mine.noise.value,
                hint=say("Channels tell everything all the same."),
            ),
        ),
    )


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _waits(mine: Preferences) -> bool:
    return mine.address is not None and not mine.confirmed


def _address(mine: Preferences) -> str:
    if mine.address is None:
        return say("none: no digest by mail")
    shown = text.foreign(mine.address)
    return say("{address}, waits for its code: no digest by mail yet", address=shown) if _waits(mine) else shown


def _usual(mine: Preferences, setting: Setting) -> str:
    return "" if setting in mine.chosen else f" ({say('as in Slack')})"
