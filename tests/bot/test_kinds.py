"""Kinds of news: whatever operators are told of has a name that is translated."""

from bot.views.kinds import NAMES
from domain.kernel.notices import operators
from plixo.wiring import NOTICES


def test_every_event_of_which_operators_are_told_has_a_name_in_plain_words() -> None:
    told = {event.kind for event, notices in NOTICES.items() if operators().job in {each.job for each in notices}}

    assert sorted(told - NAMES.keys()) == []


def test_no_name_is_of_an_event_that_there_is_not() -> None:
    assert sorted(NAMES.keys() - {event.kind for event in NOTICES}) == []
