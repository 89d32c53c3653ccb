"""Badges: whatever Slack shows says that it is a rehearsal, while payments or mails are not real."""

from dataclasses import replace

from bot import blocks, modals, surfaces
from bot.blocks import Message
from bot.modals import Modal
from bot.surfaces import Home
from domain.kernel.core import Core
from domain.kernel.speech import say


def sentence(core: Core) -> str:
    """Return what is not real at the moment; empty where all is."""
    match core.limits.test_payments, core.limits.test_mail:
        case True, True:
            return say("*Test mode*: no money moves, and no mail reaches a customer.")
        case True, False:
            return say("*Test mode*: no money moves, but mails do reach customers.")
        case False, True:
            return say("*Test mode*: no mail reaches a customer, but money does move.")
    return ""


def message(core: Core, shown: Message) -> Message:
    """Return the message with the badge in its small print."""
    badge = sentence(core)
    return blocks.with_small_print(shown, badge) if badge else shown


def window(core: Core, shown: Modal) -> Modal:
    """Return the window with the badge below all that it asks or says."""
    badge = sentence(core)
    if not badge or len(shown.blocks) >= modals.MOST_BLOCKS:
        return shown
    return replace(shown, blocks=(*shown.blocks, blocks.context(badge)))


def home(core: Core, shown: Home) -> Home:
    """Return the Home with the badge on top."""
    badge = sentence(core)
    if not badge or len(shown.blocks) >= surfaces.MOST_BLOCKS:
        return shown
    return replace(shown, blocks=(blocks.context(badge), *shown.blocks))
