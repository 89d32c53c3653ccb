"""`plixo cash …` as a process of its own: the card of a bank line, and the decisions about it."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from domain.cash_application import posting
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from domain.operations import short_ids
from tests.builders import an_invoice
from tests.domain.cash_application.lines import a_bank_line

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(600)  # each command starts a process, which takes a while on a busy machine


async def plixo(database: str, folder: Path, *words: str) -> tuple[int, str, str]:
    """Run the command line and return exit code, output and errors."""
    environment = {**os.environ, "PLIXO_DATABASE_URL": database, "PLIXO_DATA_DIR": str(folder / "data")}
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom plixo.cli import app; app()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", code, *words, env=environment, cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await process.communicate()
    return process.returncode or 0, out.decode(), errors.decode()


async def test_a_card_is_printed_and_a_proposal_is_taken(core: Core, empty_database: str, tmp_path: Path) -> None:
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "INV-1042", Money(12133, "EUR"), payer="Acme Ltd")
    await posting.apply_cash(core)
    short = short_ids.short(line.id)

    _, card, _ = await plixo(empty_database, tmp_path, "cash", "show", short, "--json")
    code, posted, _ = await plixo(empty_database, tmp_path, "cash", "post", short)

    told = json.loads(card)
    assert (told["line"]["confidence"], told["line"]["invoices"]) == (60, ["INV-1042"])
    assert told["ways"][0]["reasons"] == ["names INV-1042", "3.67 EUR less than is open"]
    assert (code, "Bank line posted: 121.33 EUR" in posted) == (0, True)
    assert (await Invoice.get()).open_minor == 367


async def test_a_second_decision_is_refused_with_exit_code_one(core: Core, empty_database: str, tmp_path: Path) -> None:
    line = await a_bank_line(core, "interest")
    words = ("cash", "ignore", str(line.id), "--reason", "interest")
    await plixo(empty_database, tmp_path, *words)

    code, _, errors = await plixo(empty_database, tmp_path, *words)

    assert (code, "ignored already" in errors) == (1, True)
