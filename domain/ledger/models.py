"""The ledger's tables: accounts, contacts, invoices, payments and what each payment was applied to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from domain.kernel.columns import SentenceField
from domain.kernel.money import Money
from domain.kernel.records import Record, StatefulRecord
from domain.ledger import states


class Account(StatefulRecord):
    """A customer company."""

    MACHINE = states.ACCOUNT

    number: str | None = fields.TextField(null=True)
    name: str = fields.TextField()
    name_key: str = fields.TextField()
    country: str | None = fields.TextField(null=True)
    locale: str | None = fields.TextField(null=True)
    timezone: str | None = fields.TextField(null=True)
    industry: str | None = fields.TextField(null=True)
    risk: str | None = fields.TextField(null=True)
    tags: Any = ArrayField(element_type="text", default=list)
    owner_id: UUID | None = fields.UUIDField(null=True)
    merged_into_id: UUID | None = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "account"


class Contact(StatefulRecord):
    """A person at a customer, with an e-mail address."""

    MACHINE = states.CONTACT

    account_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    email: str = fields.TextField()
    email_key: str = fields.TextField()
    role: str = fields.TextField(default="billing")
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "contact"


class Invoice(StatefulRecord):
    """What is owed: total and open balance in minor units of one currency."""

    MACHINE = states.INVOICE

    number: str = fields.TextField()
    number_key: str = fields.TextField()
    account_id: UUID = fields.UUIDField()
    currency: str = fields.TextField()
    total_minor: int = fields.BigIntField()
    open_minor: int = fields.BigIntField()
    issued_on: date | None = fields.DateField(null=True)
    due_on: date = fields.DateField()
    settled_on: date | None = fields.DateField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "invoice"

    @property
    def balance(self) -> Money:
        """What is left to pay: total less applied payments and credits."""
        return Money(self.open_minor, self.currency)

    @property
    def total(self) -> Money:
        """What was billed."""
        return Money(self.total_minor, self.currency)


class Payment(Record):
    """One movement of money, in (positive) or back out (negative); never changed."""

    account_id: UUID = fields.UUIDField()
    kind: str = fields.TextField()
    source: str = fields.TextField()
    object_id: str = fields.TextField()
    currency: str = fields.TextField()
    amount_minor: int = fields.BigIntField()
    received_on: date = fields.DateField()
    method: str = fields.TextField()
    reverses_id: UUID | None = fields.UUIDField(null=True)
    for_invoice_id: UUID | None = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "payment"

    @property
    def amount(self) -> Money:
        """What moved; negative when it went back."""
        return Money(self.amount_minor, self.currency)


class CreditNote(StatefulRecord):
    """What a customer was credited for, until all of it is applied to invoices."""

    MACHINE = states.CREDIT_NOTE

    number: str = fields.TextField()
    number_key: str = fields.TextField()
    account_id: UUID = fields.UUIDField()
    invoice_id: UUID | None = fields.UUIDField(null=True)
    currency: str = fields.TextField()
    total_minor: int = fields.BigIntField()
    open_minor: int = fields.BigIntField()
    used_elsewhere_minor: int = fields.BigIntField(default=0)
    issued_on: date | None = fields.DateField(null=True)
    reason: str = fields.TextField(default="")
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "credit_note"


class Allocation(Record):
    """How much of a payment or a credit note was applied to an invoice; negative when it was taken back."""

    payment_id: UUID | None = fields.UUIDField(null=True)
    credit_note_id: UUID | None = fields.UUIDField(null=True)
    invoice_id: UUID = fields.UUIDField()
    amount_minor: int = fields.BigIntField()
    takes_back_id: UUID | None = fields.UUIDField(null=True)
    note: str = SentenceField(default="")
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "allocation"


class WriteOff(StatefulRecord):
    """A part of an invoice that is given up since it will not come, or is too small to ask for."""

    MACHINE = states.WRITE_OFF

    invoice_id: UUID = fields.UUIDField()
    account_id: UUID = fields.UUIDField()
    kind: str = fields.TextField()
    payment_id: UUID | None = fields.UUIDField(null=True)
    currency: str = fields.TextField()
    amount_minor: int = fields.BigIntField()
    reason: str = SentenceField()
    proposed_by: str = fields.TextField()
    proposed_by_id: UUID | None = fields.UUIDField(null=True)
    decided_by: str | None = fields.TextField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "write_off"


class Credit(StatefulRecord):
    """A part of an invoice that the merchant gives up; lowers the balance once it is approved."""

    MACHINE = states.CREDIT

    invoice_id: UUID = fields.UUIDField()
    account_id: UUID = fields.UUIDField()
    currency: str = fields.TextField()
    amount_minor: int = fields.BigIntField()
    reason: str = SentenceField()
    origin: str = fields.TextField(default="people")
    cause: str = fields.TextField(default="")
    proposed_by: str = fields.TextField()
    proposed_by_id: UUID | None = fields.UUIDField(null=True)
    decided_by: str | None = fields.TextField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "credit"


class Receipt(Record):
    """The receipt of one payment, as the PDF that was mailed."""

    payment_id: UUID = fields.UUIDField()
    invoice_id: UUID = fields.UUIDField()
    number: str = fields.TextField()
    locale: str = fields.TextField()
    pdf: bytes = fields.BinaryField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "receipt"


class ImportBatch(Record):
    """One applied import: which file, by whom, with what result, and the rows that were rejected."""

    kind: str = fields.TextField()
    file_name: str = fields.TextField()
    sha256: str = fields.TextField()
    as_of: date | None = fields.DateField(null=True)
    counts: Any = fields.JSONField()
    rejects: bytes | None = fields.BinaryField(null=True)
    absent: bytes | None = fields.BinaryField(null=True)
    actor: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "import_batch"


class ImportMapping(Record):
    """What a person answered about a layout; used for the next file that has the same headers."""

    kind: str = fields.TextField()
    name: str = fields.TextField()
    header_key: str = fields.TextField()
    answers: Any = fields.JSONField()
    actor: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()
    used_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "import_mapping"


class AccountTwin(StatefulRecord):
    """Two accounts that may be one customer under two spellings; a person decides."""

    MACHINE = states.TWIN

    kept_id: UUID = fields.UUIDField()
    other_id: UUID = fields.UUIDField()
    evidence: Any = fields.JSONField()
    likeness: int = fields.SmallIntField()
    decided_by: str | None = fields.TextField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        """Tortoise's settings."""

        table = "account_twin"
