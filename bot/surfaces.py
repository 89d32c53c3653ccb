"""Surfaces: what stands in somebody's App Home, and the check that it keeps Slack's limits."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from bot import blocks
from bot.blocks import Block

MOST_BLOCKS = 100


@dataclass(frozen=True)
class Home:
    """One person's App Home."""

    blocks: tuple[Block, ...]

    def view(self) -> dict[str, Any]:
        """Return it as Slack has it."""
        return {"type": "home", "blocks": list(self.blocks)}

    @cached_property
    def content_hash(self) -> str:
        """What tells two contents apart."""
        return sha256(json.dumps(self.blocks, sort_keys=True).encode()).hexdigest()


def problems(home: Home) -> tuple[str, ...]:
    """Return every limit of Slack's that the Home breaks."""
    names = Counter(str(each["block_id"]) for each in home.blocks if each.get("block_id"))
    checks = [
        (not 1 <= len(home.blocks) <= MOST_BLOCKS, "number of blocks"),
        (any(count > 1 for count in names.values()), "a block id twice"),
        (any(each["type"] == "input" for each in home.blocks), "a field in no form"),
    ]
    broken = [problem for is_broken, problem in checks if is_broken]
    for block in home.blocks:
        broken += blocks.problems_of(block)
    return tuple(broken)
