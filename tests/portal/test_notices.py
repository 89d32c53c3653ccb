"""The invoice page says what is on file beside payments, what happens next, and offers only what makes sense."""

from datetime import timedelta
from uuid import uuid4

from domain.casework import dispute_questions, questions
from domain.casework.models import Question
from domain.commitments import dispute_endings, dispute_queries, plans
from domain.commitments.dispute_endings import Outcome
from domain.commitments.models import Dispute
from domain.commitments.terms import Frequency, Schedule
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Account
from tests.clocks import StandingClock
from tests.portal.browsers import Browser
from tests.portal.forms_sent import send
from tests.portal.payers import a_payer

PLAN = {"first": "2026-04-01", "count": "3", "frequency": "monthly", "reason": "season"}


async def test_a_request_for_a_plan_is_shown_with_reference_and_what_happens_next(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await send(browser, "/i/plan", go="send", **PLAN)

    page = await browser.get("/i")

    assert page.banner == "Plan submitted"
    for words in ("Reference P-", "in 3 instalments", "answers by e-mail", "See the payment plan"):
        assert words in page.text
    assert page.text.count('class="main"') == 1


async def test_an_offer_asks_for_an_answer_and_an_agreed_plan_says_so(
    core: Core, browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser)
    await send(browser, "/i/plan", go="send", **PLAN)
    first = clock.now().date() + timedelta(days=20)
    offer = Schedule(first, 2, Frequency.MONTHLY)
    await plans.counter(core, invoice_number="INV-1042", wanted=offer, actor=SHELL)
    countered = await browser.get("/i")
    await plans.reject(core, invoice_number="INV-1042", reason="The sum is too small.", actor=SHELL)

    rejected = await browser.get("/i")

    assert countered.banner == "We offer you other instalments"
    assert rejected.banner == "The plan was not agreed to"
    assert "The sum is too small." in rejected.text


async def test_an_objection_is_received_then_decided(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    form = {"code": "wrong_tax", "how": "part", "amount": "25", "description": "7 %"}
    await send(browser, "/i/dispute?code=wrong_tax", **form)
    received = await browser.get("/i")
    dispute = await Dispute.get()
    await dispute_endings.resolve(
        core, dispute_id=dispute.id, outcome=Outcome.REJECTED, note="7 % do not apply <here>.", actor=SHELL
    )

    decided = await browser.get("/i")

    assert received.banner == "Objection received"
    assert "Reference D-" in received.text
    assert "Pay 100,00" in received.text
    assert decided.banner == "Your objection was decided"
    assert "7 % do not apply &lt;here&gt;." in decided.text


async def test_what_we_ask_about_an_objection_is_read_and_answered_on_the_page_by_whom_it_was_asked(
    core: Core, browser: Browser
) -> None:
    await a_payer(core, browser)
    form = {"code": "wrong_tax", "how": "part", "amount": "25", "description": "7 %"}
    await send(browser, "/i/dispute?code=wrong_tax", **form)
    dispute = await Dispute.get()
    await dispute_questions.ask(core, dispute_id=dispute.id, text="Which <rate> is yours?", actor=SHELL)
    asked = await browser.get("/i")
    answering = await browser.get("/i/question")
    (view,) = await dispute_queries.of_invoice(core, invoice_id=dispute.invoice_id)

    await send(browser, "/i/question", text="7 %, as in our order")
    entry = await core.database.row("SELECT max(id) AS id FROM timeline_entry WHERE kind = 'question.asked'")
    assert entry is not None
    await dispute_questions.hear(core, entry_id=entry["id"])

    answered = await browser.get("/i")
    assert asked.banner == "We have a question for you"
    for words in ("Which &lt;rate&gt; is yours?", "Your objection waits for your answer.", "Reference D-", ">Answer<"):
        assert words in asked.text
    for words in ("Which &lt;rate&gt; is yours?", "Send the answer", "25.00"):
        assert words in answering.text.replace("25,00", "25.00")
    assert view.asked is not None
    assert view.asked_of(view.asked.contact_id) is not None
    assert view.asked_of(uuid4()) is None, "a colleague did not get the mail either"
    assert "Which &lt;rate&gt;" not in answered.text


async def test_a_promise_and_a_question_stand_beside_each_other_the_waiting_one_first(
    core: Core, browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser)
    day = (clock.now().date() + timedelta(days=4)).isoformat()
    await send(browser, "/i/promise", how="whole", on=day)
    await send(browser, "/i/question", text="Which order?")

    page = await browser.get("/i")
    await questions.answer(core, question_id=(await Question.get()).id, text="4711", actor=SHELL)
    answered = await browser.get("/i")

    assert page.text.index("Question received") < page.text.index("Noted: you will pay")
    assert "Your question was answered" in answered.text


async def test_the_ways_beside_paying_are_those_that_make_sense(core: Core, browser: Browser) -> None:
    payer = await a_payer(core, browser)
    owing = (await browser.get("/i")).text
    invoice = await payer.invoice()
    await type(invoice).filter(id=invoice.id).update(state="settled", open_minor=0, settled_on=invoice.due_on)

    settled = (await browser.get("/i")).text

    for way in ("/plan", "/dispute", "/promise", "/question"):
        assert f"i{way}" in owing
    for way in ("/plan", "/dispute", "/promise"):
        assert f'i{way}"' not in settled
    assert 'i/question"' in settled


async def test_notices_are_in_the_readers_language(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await Account.all().update(locale="fr_FR")
    await send(browser, "/i/plan", go="send", **PLAN)

    page = await browser.get("/i")

    assert page.banner == "Demande d’échéancier envoyée"
    assert "1 avril 2026" in page.text
