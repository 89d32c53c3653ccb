"""Whatever the domain declines, a payer reads it in the payer's language, and never a sentence meant for operators."""

import ast
import importlib
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from domain.kernel.core import Core
from domain.kernel.refusals import MoveRefused, Refusal
from domain.ledger.refusals import CreditNotFound
from domain.pay_links.refusals import PaymentUnderWay
from portal import refusal_texts
from portal.texts import LANGUAGES, Texts
from tests.portal.browsers import Browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.payers import a_payer

CALLED = (
    "domain.pay_links.orders", "domain.pay_links.sessions", "domain.pay_links.links", "domain.pay_links.forwardings",
    "domain.commitments.plans", "domain.commitments.promises", "domain.commitments.disputes",
    "domain.commitments.parties", "domain.casework.questions",
)  # fmt: skip
"""Where the verbs are that the pages call."""

OPERATORS_ONLY = {
    "ContactNotFound", "DisputeNotFound", "ForwardingDecided", "ForwardingNotFound", "ForwardingOld", "QuestionEnded",
    "QuestionNotFound", "WordsMissing",
}  # fmt: skip
"""Raised there by verbs that no page calls."""


def raised(module: str) -> set[str]:
    """Return the names of the refusals that a module raises."""
    loaded = importlib.import_module(module)
    assert loaded.__file__
    names = set()
    for node in ast.walk(ast.parse(Path(loaded.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and node.exc is not None:
            called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(called, ast.Name) and isinstance(kind := getattr(loaded, called.id, None), type):
                names |= {called.id} if issubclass(kind, Refusal) else set()
    return names


@pytest.mark.parametrize("module", CALLED)
def test_every_refusal_that_a_page_may_meet_has_a_text(module: str) -> None:
    told = {kind.__name__ for kind in refusal_texts.TABLE}

    assert raised(module) - told - OPERATORS_ONLY == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_the_table_has_a_text_in_every_language(language: str) -> None:
    for key in {*refusal_texts.TABLE.values(), refusal_texts.GENERAL}:
        assert Texts(language)(key).endswith(".")


@pytest.mark.parametrize("no", [CreditNotFound(), Refusal("`/plixo stray` lists what waits for U02ANNA.")])
def test_what_nobody_thought_of_is_told_by_a_general_sentence(no: Refusal) -> None:
    assert refusal_texts.said(no, Texts("en")).startswith("This cannot be done at the moment. Nothing was changed.")


def test_the_sentence_is_in_the_payers_language() -> None:
    said = refusal_texts.said(PaymentUnderWay("INV-1"), Texts("de"))

    assert said == "Eine Zahlung für diese Rechnung wird gerade verarbeitet. Sie brauchen nichts weiter zu tun."


def test_states_and_steps_of_records_are_not_shown() -> None:
    assert "superseded" not in refusal_texts.said(MoveRefused("promise", "superseded", "replace"), Texts("en"))


async def test_a_second_payment_is_declined_in_the_payers_language(
    core: Core, server: TestServer, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.get("/i?language=fr")
    await browser.pay()
    gateway.debit(gateway.latest)
    token_page = await browser.get("/i")
    assert "/i/pay" in token_page.text
    from_before = token_page.text.split('name="token" value="')[1].split('"')[0]
    await browser.get("/i/return")

    answer = await browser.post("/i/pay", {"token": from_before})

    assert answer.status == 409
    assert "Un paiement est en cours pour cette facture." in answer.text
    assert "being processed" not in answer.text
