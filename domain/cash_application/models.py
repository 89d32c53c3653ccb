"""Cash application's tables: bank lines, the ways to apply them, remittance advices, and how customers pay."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from domain.cash_application import states
from domain.kernel.columns import SentenceField
from domain.kernel.money import Money
from domain.kernel.records import Record, StatefulRecord


class BankLine(StatefulRecord):
    """A movement on the merchant's bank account, as a statement shows it."""

    MACHINE = states.BANK_LINE

    batch_id: UUID = fields.UUIDField()
    line: int = fields.IntField()
    key: str = fields.TextField()
    bank_account: str = fields.TextField(default="")
    booked_on: date = fields.DateField()
    currency: str = fields.TextField()
    amount_minor: int = fields.BigIntField()
    payer_name: str = fields.TextField(default="")
    payer_key: str = fields.TextField(default="")
    payer_hint: str = fields.TextField(default="")
    reference: str = fields.TextField(default="")
    bank_reference: str = fields.TextField(default="")
    form: str = fields.TextField(default="")
    doubt: str = fields.TextField(default="")
    like_id: UUID | None = fields.UUIDField(null=True)
    account_id: UUID | None = fields.UUIDField(null=True)
    payment_id: UUID | None = fields.UUIDField(null=True)
    remittance_id: UUID | None = fields.UUIDField(null=True)
    confidence: int | None = fields.SmallIntField(null=True)
    reasons: Any = fields.JSONField(default=list)
    decided_by: str | None = fields.TextField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "bank_line"

    @property
    def amount(self) -> Money:
        """What came in, or went out when it is negative."""
        return Money(self.amount_minor, self.currency)


class CashMatch(Record):
    """One way to apply a bank line."""

    bank_line_id: UUID = fields.UUIDField()
    place: int = fields.SmallIntField()
    account_id: UUID | None = fields.UUIDField(null=True)
    confidence: int = fields.SmallIntField()
    reasons: Any = fields.JSONField()
    parts: Any = fields.JSONField()
    alternatives: int = fields.IntField()
    payment_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        """Tortoise's settings."""

        table = "cash_match"


class Remittance(StatefulRecord):
    """A payer's list of what a payment is for, as a file or attached to a mail."""

    MACHINE = states.REMITTANCE

    source: str = fields.TextField()
    inbound_mail_id: UUID | None = fields.UUIDField(null=True)
    file_name: str = fields.TextField()
    content_type: str = fields.TextField()
    sha256: bytes = fields.BinaryField()
    body: bytes = fields.BinaryField()
    account_id: UUID | None = fields.UUIDField(null=True)
    payer_name: str = fields.TextField(default="")
    currency: str | None = fields.TextField(null=True)
    total_minor: int | None = fields.BigIntField(null=True)
    paid_on: date | None = fields.DateField(null=True)
    note: str = SentenceField(default="")
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "remittance"


class RemittanceLine(Record):
    """One line of a remittance advice."""

    remittance_id: UUID = fields.UUIDField()
    position: int = fields.IntField()
    number: str = fields.TextField()
    number_key: str = fields.TextField()
    amount_minor: int | None = fields.BigIntField(null=True)
    deducted_minor: int | None = fields.BigIntField(null=True)
    reason: str = fields.TextField(default="")

    class Meta:
        """Tortoise's settings."""

        table = "remittance_line"


class PayerAlias(Record):
    """A name or bank account by which a customer has paid before."""

    account_id: UUID = fields.UUIDField()
    key: str = fields.TextField()
    times: int = fields.IntField(default=1)
    last_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "payer_alias"
