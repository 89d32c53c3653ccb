"""Refusals of deliverability.

Refusal
├── NotFound
│   ├── SuppressionNotFound    the address may be mailed, or is unknown
│   ├── MailNotFound           no stored mail has that id
│   └── MailingNotFound        no mail of ours has that id
└── ReasonMissing              a suppression is lifted for a reason, which is kept
"""

from uuid import UUID

from domain.kernel import addresses
from domain.kernel.refusals import NotFound, Refusal


class SuppressionNotFound(NotFound):
    """Say that an address is not suppressed."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{addresses.masked(address)} is not suppressed; there is nothing to lift.")


class MailNotFound(NotFound):
    """Say that no stored mail has that id."""

    def __init__(self, mail_id: str) -> None:
        super().__init__(f"There is no stored mail {mail_id[:40]!r}. `plixo mail list` shows their ids.")


class MailingNotFound(NotFound):
    """Say that no mail of ours has that id."""

    def __init__(self, mailing_id: UUID) -> None:
        super().__init__(f"There is no mail {mailing_id} among those that left or wait.")


class ReasonMissing(Refusal):
    """Say that a reason is needed."""

    def __init__(self) -> None:
        super().__init__("Say why the address may be mailed again; the reason is kept with it.")
