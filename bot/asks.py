"""Asks: what a person typed or clicked, parsed, with the person on whose behalf it is done."""

import html
import re
from dataclasses import dataclass
from typing import Any

from bot.filled import Values
from bot.ids import Subject
from domain.kernel import addresses
from domain.kernel.actor import Actor
from domain.kernel.speech import say

LONGEST = 1_000
"""Characters of a command that are read."""

LONGEST_NUMBER = 60

MOST_IDS = 20
"""Of one command; a list is worked on in parts."""

_LINKED = re.compile(r"<https?://[^|>]*\|([^>]*)>")
"""A web address that Slack made of something typed, such as ``acme.example``."""

_PERSON = re.compile(r"<@([UW][A-Z0-9]{2,30})(\|[^>]*)?>")

_QUOTES = {'"': '"', "“": "”", "„": "“", "'": "'", "«": "»"}


class Misunderstood(Exception):
    """Say what the command needs; shown word for word."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A command: the words behind its name, and who asks."""

    words: tuple[str, ...]
    actor: Actor
    slack_id: str
    channel: str = ""
    """Where it was typed; the answer is seen by the one who asks only."""
    called: str = ""
    """What Slack calls the one who asks; a stranger has no other name."""


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a button."""

    action: str
    value: str
    slack_id: str
    chosen: str = ""
    """The person, day or time that was chosen, if it was such a field."""


@dataclass(frozen=True, slots=True)
class Press:
    """A click that was understood: what the button is about, and who clicked, with the rights of this moment."""

    subject: Subject
    actor: Actor
    slack_id: str
    chosen: str = ""
    """The person, day or time that was chosen, if it was such a field."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was submitted: what it is about, what was entered, and by whom, with the rights of this moment."""

    subject: Subject
    actor: Actor
    slack_id: str
    values: Values
    called: str = ""
    """What Slack calls the person."""


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where the answer to a command or click can be shown to the one who asked."""

    response_url: str
    channel: str
    slack_id: str
    own: bool = False
    """Whether the click was on an answer that only this person sees, and which the new one may replace."""
    trigger: str = ""
    """Lets us open a window, within three seconds and once."""
    window: str = ""
    """The view in which the click was, which the answer takes the place of."""
    in_home: bool = False
    """Whether the click was in App Home, where nothing can be answered but by a window."""
    typed: bool = False
    """Whether a command was typed, whose address later changes the answer that it brought."""

    @property
    def lasting(self) -> bool:
        """Whether the answer can be shown anew in its own place; on a message of all it would replace that one."""
        return bool(self.response_url) and (self.own or self.typed)


def reply_to(body: dict[str, Any]) -> ReplyTo:
    """Return where to answer a command or an interaction."""
    channel = body.get("channel_id") or _id(body.get("channel")) or _id(body.get("container"), "channel_id")
    container = body.get("container")
    own = isinstance(container, dict) and container.get("is_ephemeral") is True
    view = body.get("view")
    kind = view.get("type") if isinstance(view, dict) else ""
    return ReplyTo(
        str(body.get("response_url") or ""),
        str(channel or ""),
        slack_id(body),
        own,
        trigger=str(body.get("trigger_id") or ""),
        window=_id(view) if kind == "modal" else "",
        in_home=kind == "home",
        typed=bool(body.get("command")),
    )


def slack_id(body: dict[str, Any]) -> str:
    """Return the account that typed or clicked."""
    return str(body.get("user_id") or _id(body.get("user")))


def called(body: dict[str, Any]) -> str:
    """Return what Slack calls the one who typed."""
    return str(body.get("user_name") or _id(body.get("user"), "username") or _id(body.get("user"), "name"))


def click(body: dict[str, Any]) -> Click:
    """Return the click in a ``block_actions`` payload; Slack sends one at a time.

    What it is about is the button's value, the chosen option's, or, with other fields, the block's id.
    """
    action = (body.get("actions") or [{}])[0]
    option = action.get("selected_option")
    value = action.get("value") or _id(option, "value") or action.get("block_id", "")
    chosen = action.get("selected_user") or action.get("selected_date") or action.get("selected_time")
    return Click(str(action.get("action_id", "")), str(value), slack_id(body), str(chosen or ""))


def words(typed: str) -> tuple[str, ...]:
    """Return the words of a command; what no database can store (NUL, halves of characters) is dropped."""
    storable = typed[:LONGEST].replace("\0", " ").encode("utf-8", "ignore").decode()
    return tuple(html.unescape(_LINKED.sub(r"\1", storable)).split())


def invoice_number(words: tuple[str, ...], *, example: str) -> str:
    """Return the invoice number that the words spell, however they are spaced.

    Raises:
        Misunderstood: There is none.
    """
    number = " ".join(words).strip("`'\".,;:<>")
    if not number:
        raise Misunderstood(say("Which invoice? For example `/plixo {example}`.", example=example))
    if len(number) > LONGEST_NUMBER:
        raise Misunderstood(
            say("That is too long for an invoice number. For example `/plixo {example}`.", example=example)
        )
    return number


def leading_number(words: tuple[str, ...], *, example: str) -> tuple[str, tuple[str, ...]]:
    """Return the invoice number that the first word is, and the words behind it.

    Raises:
        Misunderstood: There is none.
    """
    return invoice_number(words[:1], example=example), words[1:]


def quoted(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Return what stands in quotation marks at the beginning, and the words behind; None when nothing does."""
    typed = " ".join(words)
    closing = _QUOTES.get(typed[:1])
    if closing is None:
        return None
    ends = [typed.find(each, 1) for each in {closing, '"', "”"} if typed.find(each, 1) > 0]
    if not ends:
        return None
    return typed[1 : min(ends)].strip(), tuple(typed[min(ends) + 1 :].split())


def reason(words: tuple[str, ...], *, why: str, example: str) -> str:
    """Return the words as a reason.

    Raises:
        Misunderstood: There are none.
    """
    said = " ".join(words).strip().strip('"“”').strip()
    if not said.strip(":-. "):
        raise Misunderstood(say("{why} For example `/plixo {example}`.", why=why, example=example))
    return said.lstrip(":- ")


def person(word: str) -> str:
    """Return the Slack account that a mention names, or the bare name of ``@name``."""
    mentioned = _PERSON.fullmatch(word.strip(",.;"))
    return mentioned[1] if mentioned else word.strip(",.;@")


def is_mention(word: str) -> bool:
    """Tell whether a word is a mention of a person, as Slack writes it."""
    return _PERSON.fullmatch(word.strip(",.;")) is not None


def mentioned_as(word: str) -> str:
    """Return the name in a mention, where Slack put one in."""
    mentioned = _PERSON.fullmatch(word.strip(",.;"))
    return html.unescape((mentioned[2] or "").lstrip("|")) if mentioned else ""


def address(word: str, *, example: str) -> str:
    """Return the address in a word, which Slack may have made a link of: ``<mailto:a@b.example|a@b.example>``.

    Raises:
        Misunderstood: It is none.
    """
    linked = re.fullmatch(r"<mailto:([^|>]+)(\|[^>]*)?>", word)
    try:
        return addresses.parsed(linked[1] if linked else word.strip("<>,;"))
    except addresses.AddressMalformed:
        raise Misunderstood(
            say("The first word must be an e-mail address. For example `/plixo {example}`.", example=example)
        ) from None


def domain(word: str) -> str | None:
    """Return the domain in a word such as ``@acme.example``, which Slack may have made a link; else None."""
    plain = _LINKED.sub(r"\1", word).strip("<>,;")
    return plain if plain.startswith("@") and len(plain) > 1 and "." in plain else None


def _id(part: Any, name: str = "id") -> str:
    return str(part.get(name, "")) if isinstance(part, dict) else ""
