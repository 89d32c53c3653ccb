"""Windows: within Slack's limits whatever they show, deaf to what strangers write, every form's submission routed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import blocks, ids, inputs, modals, nouns
from bot.modals import Modal
from tests.bot.test_views import HOSTILE, formatted, texts, without_dates
from tests.bot.windows_made import every_window

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", every_window())
def test_a_window_looks_as_it_did(name: str) -> None:
    file = GOLDEN / f"window-{name.replace(' ', '-')}.json"
    shown = json.dumps(every_window()[name].view(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("PLIXO_WRITE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8"), "look at it, then write it anew with PLIXO_WRITE_GOLDEN=1"


@pytest.mark.parametrize("name", every_window())
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_strangers_text_breaks_a_windows_limit_or_is_obeyed(name: str, hostile: str) -> None:
    modal = every_window(HOSTILE[hostile])[name]

    assert modals.problems(modal) == ()
    for text in formatted(modal.blocks):
        assert "<" not in without_dates(text), "an angle bracket is a mention or a link"
    for text in texts(modal.blocks):
        assert not set(text) & set("\u202e\u202d\u2066\u200f\u200b\ufeff\x00\x1b")


@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=10_000))
def test_any_text_fits_into_every_window(text: str) -> None:
    for name, modal in every_window(text).items():
        assert modals.problems(modal) == (), name


@pytest.mark.parametrize("name", every_window())
def test_every_form_and_button_of_a_window_is_routed_and_carries_what_its_route_needs(name: str) -> None:
    modal = every_window()[name]

    if modal.form is not None:
        subject = modal.subject.model_dump(exclude_none=True)
        assert subject.keys() >= set(nouns.FORMS[modal.form].carries)
    for element in elements(modal.blocks):
        if element["type"] == "button":
            assert element["action_id"] in nouns.BUTTONS
        if element["type"] == "external_select":
            assert element["action_id"] in nouns.SEARCHES


def test_every_form_and_choice_has_a_route() -> None:
    assert set(nouns.FORMS) == set(ids.FormId)
    assert set(nouns.SEARCHES) == set(ids.ChoiceId)


def test_every_form_is_shown_by_some_window() -> None:
    assert {each.form for each in every_window().values() if each.form} == set(ids.FormId)


@pytest.mark.parametrize(
    ("modal", "problem"),
    [
        (Modal("x" * 25, (blocks.divider(),)), "title"),
        (Modal("x", ()), "number of blocks"),
        (Modal("x", (blocks.divider(),) * 101), "number of blocks"),
        (Modal("x", (inputs.text("a", "A"),)), "a field in no form"),
        (Modal("x", (inputs.text("a", "A"), inputs.day("a", "B")), form=ids.FormId.ANSWER_QUESTION), "twice"),
    ],
)
def test_the_check_of_windows_finds_what_slack_would_refuse(modal: Modal, problem: str) -> None:
    assert problem in " ".join(modals.problems(modal))


def elements(part: Any) -> list[dict[str, Any]]:
    """Return every element in blocks that somebody can use."""
    if isinstance(part, dict):
        own = [part] if "action_id" in part else []
        return own + [each for value in part.values() for each in elements(value)]
    if isinstance(part, (list, tuple)):
        return [each for item in part for each in elements(item)]
    return []
