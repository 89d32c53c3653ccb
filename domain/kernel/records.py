"""Records: table rows with a state that only ``move()`` writes."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.kernel.machine import Machine
from domain.kernel.refusals import StaleRecord
from domain.kernel.transactions import Database


class Record(Model):
    """A row with a random id."""

    id: UUID = fields.UUIDField(primary_key=True)

    class Meta:
        """Tortoise's settings."""

        abstract = True

    @classmethod
    async def locked(cls, **which: Any) -> Self | None:
        """Return the row and hold its lock to the end of the transaction, or None."""
        return await cls.filter(**which).select_for_update().get_or_none()

    @classmethod
    async def all_locked(cls, ids: Collection[UUID]) -> list[Self]:
        """Return the rows in the order of their ids, and hold their locks to the end of the transaction."""
        statement = f"SELECT * FROM {cls._meta.db_table} WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
        return [cls._init_from_db(**row) for row in await Database().rows(statement, (list(ids),))]


class StatefulRecord(Record):
    """A row with a life cycle. Its ``state`` column is written by ``move()`` and by nothing else."""

    MACHINE: ClassVar[Machine[Any]]

    state: Any = fields.CharField(max_length=32)

    class Meta:
        """Tortoise's settings."""

        abstract = True

    @property
    def status(self) -> StrEnum:
        """The state as the machine's own enumeration."""
        status: StrEnum = type(self.MACHINE.start)(self.state)
        return status

    async def move(self, step: str, **also: Any) -> Self:
        """Take one step of the machine, and set the columns *also* in the same statement.

        Raises:
            MoveRefused: The step is not possible from this state.
            StaleRecord: Another transaction moved the row first.
        """
        before = type(self.MACHINE.start)(self.state)
        after = self.MACHINE.after(before, step)
        moved = await type(self).filter(id=self.id, state=before.value).update(state=after.value, **also)
        if moved != 1:
            raise StaleRecord(self.MACHINE.name)
        self.state = after.value
        for name, value in also.items():
            setattr(self, name, value)
        return self

    @classmethod
    async def move_all(
        cls,
        step: str,
        *,
        ids: Collection[UUID],
        before: StrEnum,
        own: Mapping[str, tuple[str, Sequence[Any]]] | None = None,
        **also: Any,
    ) -> int:
        """Take the same step with a whole set of rows that the caller holds locked; return how many were in *before*.

        Args:
            step: The step.
            ids: The rows.
            before: The state in which they must be.
            own: Columns of which each row gets its own value: their type, and the values in the order of *ids*.
            also: Columns that get the same value in all rows.

        Raises:
            MoveRefused: The step is not possible from that state.
        """
        columns, own = {"state": cls.MACHINE.after(before, step).value, **also}, own or {}
        if not ids:
            return 0
        assert all(len(values) == len(ids) for _, values in own.values()), "each row has a value of its own"
        written = ", ".join([*(f"{name} = %s" for name in columns), *(f"{name} = own.{name}" for name in own)])
        arrays = ", ".join(["%s::uuid[]", *(f"%s::{kind}[]" for kind, _ in own.values())])
        statement = (
            f"UPDATE {cls._meta.db_table} t SET {written} FROM unnest({arrays}) AS own ({', '.join(['id', *own])})"
            " WHERE t.id = own.id AND t.state = %s"
        )
        values = [cls._meta.fields_map[name].to_db_value(value, cls) for name, value in columns.items()]
        lists = [list(each) for _, each in own.values()]
        return await Database().execute(statement, (*values, list(ids), *lists, before.value))
