"""Read Stripe's nested form parameters: ``line_items[0][price_data][currency]=eur``."""

import re
from collections.abc import Iterable
from typing import TypeAlias, Union

from sandbox.stripe_errors import StripeRefusal, invalid

Tree: TypeAlias = Union[str, dict[str, "Tree"], list["Tree"]]  # noqa: UP007 - a recursive alias is read at run time
"""What a form holds: texts in objects and lists."""

MAX_DEPTH = 8
"""Deeper than any parameter of the API."""

MAX_PAIRS = 2_000
"""More than any sensible request has."""

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PARTS = re.compile(r"\[([^\[\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Tree]:
    """Return the form as a tree; an object whose names are 0, 1, 2, … is a list, ``a[]`` adds to a list.

    Raises:
        StripeRefusal: A name is malformed, too deep, or used both as a text and as an object.
    """
    root: dict[str, Tree] = {}
    for count, (name, value) in enumerate(pairs):
        match = _KEY.fullmatch(name)
        if match is None or count >= MAX_PAIRS:
            raise StripeRefusal("Invalid request: malformed or too many parameters.")
        path = [match[1], *_PARTS.findall(match[2])]
        if len(path) > MAX_DEPTH:
            raise invalid(match[1], "Invalid request: parameters are nested too deep.")
        _put(root, path, value, name)
    return {name: _listed(value) for name, value in root.items()}


def _put(root: dict[str, Tree], path: list[str], value: str, name: str) -> None:
    here = root
    for step in path[:-1]:
        inner = here.setdefault(step or str(len(here)), {})
        if not isinstance(inner, dict):
            raise invalid(name, f"Invalid {name}: used both as a value and as an object.")
        here = inner
    last = path[-1] or str(len(here))
    if isinstance(here.get(last), dict):
        raise invalid(name, f"Invalid {name}: used both as a value and as an object.")
    here[last] = value


def _listed(tree: Tree) -> Tree:
    if not isinstance(tree, dict):
        return tree
    values = {name: _listed(value) for name, value in tree.items()}
    if values and set(values) == {str(place) for place in range(len(values))}:
        return [values[str(place)] for place in range(len(values))]
    return values
