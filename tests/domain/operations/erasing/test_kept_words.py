"""A person's words go wherever they are kept within JSON: in sentences with their values, and after a line's end."""

import json
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.operations.erasing.left import left_of
from tests.domain.operations.erasing.test_erasing import erased
from tests.domain.operations.test_privacy import ZORA

QUOTED = 'Zora "Zo" Quill'


async def a_line(core: Core, account: UUID, fact: dict[str, object]) -> None:
    """Put a line on the timeline."""
    await core.database.execute(
        "INSERT INTO timeline_entry (kind, actor, account_id, request_id, at, fact)"
        " VALUES ('hold.placed', 'Anna', %s, 'r', now(), %s)",
        (account, json.dumps({"kind": "hold.placed", **fact})),
    )


async def a_hold(core: Core, account: UUID, reason: str) -> None:
    """Keep a reason in a column of text."""
    await core.database.execute(
        "INSERT INTO hold (id, account_id, kind, reason, state, made_by, created_at)"
        " VALUES (%s, %s, 'pause', %s, 'lifted', 'Anna', now())",
        (uuid4(), account, sentences.as_text(reason)),
    )


@pytest.mark.parametrize("words", [f"as she said:\n{ZORA}\r\n\tZora\nQuill", ZORA, QUOTED, f"{QUOTED}\nof Acme"])
async def test_words_go_out_of_kept_sentences_and_of_lines(core: Core, words: str) -> None:
    account = await an_account(core)
    zora = await a_contact(core, account, ZORA)
    name = QUOTED if QUOTED in words else "Zora Quill"
    await core.database.execute("UPDATE contact SET name = %s WHERE id = %s", (name, zora.id))
    kept = say("{who} asked for it: {words}", who="Anna", words=words)
    await a_hold(core, account.id, kept)
    await a_line(core, account.id, {"reason": sentences.packed(kept), "note": words})

    await erased(core)

    assert await left_of(core, ZORA) == []
    assert await left_of(core, "quill") == []
    row = await core.database.row("SELECT reason FROM hold")
    assert row is not None
    assert sentences.said(row["reason"]).startswith("Anna asked for it: ")
    assert "erased contact #1" in sentences.said(row["reason"])


async def test_what_a_payer_said_goes_and_the_sums_in_it_stay_readable(core: Core) -> None:
    account = await an_account(core)
    zora = await a_contact(core, account, ZORA)
    kept = say("{amount}, {rate}, {day}: {words}", amount=Money(5, "EUR"), rate=Decimal("12.345"),
               day=date(2026, 3, 1), words="she is ill")  # fmt: skip
    await a_line(core, account.id, {"actor_id": str(zora.id), "reason": sentences.packed(kept)})

    await erased(core)

    row = await core.database.row("SELECT fact FROM timeline_entry WHERE kind = 'hold.placed'")
    assert row is not None
    assert "she is ill" not in json.dumps(row["fact"])
    assert sentences.unpacked(row["fact"]["reason"]) == "erased contact #1"  # its words, not its sum
    assert row["fact"]["reason"]["with"]["amount"] == {"minor": 5, "currency": "EUR"}


async def test_a_telephone_number_that_is_a_figure_elsewhere_breaks_nothing(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account, ZORA)
    await an_invoice(core, account=account)
    kept = say("{amount} of it, says {who}, {rate}", amount=Money(4930123456, "EUR"), who="4930123456",
               rate=Decimal(4930123456))  # fmt: skip
    await a_hold(core, account.id, kept)
    await core.database.execute("UPDATE mailing SET drafted_as = '{\"minor\": 4930123456}'")

    await erased(core, ZORA, "4930123456")

    row = await core.database.row("SELECT reason FROM hold")
    assert row is not None
    assert sentences.said(row["reason"]) == "49,301,234.56 EUR of it, says erased contact #1, 4,930,123,456"
