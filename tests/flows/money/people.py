"""What people of the merchant do to the ledger in the money histories, and the files that they bring."""

import io

from domain.cash_application import bank_import, decisions, posting
from domain.cash_application.bank_layouts import BankFile
from domain.kernel.actor import SHELL
from domain.ledger import credits as ledger_credits
from domain.ledger import placing, write_offs
from domain.ledger.models import WriteOff
from domain.pay_links import links, strays
from tests.domain.ledger.csv_import.files import imported
from tests.domain.ledger.people import CARL, CORA, OPAL
from tests.flows.money.world import World, dollars

_STATEMENT = "Booking Date,Payer Name,Reference,Amount,Currency\n"


def _number(world: World, which: int) -> str:
    return world.wallets[which % len(world.wallets)].number


async def regenerate(world: World, which: int) -> None:
    """Somebody makes a new link; the old address stops."""
    await links.regenerate(world.core, invoice_number=_number(world, which), actor=OPAL)


async def ledger_file(world: World, which: int, percent: int) -> None:
    """The accounting system's file says that so much of an invoice is still open, and sometimes that the rest came."""
    number = _number(world, which)
    row = await world.core.database.row("SELECT total_minor, due_on FROM invoice WHERE number = %s", (number,))
    assert row is not None
    total, open_now = dollars(row["total_minor"]), dollars(row["total_minor"] * percent // 100)
    status = ("open", "partly paid" if open_now else "paid")[percent % 2]
    await imported(
        world.core,
        "Invoice Number,Customer,Due Date,Amount,Balance,Currency,Status\n"
        f"{number},{world.account.name},{row['due_on']},{total.decimal},{open_now.decimal},USD,{status}\n",
    )


async def bank_file(world: World, which: int, minor: int) -> None:
    """A statement comes with all lines so far and a new one, which names an invoice; 0: with no new one."""
    if minor:
        day = world.clock.now().date()
        text = f"{_number(world, which)} transfer {len(world.bank_lines) + 1}"
        world.bank_lines.append(f"{day},{world.account.name},{text},{dollars(minor).decimal},USD")
    content = _STATEMENT + "\n".join(world.bank_lines) + "\n"
    file = BankFile("bank.csv", stream=io.BytesIO(content.encode()), account="main")
    await bank_import.apply(world.core, file, actor=SHELL)


async def match_bank(world: World, _: int) -> None:
    """Bank lines are matched, and posted where that is sure."""
    await posting.apply_cash(world.core)


async def decide_bank_line(world: World, which: int) -> None:
    """A person puts a bank line that waits on an invoice."""
    row = await world.core.database.row(
        "SELECT id FROM bank_line WHERE state IN ('new', 'proposed') ORDER BY created_at, reference LIMIT 1"
    )
    if row is not None:
        await decisions.apply(
            world.core, line_id=row["id"], parts=[decisions.NamedPart(_number(world, which))], actor=OPAL
        )


async def place(world: World, which: int, minor: int) -> None:
    """Somebody places loose money, all that fits or an amount."""
    row = await world.core.database.row(
        "SELECT payment_id FROM unapplied_cash u JOIN payment p ON p.id = u.payment_id"
        " ORDER BY p.created_at, p.object_id LIMIT 1"
    )
    if row is not None:
        await placing.place(
            world.core,
            payment_id=row["payment_id"],
            invoice_number=_number(world, which),
            amount=dollars(minor) if minor else None,
            actor=OPAL,
        )


async def take_back(world: World, which: int) -> None:
    """Somebody takes an entry off its invoice."""
    found = await world.core.database.rows(
        "SELECT id FROM allocation WHERE amount_minor > 0 ORDER BY created_at, amount_minor, id"
    )
    if found:
        entry = found[which % len(found)]["id"]
        await placing.take_back(world.core, allocation_id=entry, reason="wrong invoice", actor=OPAL)


async def credit(world: World, which: int, minor: int) -> None:
    """A part is given up for goodwill, by two people."""
    event = await ledger_credits.propose(
        world.core, invoice_number=_number(world, which), amount=dollars(minor), reason="goodwill", actor=OPAL
    )
    await ledger_credits.approve(world.core, credit_id=event.credit_id, actor=CORA)


async def write_off(world: World, which: int) -> None:
    """All that is open is given up, by two people."""
    event = await write_offs.propose(
        world.core, invoice_number=_number(world, which), amount=None, reason="insolvent", actor=OPAL
    )
    await write_offs.approve(world.core, write_off_id=event.write_off_id, actor=CORA)


async def collect_again(world: World, which: int) -> None:
    """What was given up is collected again."""
    found = await WriteOff.filter(state="approved").order_by("created_at", "amount_minor", "id")
    if found:
        chosen = found[which % len(found)]
        await write_offs.reverse(world.core, write_off_id=chosen.id, reason="they are back", actor=CARL)


async def void(world: World, which: int) -> None:
    """An invoice should never have been."""
    event = await write_offs.propose_void(
        world.core, invoice_number=_number(world, which), reason="sent twice", actor=OPAL
    )
    await write_offs.approve(world.core, write_off_id=event.write_off_id, actor=CORA)


async def decide_stray(world: World, which: int) -> None:
    """Money of nobody's order turns out to be for an invoice, or none of ours."""
    found = (await strays.waiting(world.core, actor=OPAL)).strays
    if found and which:
        await strays.book(world.core, stray_id=found[0].id, invoice_number=_number(world, which), actor=OPAL)
    elif found:
        await strays.dismiss(world.core, stray_id=found[0].id, reason="another shop's", actor=OPAL)
