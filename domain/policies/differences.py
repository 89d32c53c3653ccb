"""Differences between two policies, in words and as values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domain.policies.document import CadencePart, Document, SegmentPart, StepPart, as_json


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise."""

    kind: str
    """``added``, ``removed``, ``changed`` or ``moved``."""
    what: str
    """Such as ``segment big: mode``."""
    before: Any
    """As JSON has it; None when it is new."""
    after: Any
    """As JSON has it; None when it is gone."""

    def __str__(self) -> str:
        match self.kind:
            case "added":
                return f"{self.what} added ({_short(self.after)})" if self.after else f"{self.what} added"
            case "removed":
                return f"{self.what} removed"
            case "moved":
                return f"{self.what} moved from place {self.before} to {self.after}"
            case _:
                return f"{self.what}: {_short(self.before)} → {_short(self.after)}"


def between(before: Document, after: Document) -> tuple[Change, ...]:
    """Return every difference, segments first; none when the two mean the same."""
    return (*_segments(before, after), *_cadences(before, after))


def _segments(before: Document, after: Document) -> Iterator[Change]:
    old, new = {each.name: each for each in before.segments}, {each.name: each for each in after.segments}
    for name in (each for each in old if each not in new):
        yield Change("removed", f"segment {name}", as_json(old[name]), None)
    for name, segment in new.items():
        if name not in old:
            yield Change("added", f"segment {name}", None, _of_segment(segment))
            continue
        yield from _changed_values(f"segment {name}", _of_segment(old[name]), _of_segment(segment))
    yield from _moved([each for each in old if each in new], [each for each in new if each in old])


def _of_segment(segment: SegmentPart) -> dict[str, Any]:
    return {
        "rule": as_json(segment.rule),
        "cadence": segment.cadence,
        "mode": segment.mode.value,
        "daily_cap": segment.daily_cap,
        "notes": segment.notes,
    }


def _moved(before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """Yield the segments that are asked in another order: those that do not keep their place among the rest."""
    kept = _longest_run([before.index(each) for each in after])
    for place, name in enumerate(after, start=1):
        if before.index(name) not in kept:
            yield Change("moved", f"segment {name}", before.index(name) + 1, place)


def _longest_run(places: Sequence[int]) -> frozenset[int]:
    """Return the longest ascending part of a sequence of different numbers."""
    runs: list[list[int]] = []
    for place in places:
        longest: list[int] = []
        for run in runs:
            if run[-1] < place and len(run) > len(longest):
                longest = run
        runs.append([*longest, place])
    best: list[int] = max(runs, key=len, default=[])
    return frozenset(best)


def _cadences(before: Document, after: Document) -> Iterator[Change]:
    old, new = {each.name: each for each in before.cadences}, {each.name: each for each in after.cadences}
    for name in (each for each in old if each not in new):
        yield Change("removed", f"cadence {name}", as_json(old[name])["steps"], None)
    for name, cadence in new.items():
        if name in old:
            yield from _steps(old[name], cadence)
        else:
            yield Change("added", f"cadence {name}", None, [_step_words(each) for each in cadence.steps])


def _steps(before: CadencePart, after: CadencePart) -> Iterator[Change]:
    old, new = {each.day: each for each in before.steps}, {each.day: each for each in after.steps}
    for day in sorted(old.keys() | new.keys()):
        what = f"cadence {after.name}: step at day {day}"
        if day not in new:
            yield Change("removed", what, as_json(old[day]), None)
        elif day not in old:
            yield Change("added", what, None, _step_words(new[day]))
        elif same_step(old[day], new[day]):
            continue
        else:
            yield Change("changed", what, _step_words(old[day]), _step_words(new[day]))


def same_step(one: StepPart, other: StepPart) -> bool:
    """Tell whether two steps mean the same."""
    return one.model_dump() == other.model_dump()


def _step_words(step: StepPart) -> str:
    if step.letter is None:
        return "a person takes over"
    also = (" to the escalation contact" if step.recipients == "escalation" else "") + (
        ", approved by a person" if step.approval else ""
    )
    return f"{step.letter} in a {step.tone.value} tone{also}"


def _changed_values(what: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name, old in before.items():
        new = after[name]
        if isinstance(old, dict):
            for word in sorted(old.keys() | new.keys()):
                if old.get(word) != new.get(word):
                    yield Change("changed", f"{what}: {name}.{word}", old.get(word), new.get(word))
        elif old != new:
            yield Change("changed", f"{what}: {name.replace('_', ' ')}", old, new)


def _short(value: Any) -> str:
    """Return a value in a few words."""
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, dict):
        parts = (f"{word.replace('_', ' ')} {_short(each)}" for word, each in value.items() if each not in (None, ""))
        text = ", ".join(parts)
    elif isinstance(value, list):
        text = ", ".join(_short(each) for each in value)
    else:
        text = " ".join(str(value).split())
    return text if len(text) <= 160 else f"{text[:159]}…"
