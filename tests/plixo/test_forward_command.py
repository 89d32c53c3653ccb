"""The shell's commands for people for whom a payer asked a link: as Slack has them."""

import json
from datetime import UTC, datetime

from domain.kernel.core import Core
from domain.operations import short_ids
from domain.pay_links import forwardings
from domain.pay_links.models import Forwarding
from tests.clocks import START, StandingClock
from tests.domain.pay_links.payers import a_visit, told
from tests.plixo.test_cli import Shell, plixo

__all__ = ["plixo"]


async def test_wishes_are_listed_approved_and_denied(plixo: Shell, core: Core, clock: StandingClock) -> None:
    clock.advance(seconds=(datetime.now(UTC) - START).total_seconds())  # the shell's clock is the machine's
    visit = await a_visit(core)
    for name in ("ben", "cleo"):
        await forwardings.ask(core, secret=visit.secret, name=name.title(), email=f"{name}@other.example", note="pays")
    ben, cleo = [short_ids.short((await Forwarding.get(email=f"{each}@other.example")).id) for each in ("ben", "cleo")]

    listed = await plixo("forward", "list")
    as_json = json.loads((await plixo("forward", "list", "--json")).out)
    approved = await plixo("forward", "approve", ben)
    denied = await plixo("forward", "deny", cleo)
    again = await plixo("forward", "deny", cleo)

    assert f"{ben}  INV-1042" in listed.out
    assert "b…@other.example, no contact of the customer has an address there" in listed.out
    assert "ben@other.example" not in listed.out
    assert sorted(each["name"] for each in as_json) == ["Ben", "Cleo"]
    assert (approved.code, denied.code, again.code) == (0, 0, 1)
    assert [fact["sent_to"] for fact in await told(core, "link.regenerated")] == ["b…@other.example"]
    assert (await plixo("forward", "list")).out == "no payer waits for somebody else to get a link\n"
