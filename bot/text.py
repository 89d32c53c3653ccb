"""Text for Slack: the one place where text is escaped, addresses are masked, sums and dates are written.

Names, mail and file names come from strangers. Whatever is not a literal of ours passes ``foreign`` (inside
formatted text), ``plain`` (inside elements that know no formatting) or ``said`` (whole sentences that may quote).
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime

from bot import times
from domain.kernel import addresses, speech
from domain.kernel.actor import SHELL
from domain.kernel.money import Money, digits
from domain.kernel.speech import counted, say, say_as

NAME = 80
"""Characters of a name that are shown."""

SENTENCE = 600
"""Characters of one sentence that are shown; five times as many once every one of them is escaped."""

AMBIGUOUS_PLACES = 3
"""Decimals that may be taken for thousands."""

NOTHING = "—"
"""Shown for a text in which nothing is visible; Slack refuses empty ones."""

_CODE_BLOCK = re.compile("`{2,}")
_ADDRESS = re.compile(r"[^\s@<>,;:\"'()\[\]|]{1,254}@[^\s@<>,;:\"'()\[\]|]{1,254}")
_ACCOUNT = re.compile(r"[UW][A-Z0-9]{2,30}", re.ASCII)
_KEPT_MARKS = "\u200c\u200d"
"""Joiners that Persian, Indic scripts and emoji need; all other invisible marks only serve to deceive."""
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def escape(text: str) -> str:
    """Return *text* so that Slack reads no mention, channel or link in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def foreign(text: str, *, limit: int = NAME) -> str:
    """Return a stranger's text for use inside our formatted text."""
    return escape(_isolated(_shortened(_clean(text, limit), limit)).replace("`", "ʼ")) or NOTHING


def who(name: str, *, limit: int = 40) -> str:
    """Return the name of who did something; the shell's is said in the reader's language, a person's stays."""
    return foreign(say(name) if name == SHELL.name else name, limit=limit)


def plain(text: str, *, limit: int = NAME) -> str:
    """Return a stranger's text for a ``plain_text`` element."""
    return _isolated(_shortened(_clean(text, limit), limit)) or NOTHING


def said(sentence: str, *, limit: int = SENTENCE) -> str:
    """Return a sentence of the product, which may quote strangers, for formatted text."""
    return times.shown(escape(_CODE_BLOCK.sub("ʼ", _shortened(_clean(sentence, limit), limit)))) or NOTHING


def quoted(body: str, *, most: int = 24, limit: int = 160) -> str:
    """Return the first lines of a letter as Slack shows a quotation, with how many more there are."""
    lines = [line for line in body.splitlines() if line.strip()]
    shown = [f"> {foreign(line, limit=limit)}" for line in lines[:most]]
    if len(lines) > most:
        left = len(lines) - most
        shown.append(f"> {counted('… +{n} more line', '… +{n} more lines', left)}")
    return "\n".join(shown) or f"> {NOTHING}"


def moment(at: datetime) -> str:
    """Return a moment that Slack shows in each reader's own time zone."""
    return times.moment(at)


def day(on: date) -> str:
    """Return a calendar day as the reader writes it."""
    return speech.day(on)


def figure(amount: Money) -> str:
    """Return a sum as its reader types it into a field, with the mark for decimals as the only one.

    Nothing where that could be read in two ways: of dinars ``1.250`` may be one, or more than a thousand.
    """
    places = digits(amount.currency)
    if places == AMBIGUOUS_PLACES and abs(amount.decimal) < 10**AMBIGUOUS_PLACES:
        return ""
    return speech.decimal(amount.decimal, places=places, grouped=False)


def overdue(days: int) -> str:
    """Return how a due date stands to today."""
    if days > 0:
        return counted("{n} day overdue", "{n} days overdue", days)
    if days == 0:
        return say("due today")
    return counted("due in {n} day", "due in {n} days", -days)


def mention(slack_id: str) -> str:
    """Return a mention of a person, as each reader knows them; nothing for what is no Slack account."""
    return f"<@{slack_id}> " if _ACCOUNT.fullmatch(slack_id) else ""


def usually(days: int) -> str:
    """Return how long after the due date a customer usually pays."""
    if days == 0:
        return say("usually pays on the due day")
    if days > 0:
        return counted("usually pays {n} day late", "usually pays {n} days late", days)
    return counted("usually pays {n} day early", "usually pays {n} days early", -days)


def listed(items: Sequence[str], *, total: int | None = None, most: int = 10, empty: str = "") -> str:
    """Return the items on lines of their own, with ``… +12 more`` for those that are not shown."""
    shown = list(items[:most])
    more = (len(items) if total is None else total) - len(shown)
    if more > 0:
        shown.append(say("… +{count} more", count=more))
    return "\n".join(shown) or empty or say_as("a list", "none")


def _clean(text: str, limit: int) -> str:
    """Drop what is invisible, make every white space one blank, mask addresses; read no more than may be shown.

    What was said to somebody else, such as whoever an import was read for, is said to the reader of now.
    """
    text = speech.again(text)
    visible = "".join(
        " " if character.isspace() or category == "Cc" else character
        for character in text[: max(2_000, 4 * limit)]
        if (category := unicodedata.category(character)) not in {"Cf", "Cs", "Co"} or character in _KEPT_MARKS
    )
    return _ADDRESS.sub(lambda match: addresses.masked(match[0]), " ".join(visible.split()))


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _isolated(text: str) -> str:
    """Keep a right-to-left name from turning around what stands behind it."""
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text
