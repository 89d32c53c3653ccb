"""Hand-overs: a case goes to somebody who may do something about it."""

from typing import Any

import pytest

from domain.casework import hand_overs
from domain.casework.refusals import WithoutRole
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.people import people
from domain.people.roles import Role
from tests.builders import an_invoice
from tests.domain.casework.operators import an_operator


async def test_no_case_goes_to_somebody_whose_roles_were_taken_away(core: Core) -> None:
    await an_invoice(core)
    ann = await an_operator(core, "Ann")
    ben: Any = {"slack_id": "UBen", "role": Role.AR_OPERATOR, "actor": SHELL}
    await people.grant(core, name="Ben", reason="joined", **ben)
    await people.revoke(core, reason="has left", **ben)

    with pytest.raises(WithoutRole):
        await hand_overs.hand_over(core, invoice_number="INV-1042", slack_id="UBen", words="call them", actor=ann)

    await people.grant(core, name="Ben", reason="is back", **ben)
    event = await hand_overs.hand_over(core, invoice_number="INV-1042", slack_id="UBen", words="call them", actor=ann)
    assert event.to_name == "Ben"
