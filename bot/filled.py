"""Filled: what somebody entered into a form, read by the names of its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


class Misfilled(Exception):
    """Say at which fields something is wrong; each text is shown at its field, word for word."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("; ".join(fields.values()))


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file that was given with a form, by Slack's words; where it can be fetched is asked anew."""

    id: str
    name: str
    size: int


class Values:
    """The fields of one submission. What no database can store (NUL, halves of characters) is dropped."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._elements: dict[str, Mapping[str, Any]] = {
            str(name): next(iter(actions.values()))
            for name, actions in values.items()
            if isinstance(actions, dict) and actions and isinstance(next(iter(actions.values())), dict)
        }

    def text(self, name: str) -> str:
        """Return the words in a field, without white space around; empty when there are none."""
        return _storable(self._of(name).get("value")).strip()

    def needed(self, name: str, *, or_else: str) -> str:
        """Return the words in a field.

        Raises:
            Misfilled: There are none; *or_else* stands at the field.
        """
        if said := self.text(name):
            return said
        raise Misfilled({name: or_else})

    def choice(self, name: str) -> str:
        """Return the value of the choice, empty when there is none."""
        chosen = self._of(name).get("selected_option")
        return _storable(chosen.get("value")) if isinstance(chosen, dict) else ""

    def choices(self, name: str) -> frozenset[str]:
        """Return the values of all boxes that are ticked."""
        chosen = self._of(name).get("selected_options")
        found = chosen if isinstance(chosen, list) else []
        return frozenset(_storable(each.get("value")) for each in found if isinstance(each, dict))

    def person(self, name: str) -> str:
        """Return the Slack account that was chosen, empty when none was."""
        return _storable(self._of(name).get("selected_user"))

    def day(self, name: str) -> date | None:
        """Return the day in a field."""
        try:
            return date.fromisoformat(_storable(self._of(name).get("selected_date")))
        except ValueError:
            return None

    def clock(self, name: str) -> str:
        """Return the time of day in a field, ``08:00``, empty when there is none."""
        return _storable(self._of(name).get("selected_time"))

    def files(self, name: str) -> Sequence[SharedFile]:
        """Return the files in a field."""
        given = self._of(name).get("files")
        return [
            SharedFile(_storable(each.get("id")), _storable(each.get("name")), _size(each.get("size")))
            for each in (given if isinstance(given, list) else [])
            if isinstance(each, dict)
        ]

    def _of(self, name: str) -> Mapping[str, Any]:
        return self._elements.get(name, {})


def _storable(value: object) -> str:
    return value.replace("\0", " ").encode("utf-8", "ignore").decode() if isinstance(value, str) else ""


def _size(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
