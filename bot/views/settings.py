"""One's own settings as they are shown and changed."""

from bot import blocks, ids, inputs, text
from bot.blocks import Message
from bot.inputs import Option
from bot.modals import Modal
from domain.people.preferences import Preferences
from domain.people.setting_words import Digest, Noise, Setting

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}

DIGEST = {
    Digest.BOTH: "by mail and in Slack",
    Digest.CHAT: "in Slack",
    Digest.MAIL: "by mail",
    Digest.OFF: "not at all",
}

NOISE = {
    Noise.ALL: "everything that concerns you",
    Noise.MINE: "only what needs you",
    Noise.ALARMS: "nothing but alarms",
}

USUAL = "default"

NOT_FOLLOWED = (
    "These are kept, and nothing follows them so far: no digest is sent, texts are English, and times are shown in the"
    " zone of your Slack account."
)
"""Nobody is to wait for a digest that does not come."""


def card(mine: Preferences) -> Message:
    """Return what is set, with what each setting is as usual and how it is changed."""
    language = f"*Language*\n{LANGUAGES[mine.language]}{_usual(mine, Setting.LANGUAGE)}"
    zone = f"*Time zone*\n{text.foreign(mine.zone.key)}{_usual(mine, Setting.ZONE)}"
    at = f"*Digest*\n{f'{mine.digest_at:%H:%M}, ' if mine.digest is not Digest.OFF else ''}{DIGEST[mine.digest]}"
    address = f"*Digest address*\n{text.foreign(mine.address) if mine.address else 'none: no digest by mail'}"
    noise = f"*Messages to you*\n{NOISE[mine.noise]}"
    sentence = (
        f"Your settings: {LANGUAGES[mine.language]}, {text.foreign(mine.zone.key)}, digest {DIGEST[mine.digest]}"
        f"{f' at {mine.digest_at:%H:%M}' if mine.digest is not Digest.OFF else ''}, {NOISE[mine.noise]}."
    )
    change = blocks.button(
        "Change…", action=ids.Action.SETTINGS, value=ids.value(), label="Change your settings", primary=True
    )
    hint = (
        "Or in words: `/plixo settings digest 07:30`, `… digest off|mail|chat|both`, `… language de`, "
        "`… zone Europe/Berlin`, `… noise all|mine|alarms`, `… address you@company.example`, `… language default`."
    )
    return Message(
        text=sentence,
        blocks=(
            blocks.section("*Your settings*"),
            blocks.fields(language, zone, at, address, noise),
            blocks.actions(change),
            blocks.context(hint, NOT_FOLLOWED),
        ),
    )


def form(mine: Preferences) -> Modal:
    """Return the form of all settings, as they are now."""
    chosen = mine.chosen
    language = [Option("As in Slack", USUAL), *(Option(name, each) for each, name in LANGUAGES.items())]
    return Modal(
        title="Your settings",
        form=ids.FormId.SETTINGS,
        submit="Save",
        blocks=(
            blocks.context(NOT_FOLLOWED),
            inputs.select(
                "language", "Language", language, initial=mine.language if Setting.LANGUAGE in chosen else USUAL
            ),
            inputs.text(
                "zone",
                "Time zone",
                initial=mine.zone.key if Setting.ZONE in chosen else "",
                placeholder=mine.zone.key,
                hint="Such as Europe/Berlin; empty: as in Slack.",
                most=60,
                optional=True,
            ),
            inputs.clock("digest_at", "The digest comes at", initial=f"{mine.digest_at:%H:%M}"),
            inputs.select(
                "digest",
                "The digest comes",
                [Option(f"{each.capitalize()}", way.value) for way, each in DIGEST.items()],
                initial=mine.digest.value,
            ),
            inputs.text(
                "address",
                "Digest address",
                initial=mine.address or "",
                hint="Where the digest goes by mail. Only you and who manages people can change it.",
                most=254,
                optional=True,
            ),
            inputs.radio(
                "noise",
                "What is sent to you in Slack",
                [Option(each.capitalize(), noise.value) for noise, each in NOISE.items()],
                initial=mine.noise.value,
            ),
        ),
    )


def _usual(mine: Preferences, setting: Setting) -> str:
    return "" if setting in mine.chosen else " (as in Slack)"
