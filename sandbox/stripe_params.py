"""Check a request's parameters against the SDK's own types, so that what Stripe would refuse is refused here.

Every nested name is looked up in the TypedDicts of ``stripe.params``; texts become the types that stand there.
"""

import re
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

from stripe._request_options import RequestOptions
from typing_extensions import get_type_hints, is_typeddict

from sandbox.stripe_errors import invalid, missing, unknown_parameters
from sandbox.stripe_forms import Tree

_OPTIONS = frozenset(RequestOptions.__annotations__)
"""The SDK mixes its own request options into the types; they never reach the wire."""

_NAMES_FOR_TYPES = {"Mapping": Mapping, "StripeContext": object}
"""Names that the SDK imports for type checkers only."""


@cache
def _fields(shape: type) -> Mapping[str, Any]:
    hints = get_type_hints(shape, localns=_NAMES_FOR_TYPES, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in _OPTIONS}


def checked(params: Mapping[str, Tree], shape: type) -> dict[str, Any]:
    """Return the parameters with their types; names of *shape*'s nested objects are checked too.

    Raises:
        StripeRefusal: Unknown or missing parameters, or a value of the wrong type.
    """
    unknown = list(_unknown(params, shape, ""))
    if unknown:
        raise unknown_parameters(unknown)
    return _typed_object(params, shape, "")


def _unknown(tree: Tree | Mapping[str, Tree], hint: Any, at: str) -> typing.Iterator[str]:
    """Find every unknown name first: Stripe names them all at once."""
    for option in _options(hint):
        if is_typeddict(option) and isinstance(tree, Mapping):
            fields = _fields(option)
            for name, value in tree.items():
                path = f"{at}[{name}]" if at else name
                if name not in fields:
                    yield path
                else:
                    yield from _unknown(value, fields[name], path)
            return
        if get_origin(option) is list and isinstance(tree, list):
            for place, value in enumerate(tree):
                yield from _unknown(value, get_args(option)[0], f"{at}[{place}]")
            return


def _typed_object(tree: Mapping[str, Tree], shape: type, at: str) -> dict[str, Any]:
    fields = _fields(shape)
    for name in shape.__required_keys__:  # type: ignore[attr-defined] # every TypedDict has it
        if name in fields and name not in tree:
            raise missing(f"{at}[{name}]" if at else name)
    return {name: _typed(value, fields[name], f"{at}[{name}]" if at else name) for name, value in tree.items()}


def _options(hint: Any) -> tuple[Any, ...]:
    """Return the alternatives of a type: ``NotRequired[A | B]`` is A or B."""
    origin = get_origin(hint)
    if origin in {NotRequired, Required}:
        return _options(get_args(hint)[0])
    if origin in {Union, types.UnionType}:
        return tuple(option for each in get_args(hint) for option in _options(each))
    return (hint,)


def _typed(value: Tree, hint: Any, at: str) -> Any:
    options = _options(hint)
    if isinstance(value, list):
        listed = next((option for option in options if get_origin(option) is list), None)
        if listed is None:
            raise invalid(at, f"Invalid {at}: must not be an array.", code="parameter_invalid_array")
        return [_typed(each, get_args(listed)[0], f"{at}[{place}]") for place, each in enumerate(value)]
    if isinstance(value, dict):
        shape = next((option for option in options if is_typeddict(option)), None)
        if shape is not None:
            return _typed_object(value, shape, at)
        if any(get_origin(option) is dict for option in options):
            return {name: _plain_text(each, f"{at}[{name}]") for name, each in value.items()}
        raise invalid(at, f"Invalid {at}: must not be an object.", code="parameter_invalid_object")
    return _scalar(value, options, at)


def _plain_text(value: Tree, at: str) -> str:
    if not isinstance(value, str):
        raise invalid(at, f"Invalid {at}: must be a string.")
    return value


def _scalar(value: str, options: tuple[Any, ...], at: str) -> Any:
    literals = [choice for option in options if get_origin(option) is Literal for choice in get_args(option)]
    if value == "" and "" in literals:
        return ""
    if bool in options:
        if value not in {"true", "false", "True", "False"}:
            raise invalid(at, f"Invalid boolean: {value}", code="parameter_invalid_boolean")
        return value.lower() == "true"
    if int in options:
        if not re.fullmatch(r"-?\d{1,18}", value):
            raise invalid(at, f"Invalid integer: {value}", code="parameter_invalid_integer")
        return int(value)
    names = [choice for choice in literals if choice != ""]
    if names and value not in names:
        raise invalid(at, f"Invalid {at}: must be one of {', '.join(names[:-1])} or {names[-1]}")
    if not names and str not in options and not _decimal(options):
        raise invalid(at, f"Invalid {at}: must be an object or a list.", code="parameter_invalid_object")
    if value == "":
        raise invalid(
            at,
            f"You passed an empty string for '{at}'. We assume empty values are an attempt to unset a "
            "parameter; however this parameter cannot be unset.",
            code="parameter_invalid_empty",
        )
    return value


def _decimal(options: tuple[Any, ...]) -> bool:
    return any(getattr(option, "__name__", "") in {"Decimal", "float"} for option in options)
