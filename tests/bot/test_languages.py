"""Languages: every view fits into Slack's limits in each of them, and says no English among other words."""

import re
from inspect import unwrap
from typing import Any

import pytest

from bot import blocks, modals, surfaces
from domain.kernel import speech
from domain.kernel.speech import Reader
from sandbox.slack_mrkdwn import EMOJI
from tests.bot.homes_made import every_home
from tests.bot.test_views import texts
from tests.bot.views_made import every_view
from tests.bot.windows_made import every_window

OTHERS = [each for each in speech.LANGUAGES if each != speech.ENGLISH]

_ENGLISH = re.compile(
    r"\b(the|of|is|are|were|with|and|nothing|nobody|until|since|which|from|this|that|waits?|your|you|not|yet|more|"
    r"days?|open|overdue|invoices?|customers?|approve|reject)\b",
    re.IGNORECASE,
)
"""Words that none of the other languages has."""

_TYPED = re.compile(r"`[^`]*`|<!date[^>]*>|\S+@\S+|\S*/\S*|^ +_.*_$")
"""What is typed as it stands, or an address: commands, their examples, moments."""

_HANDED_IN = re.compile(
    r"There is no invoice|In which order\?|Which column\?|\d+ to \d+ days past due|Write it as the others|"
    r"Look at the endpoint|no checkout of ours|payment of [\d.]+ EUR for|is now Legal|^until:|waits until Monday|"
    r"the same e-mail domain|only \d+ of \d+ open invoices of|A mail came from|plixo mail show \S+"
)
"""What the made views are handed in as said already, or as somebody else's words."""


def said(language: str) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Return everything that is shown in a language, with what is wrong with it."""
    with speech.spoken_to(Reader(language, language)):
        views = {
            name: ([each.text, each.blocks], blocks.problems(each)) for name, each in unwrap(every_view)("Ακμή").items()
        }
        windows = {name: (each.view(), modals.problems(each)) for name, each in unwrap(every_window)("Ακμή").items()}
        homes = {name: (each.view(), surfaces.problems(each)) for name, each in unwrap(every_home)("Ακμή").items()}
    return {**views, **{f"window {k}": v for k, v in windows.items()}, **{f"home {k}": v for k, v in homes.items()}}


@pytest.mark.parametrize("language", OTHERS)
def test_every_view_keeps_slacks_limits_in_every_language(language: str) -> None:
    assert {name: wrong for name, (_, wrong) in said(language).items() if wrong} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_no_view_says_english_among_another_languages_words(language: str) -> None:
    left = {
        f"{name}: {line[:200]}"
        for name, (shown, _) in said(language).items()
        for text in texts(shown)
        for line in text.split("\n")
        if _ENGLISH.search(_HANDED_IN.sub("", _TYPED.sub("", line)))
    }

    assert left == set()


def test_the_sandbox_draws_every_emoji_that_a_view_names() -> None:
    named = {
        each
        for shown, _ in said(speech.ENGLISH).values()
        for text in texts(shown)
        for each in re.findall(r"(?<![\w:]):([a-z][a-z0-9_]+):(?![\w:])", text)
    }

    assert named - set(EMOJI) == set()
    assert "white_check_mark" in named
