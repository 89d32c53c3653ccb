"""What an erasure costs grows with what is stored, page by page, and not row by row."""

from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations.erasing import asking, subjects, working
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.operations.erasing.left import left_of
from tests.domain.operations.test_privacy import ZORA
from tests.domain.outreach.mails_made import a_reminder

MAILS = 10_000

_COPIES = """
    INSERT INTO mailing SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'unique_key',
        'copy:' || n, 'message_id', '<copy-' || n || '@x.example>'))).* FROM mailing m, generate_series(1, %s) n
"""

_LINES = """
    INSERT INTO timeline_entry (kind, invoice_id, account_id, actor, request_id, at, fact)
    SELECT 'bounce.counted', %s, %s, 'Plixo', 'r', now(), jsonb_build_object('address', 'z…@acme.example', 'n', n)
    FROM generate_series(1, %s) n
"""


async def test_ten_thousand_mails_are_erased_by_some_hundred_statements(core: Core) -> None:
    account = await an_account(core)
    zora = await a_contact(core, account, ZORA)
    invoice = await an_invoice(core, account=account)
    await a_reminder(core, invoice, contact=zora, state="sent")
    await core.database.execute(_COPIES, (MAILS - 1,))
    await core.database.execute(_LINES, (invoice.id, account.id, MAILS))
    before = await _transactions(core)

    event = await asking.erase(
        core, subject=await subjects.contact(core, whom=ZORA), reason="asked by letter", actor=SHELL
    )
    await working.erase(core, event.erasure_id)
    took = await _transactions(core) - before

    assert took < MAILS / 10
    assert await Mailing.filter(address_key="erased-1@erased.invalid").count() == MAILS
    assert await left_of(core, "z…@acme.example") == []
    assert await left_of(core, ZORA) == []
    assert (await _counts(core))["mailing"] == MAILS


async def _transactions(core: Core) -> int:
    await core.database.execute("SELECT pg_stat_force_next_flush()")
    row = await core.database.row("SELECT xact_commit AS n FROM pg_stat_database WHERE datname = current_database()")
    assert row is not None
    return int(row["n"])


async def _counts(core: Core) -> dict[str, int]:
    row = await core.database.row("SELECT fact->'counts' AS counts FROM timeline_entry WHERE kind = 'erasure.done'")
    assert row is not None
    counts: dict[str, int] = row["counts"]
    return counts
