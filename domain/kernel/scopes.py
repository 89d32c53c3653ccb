"""Scopes: figures of some customers instead of all, as a condition that any statement can carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures are counted."""

    accounts: str = ""
    """An SQL query of our own for the ids of customers, never text from outside; empty: all of them."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Its parameters."""

    def of(self, column: str) -> str:
        """Return what is added behind a condition to keep to these customers, whose id stands in *column*."""
        return f" AND {column} IN ({self.accounts})" if self.accounts else ""


ALL = Scope()
"""All customers."""
