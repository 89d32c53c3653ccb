"""The demo's sample ledger: what a fresh start finds there."""

from domain.kernel.core import Core
from plixo import demo

PAPERS = """
    SELECT count(*) FILTER (WHERE i.state = 'open') AS open, count(p.invoice_id) AS papers,
        count(p.invoice_id) FILTER (WHERE i.state <> 'open') AS of_others, max(p.added_at) AS latest
    FROM invoice i LEFT JOIN invoice_paper p ON p.invoice_id = i.id
"""


async def test_each_open_sample_invoice_has_a_pdf_and_a_second_start_prints_none_again(core: Core) -> None:
    await demo.fill(core)
    first = await core.database.row(PAPERS)

    await demo.fill(core)
    again = await core.database.row(PAPERS)

    assert first is not None
    assert (first["papers"], first["of_others"]) == (first["open"], 0)
    assert first["papers"] > 100
    assert again == first
