"""Check results: what one check of the installation found, and what to do about it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found."""

    name: str
    state: Literal["ok", "warn", "fail"]
    what: str
    remedy: str = ""
