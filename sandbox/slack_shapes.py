"""Small checks from which the shapes of Slack's blocks are put together; each notes what is wrong and where."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Check: TypeAlias = Callable[["Report", Any, str], None]
"""Report, value and JSON pointer in; what is wrong is added to the report."""

MAX_COMPLAINTS = 25
"""A message that is wrong everywhere is told about some of it."""


@dataclass
class Report:
    """What is wrong with a list of blocks, in Slack's words."""

    complaints: list[str] = field(default_factory=list)
    action_ids: set[tuple[str, str]] = field(default_factory=set)

    def add(self, text: str, at: str) -> None:
        """Note a complaint."""
        if len(self.complaints) < MAX_COMPLAINTS:
            self.complaints.append(f"[ERROR] {text} [json-pointer:{at}]")


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of one type: those that must be there and those that may."""

    required: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    rule: Check | None = None
    """What no single field can tell."""


def check_object(report: Report, value: Any, at: str, shape: Shape) -> None:
    """Check the fields of an object; ``type`` has been read already."""
    for name in shape.required:
        if name not in value:
            report.add(f"missing required field: {name}", at)
    for name, inner in value.items():
        if name == "type":
            continue
        check = shape.required.get(name) or shape.optional.get(name)
        if check is None:
            report.add(f"invalid additional property: {name}", at)
        else:
            check(report, inner, f"{at}/{name}")
    if shape.rule is not None:
        shape.rule(report, value, at)


def string(most: int, *, least: int = 1) -> Check:
    """Want a text of so many characters."""

    def check(report: Report, value: Any, at: str) -> None:
        if not isinstance(value, str):
            report.add("must be a string", at)
        elif len(value) < least:
            report.add(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            report.add(f"must be less than {most + 1} characters", at)

    return check


def boolean(report: Report, value: Any, at: str) -> None:
    """Want true or false."""
    if not isinstance(value, bool):
        report.add("must be a boolean", at)


def integer(report: Report, value: Any, at: str) -> None:
    """Want a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        report.add("must be an integer", at)


def anything(report: Report, value: Any, at: str) -> None:
    """Want nothing in particular."""


def one_of(*names: str) -> Check:
    """Want one of some words."""

    def check(report: Report, value: Any, at: str) -> None:
        if value not in names:
            report.add(f"must be one of: {', '.join(names)}", at)

    return check


def web_address(most: int = 3000) -> Check:
    """Want an http or https address."""
    length = string(most)

    def check(report: Report, value: Any, at: str) -> None:
        length(report, value, at)
        if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:")):
            report.add("must be a valid URL", at)

    return check


def text(most: int, *, kinds: Sequence[str] = ("plain_text", "mrkdwn")) -> Check:
    """Want a text object of so many characters."""
    length = string(most)

    def check(report: Report, value: Any, at: str) -> None:
        if not isinstance(value, dict) or str(value.get("type")) not in kinds:
            report.add(f"must be a text object of type {' or '.join(kinds)}", at)
            return
        allowed = {"type", "text", "emoji"} if value["type"] == "plain_text" else {"type", "text", "verbatim"}
        for name in set(value) - allowed:
            report.add(f"invalid additional property: {name}", at)
        if "text" not in value:
            report.add("missing required field: text", at)
            return
        length(report, value["text"], f"{at}/text")

    return check


def plain(most: int) -> Check:
    """Want a plain text object of so many characters."""
    return text(most, kinds=("plain_text",))


def items(check: Check, *, most: int, least: int = 1) -> Check:
    """Want a list of so many things."""

    def check_list(report: Report, value: Any, at: str) -> None:
        if not isinstance(value, list):
            report.add("must be an array", at)
            return
        if len(value) > most:
            report.add(f"no more than {most} items allowed", at)
        if len(value) < least:
            report.add("must provide an array with at least " + ("1 item" if least == 1 else f"{least} items"), at)
        for place, each in enumerate(value[:most]):
            check(report, each, f"{at}/{place}")

    return check_list


def shaped(shape: Shape) -> Check:
    """Want an object of one shape."""

    def check(report: Report, value: Any, at: str) -> None:
        if isinstance(value, dict):
            check_object(report, value, at, shape)
        else:
            report.add("must be an object", at)

    return check


def typed(shapes: Mapping[str, Shape], *, noun: str = "type") -> Check:
    """Want an object whose ``type`` is one of some shapes."""

    def check(report: Report, value: Any, at: str) -> None:
        if not isinstance(value, dict):
            report.add("must be an object", at)
        elif str(value.get("type")) not in shapes:
            report.add(f"unsupported {noun}: {value.get('type')}", f"{at}/type")
        else:
            check_object(report, value, at, shapes[value["type"]])

    return check
