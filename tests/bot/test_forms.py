"""Forms: opened by a click, submitted, refused at their fields, and never closed over what was typed."""

import json
from typing import Any
from uuid import UUID

import pytest

from bot import actions, answering, ids, windows
from bot import app as bot_app
from bot.ids import Action, FormId
from bot.modals import Modal
from domain.casework import questions
from domain.kernel.core import Core
from tests.bot.conftest import ANNA, STRANGER, VERA, AtTheDoor
from tests.bot.fake_slack import FakeSlack, Fault
from tests.bot.test_questions import asked


async def opened(door: AtTheDoor, slack: FakeSlack, question_id: UUID, *, by: str = ANNA) -> dict[str, Any]:
    """Click Answer… and return the form that opens."""
    click = door.click(Action.ANSWER_QUESTION, ids.value(question=question_id), by=by)
    assert (await door.post(click))[0] == 200
    return await slack.window()


async def answer_of(core: Core, question_id: UUID) -> str:
    """Return what the payer was answered."""
    return (await questions.question(core, question_id=question_id)).answer


async def test_a_click_opens_a_form_with_what_was_asked_above_it(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    form = await opened(door, slack, await asked(core))

    assert form["callback_id"] == FormId.ANSWER_QUESTION
    assert "is &lt;this&gt; for?" in json.dumps(form["blocks"])


async def test_a_submission_does_it_and_says_so_in_the_same_window(
    door: AtTheDoor, core: Core, slack: FakeSlack
) -> None:
    question_id = await asked(core)
    form = await opened(door, slack, question_id)

    said = await door.submit(form, {"answer": "It is for order\n4711."})

    assert said["response_action"] == "update"
    assert "answered by mail" in json.dumps(said["view"])
    assert await answer_of(core, question_id) == "It is for order\n4711."


async def test_a_second_submission_is_refused_at_a_field_and_nothing_typed_is_lost(
    door: AtTheDoor, core: Core, slack: FakeSlack
) -> None:
    question_id = await asked(core)
    form = await opened(door, slack, question_id)
    await door.submit(form, {"answer": "one"})

    said = await door.submit(form, {"answer": "two"})

    assert said["response_action"] == "errors"
    assert "already" in said["errors"]["answer"]
    assert await answer_of(core, question_id) == "one"


@pytest.mark.parametrize("empty", ["", "  \n ", "\x00"])
async def test_an_empty_field_is_pointed_at(door: AtTheDoor, core: Core, slack: FakeSlack, empty: str) -> None:
    form = await opened(door, slack, await asked(core))

    said = await door.submit(form, {"answer": empty})

    assert said == {
        "response_action": "errors",
        "errors": {"answer": "What is the answer? The payer reads it."},
    }


@pytest.mark.parametrize("by", [VERA, STRANGER])
async def test_who_may_not_answer_is_refused_at_the_submission_whoever_opened_the_form(
    door: AtTheDoor, core: Core, slack: FakeSlack, by: str
) -> None:
    question_id = await asked(core)
    form = await opened(door, slack, question_id)

    said = await door.submit(form, {"answer": "ha"}, by=by)

    assert said["response_action"] == "errors"
    assert await answer_of(core, question_id) == ""


async def test_who_may_not_answer_gets_no_form_but_the_reason(door: AtTheDoor, core: Core) -> None:
    said = await door.press(Action.ANSWER_QUESTION, ids.value(question=await asked(core)), by=VERA)

    assert "This needs the right to work the queue" in said["text"]


async def test_a_form_that_cannot_be_opened_is_told(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    slack.fail("views.open", Fault(error="expired_trigger_id"))

    said = await door.press(Action.ANSWER_QUESTION, ids.value(question=await asked(core)))

    assert "did not show the form in time" in said["text"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(error="hash_conflict"), Fault(error="not_found"), Fault(error="invalid_blocks"), Fault(error="no_text"),
        Fault(status=429, error="ratelimited", retry_after=3), Fault(status=503), Fault(silent=True),
        Fault(text="<html>"),
    ],
)  # fmt: skip
async def test_what_cannot_be_put_into_a_window_is_said_in_words(
    door: AtTheDoor, core: Core, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(answering, "AT_ONCE_SECONDS", 0.0)
    slack.fail("views.update", fault)

    said = await door.press(Action.ANSWER_QUESTION, ids.value(question=await asked(core)))

    assert "did not show the form in time" in said["text"]


async def test_slow_work_is_shown_an_empty_window_and_then_its_form(
    door: AtTheDoor, core: Core, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "AT_ONCE_SECONDS", 0.0)

    first = await opened(door, slack, await asked(core))
    then = await slack.window()

    assert "One moment" in json.dumps(first, ensure_ascii=False)
    assert then["callback_id"] == FormId.ANSWER_QUESTION


@pytest.mark.parametrize("typed", ["account Nobody", "invoice INV-404", "link INV-404", "promise INV-404 5 on friday"])
async def test_a_slow_command_that_says_all_it_needs_is_answered_where_it_was_typed(
    door: AtTheDoor, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(answering, "AT_ONCE_SECONDS", 0.0)

    said = await door.say(typed)

    assert "There is no" in said["text"]
    assert slack.called("views.open") == []


async def test_a_slow_submission_says_one_moment_and_then_what_came_of_it(
    door: AtTheDoor, core: Core, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    question_id = await asked(core)
    form = await opened(door, slack, question_id)
    monkeypatch.setattr(bot_app, "SUBMIT_SECONDS", 0.0)

    said = await door.submit(form, {"answer": "It is for order 4711."})

    assert "One moment" in json.dumps(said, ensure_ascii=False)
    assert "answered by mail" in json.dumps(await slack.window())


async def test_a_slow_submission_that_is_wrong_says_that_nothing_was_done(
    door: AtTheDoor, core: Core, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await opened(door, slack, await asked(core))
    monkeypatch.setattr(bot_app, "SUBMIT_SECONDS", 0.0)

    await door.submit(form, {"answer": " "})

    assert "Nothing was done: What is the answer?" in json.dumps(await slack.window())


async def test_a_replayed_submission_does_nothing(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    question_id = await asked(core)
    form = await opened(door, slack, question_id)
    body = door.submission(form, {"answer": "one"})

    answers = [await door.post(body) for _ in range(2)]

    assert [status for status, _ in answers] == [200, 200]
    assert answers[1][1] == ""
    assert await answer_of(core, question_id) == "one"


async def test_a_click_in_a_window_is_answered_in_it(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    form = await opened(door, slack, await asked(core))
    action = {"type": "button", "action_id": Action.NEXT, "block_id": "b", "value": ids.value()}
    view = {**form, "id": "V1", "type": "modal"}

    await door.post(door.interaction("block_actions", view=view, actions=[action]))

    assert (await slack.window())["title"]["text"] == "Plixo"
    assert slack.called("views.update")[-1]["view_id"] == "V1"


async def test_a_click_in_app_home_is_answered_by_a_window(door: AtTheDoor, core: Core, slack: FakeSlack) -> None:
    action = {"type": "button", "action_id": Action.NEXT, "block_id": "b", "value": ids.value()}

    await door.post(door.interaction("block_actions", view={"id": "VHOME", "type": "home"}, actions=[action]))

    assert (await slack.window())["type"] == "modal"


@pytest.mark.parametrize(
    "view",
    [
        {"callback_id": "no.such.form", "private_metadata": "{}", "type": "modal"},
        {"callback_id": FormId.ANSWER_QUESTION.value, "private_metadata": "{}", "type": "modal"},
        {"callback_id": FormId.ANSWER_QUESTION.value, "private_metadata": '{"v":9}', "type": "modal"},
        {"callback_id": FormId.ANSWER_QUESTION.value, "private_metadata": "x", "type": "modal"},
    ],
)
async def test_a_form_of_another_version_is_told_to_be_out_of_date(door: AtTheDoor, view: dict[str, Any]) -> None:
    said = await door.submit(view, {"answer": "one"})

    assert "out of date" in json.dumps(said["view"])


@pytest.mark.parametrize(
    "state", [None, [], "x", {"values": []}, {"values": {"answer": []}}, {"values": {"answer": {"a": 1}}}]
)
async def test_values_of_any_shape_are_read_as_nothing(
    door: AtTheDoor, core: Core, slack: FakeSlack, state: Any
) -> None:
    form = await opened(door, slack, await asked(core))

    _, text = await door.post(door.interaction("view_submission", view={**form, "id": "V1", "state": state}))

    assert json.loads(text)["response_action"] == "errors"


async def test_a_search_of_choices_that_nobody_knows_offers_nothing(door: AtTheDoor) -> None:
    body = door.interaction("block_suggestion", action_id="no.such", block_id="b", value="a", view={"id": "V1"})

    assert json.loads((await door.post(body))[1]) == {"options": []}


async def test_a_form_that_breaks_a_limit_says_so_instead_of_showing_nothing() -> None:
    assert "cannot be shown here" in json.dumps(windows.shown(Modal("x" * 40, ())))


def test_what_concerns_the_whole_form_stands_at_its_first_field() -> None:
    assert actions.first_field({"blocks": [{"type": "section"}, {"type": "input", "block_id": "a"}]}) == "a"
    assert actions.first_field({}) is None
