"""Reading: a policy from what a file, a form or the database holds, or everything that is wrong with it."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.kernel.speech import phrase, say
from domain.policies import checks
from domain.policies.document import Document
from domain.policies.findings import Finding, Path, in_order
from domain.policies.refusals import PolicyMalformed
from domain.policies.values import known_are, nearest


def checked(value: Any) -> Document:
    """Return the document that a tree of mappings, lists and scalars describes.

    Raises:
        PolicyMalformed: It is none, or its parts do not fit; every fault is told at once.
    """
    try:
        document = Document.model_validate(value)
    except ValidationError as error:
        raise PolicyMalformed(in_order(_finding(each) for each in _causes(error.errors()))) from None
    if found := checks.faults(document):
        raise PolicyMalformed(in_order(found))
    return document


def _causes(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Return errors without those that only follow from others: a list is too short when its parts were wrong."""
    places = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [each for each in errors if each["type"] != "too_short" or each["loc"] not in places]


def _finding(error: ErrorDetails) -> Finding:
    path: Path = tuple(error["loc"])
    match error["type"]:
        case "extra_forbidden":
            known = _known_words(path[:-1])
            hint = nearest(str(path[-1]), known) or (known_are(known) if known else "")
            told = say("{word} is not a word that a policy has here.", word=repr(str(path[-1])[:40]))
            return Finding(path, f"{told}{hint}")
        case "missing":
            return Finding(path[:-1], say("{word} is missing", word=repr(path[-1])))
        case "value_error":
            return Finding(path, str(error.get("ctx", {}).get("error", error["msg"])))
        case "enum":
            expected = str(error.get("ctx", {}).get("expected", ""))
            words = [each.strip("'") for each in expected.replace(" or ", ", ").split(", ")]
            *some, last = map(repr, words)
            listed = say("{some} or {last}", some=", ".join(some), last=last) if some else last
            told = say("{value} is none of {expected}.", value=_shown(error["input"]), expected=listed)
            return Finding(path, f"{told}{nearest(str(error['input']), words)}")
        case "model_type" | "dict_type":
            return Finding(path, say("expected a block of `word: value` lines here"))
        case kind if kind in _LIMITS:
            limits = {name: str(each) for name, each in error.get("ctx", {}).items()}
            return Finding(path, say(_LIMITS[kind], **{**limits, "value": _shown(error["input"])}))
        case _:
            return Finding(path, f"{error['msg'][:1].lower()}{error['msg'][1:]}, not {_shown(error['input'])}")


_LIMITS: Mapping[str, str] = {
    "greater_than_equal": phrase("input should be greater than or equal to {ge}, not {value}"),
    "less_than_equal": phrase("input should be less than or equal to {le}, not {value}"),
    "int_type": phrase("input should be a valid integer, not {value}"),
    "int_parsing": phrase("input should be a valid integer, not {value}"),
    "int_from_float": phrase("input should be a valid integer, not {value}"),
    "bool_type": phrase("input should be `true` or `false`, not {value}"),
    "bool_parsing": phrase("input should be `true` or `false`, not {value}"),
    "string_type": phrase("input should be a text, not {value}"),
    "string_too_short": phrase("a text here has at least {min_length} characters"),
    "string_too_long": phrase("a text here has at most {max_length} characters"),
    "list_type": phrase("input should be a list, not {value}"),
    "tuple_type": phrase("input should be a list, not {value}"),
    "too_short": phrase("a list here has at least {min_length} entries"),
    "too_long": phrase("a list here has at most {max_length} entries"),
    "decimal_type": phrase("input should be a number, not {value}"),
    "decimal_parsing": phrase("input should be a number, not {value}"),
}
"""What a value here must be, by the kind of fault."""


def _shown(value: Any) -> str:
    if isinstance(value, str | int | bool) or value is None:
        return repr(value)[:60]
    return say("a list") if isinstance(value, list | tuple) else say("a block")


def _known_words(path: Path) -> list[str]:
    """Return the words that the document knows at a path."""
    model: type[BaseModel] | None = Document
    for part in path:
        if isinstance(part, int) or model is None:
            continue
        field = next(
            (each for name, each in model.model_fields.items() if part in (name, each.alias)),
            None,
        )
        model = _model_in(field.annotation) if field is not None else None
    return [] if model is None else [each.alias or name for name, each in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside ``X``, ``X | None`` or ``tuple[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each)) is not None), None)
