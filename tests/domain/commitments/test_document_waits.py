"""A file about which no verdict comes is told once, is tried again for as long as it may be wanted, and shows why."""

import asyncio
from datetime import timedelta

import pytest

from domain.commitments import dispute_queries, document_checks, document_waits, documents
from domain.commitments.dispute_refusals import DocumentWaits
from domain.commitments.document_waits import KEPT_ON, LATE
from domain.commitments.documents import Upload
from domain.commitments.models import Document
from domain.commitments.states import DocumentState
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.ports import CheckUnavailable
from plixo import wiring
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.disputes_filed import euros
from tests.domain.commitments.test_documents import PDF, Says, filed

AWAY = Says(CheckUnavailable("ConnectionRefusedError"))


@pytest.fixture(autouse=True)
async def invoice(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))


async def told(core: Core) -> list[dict[str, object]]:
    rows = await core.database.rows("SELECT fact FROM timeline_entry WHERE kind = 'document.unexamined' ORDER BY id")
    return [row["fact"] for row in rows]


async def waiting_jobs(core: Core) -> int:
    row = await core.database.row(
        "SELECT count(*) AS jobs FROM procrastinate_jobs WHERE task_name = 'examine_document' AND status = 'todo'"
    )
    return int(row["jobs"]) if row else 0


async def test_a_file_without_a_verdict_is_told_once_with_its_invoice_and_not_before_its_time(
    core: Core, clock: StandingClock
) -> None:
    await filed(core, Upload("order.pdf", PDF))

    clock.advance(seconds=LATE.total_seconds() - 1)
    early = await document_waits.watch(core)
    clock.advance(seconds=1)
    first = await document_waits.watch(core)
    again = await document_waits.watch(core)

    assert (early, first, again) == (0, 1, 0)
    [fact] = await told(core)
    assert (fact["name"], fact["invoice_number"]) == ("order.pdf", "INV-1")


async def test_what_is_told_reaches_the_operators(core: Core, clock: StandingClock) -> None:
    await filed(core, Upload("order.pdf", PDF))
    clock.advance(hours=2)

    await document_waits.watch(core)

    rows = await core.database.rows(
        "SELECT j.args FROM procrastinate_jobs j JOIN timeline_entry t ON t.id = (j.args->>'entry_id')::bigint"
        " WHERE j.task_name = 'tell_operators' AND t.kind = 'document.unexamined'"
    )
    assert len(rows) == 1


async def test_an_examination_goes_on_being_tried_and_ends_the_wait(core: Core, clock: StandingClock) -> None:
    dispute = await filed(core, Upload("order.pdf", PDF))
    document = (await Document.get()).id
    for _ in range(100):
        with pytest.raises(TryLater):
            await document_checks.examine(core, document_id=str(document), check=AWAY)
    clock.advance(hours=2)
    await document_waits.watch(core)
    [line] = (await dispute_queries.dispute(core, dispute_id=dispute)).documents
    with pytest.raises(DocumentWaits):
        await documents.content(core, document_id=document)

    await document_checks.examine(core, document_id=str(document), check=Says(None))
    [freed] = (await dispute_queries.dispute(core, dispute_id=dispute)).documents

    assert (line.state, line.state.standing) == (DocumentState.WAITING, "being examined")
    assert (freed.state, freed.state.standing) == (DocumentState.FREE, "")
    assert await document_waits.watch(core) == 0


async def test_a_file_whose_job_is_gone_is_examined_all_the_same(core: Core, clock: StandingClock) -> None:
    await filed(core, Upload("order.pdf", PDF))
    await core.database.execute("DELETE FROM procrastinate_jobs")
    core.jobs.bind({kind.name: wiring.nothing for kind in wiring.JOBS} | wiring.domain_functions(core))
    clock.advance(hours=2)

    await document_waits.watch(core)
    await core.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)

    assert (await Document.get()).state == "free"


async def test_a_file_whose_job_waits_gets_no_second_one(core: Core, clock: StandingClock) -> None:
    await filed(core, Upload("a.pdf", PDF), Upload("b.pdf", PDF + b"2"))
    clock.advance(hours=2)

    await document_waits.watch(core)
    await document_waits.watch(core)

    assert await waiting_jobs(core) == 2


async def test_a_file_that_nobody_wants_any_more_is_not_tried_for_ever(core: Core, clock: StandingClock) -> None:
    await filed(core, Upload("order.pdf", PDF))
    await core.database.execute("DELETE FROM procrastinate_jobs")
    clock.advance(seconds=(KEPT_ON + timedelta(days=1)).total_seconds())

    assert await document_waits.watch(core) == 1
    assert await waiting_jobs(core) == 0


async def test_files_that_wait_are_told_page_by_page_and_found_by_their_index(core: Core, clock: StandingClock) -> None:
    dispute = await filed(core, Upload("order.pdf", PDF))
    await core.database.execute(
        "INSERT INTO document (id, dispute_id, kind, name, content_type, size_bytes, sha256, state, created_at)"
        " SELECT gen_random_uuid(), %s, 'other', 'f' || n, 'application/pdf', 1, decode(md5(n::text), 'hex'),"
        " 'waiting', %s FROM generate_series(1, %s) n",
        (dispute, core.clock.now(), document_waits.PAGE),
    )
    clock.advance(hours=2)

    counts = [await document_waits.watch(core) for _ in range(3)]
    async with core.transaction() as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")
        rows = await tx.rows(
            f"EXPLAIN {document_waits._WAITING}",
            {"late": core.clock.now() - LATE, "oldest": core.clock.now() - KEPT_ON, "page": 9},
        )

    assert counts == [document_waits.PAGE, 1, 0]
    assert "document_waiting" in str(rows)


async def test_a_file_that_waits_in_a_call_for_help_is_told_without_an_invoice(
    core: Core, clock: StandingClock
) -> None:
    await filed(core, Upload("order.pdf", PDF))
    await core.database.execute(
        "INSERT INTO support_request (id, text, request_id, reply_to, digest, made_by, source, state, created_at)"
        " VALUES (gen_random_uuid(), 'help', '', '', '', 'somebody', 'portal', 'open', %s)",
        (core.clock.now(),),
    )
    await core.database.execute(
        "UPDATE document SET dispute_id = NULL, support_request_id = (SELECT id FROM support_request)"
    )
    clock.advance(hours=2)

    assert await document_waits.watch(core) == 1
    assert (await told(core))[0]["invoice_number"] is None
