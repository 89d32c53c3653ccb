"""Differences between two policies, in words and as values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domain.kernel import speech
from domain.kernel.speech import say, say_as
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
                if not self.after:
                    return say("{what} added", what=self.what)
                return say("{what} added ({value})", what=self.what, value=_short(self.after))
            case "removed":
                return say("{what} removed", what=self.what)
            case "moved":
                return say(
                    "{what} moved from place {before} to {after}",
                    what=self.what,
                    before=str(self.before),
                    after=str(self.after),
                )
            case _:
                told = {"what": self.what, "before": _short(self.before), "after": _short(self.after)}
                return speech.said("{what}: {before} → {after}", told)


LONGEST = 160
"""Characters of a value that are told."""


def between(before: Document, after: Document) -> tuple[Change, ...]:
    """Return every difference, segments first; none when the two mean the same."""
    return (*_segments(before, after), *_cadences(before, after))


def _segments(before: Document, after: Document) -> Iterator[Change]:
    old, new = {each.name: each for each in before.segments}, {each.name: each for each in after.segments}
    for name in (each for each in old if each not in new):
        yield Change("removed", _called(name), as_json(old[name]), None)
    for name, segment in new.items():
        if name not in old:
            yield Change("added", _called(name), None, _of_segment(segment))
            continue
        yield from _changed_values(_called(name), _of_segment(old[name]), _of_segment(segment))
    yield from _moved([each for each in old if each in new], [each for each in new if each in old])


def _called(segment: str) -> str:
    return say("segment {name}", name=segment)


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
            yield Change("moved", _called(name), before.index(name) + 1, place)


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
        yield Change("removed", say("cadence {name}", name=name), as_json(old[name])["steps"], None)
    for name, cadence in new.items():
        if name in old:
            yield from _steps(old[name], cadence)
        else:
            words = [_step_words(each) for each in cadence.steps]
            yield Change("added", say("cadence {name}", name=name), None, words)


def _steps(before: CadencePart, after: CadencePart) -> Iterator[Change]:
    old, new = {each.day: each for each in before.steps}, {each.day: each for each in after.steps}
    for day in sorted(old.keys() | new.keys()):
        what = say("cadence {name}: step at day {day}", name=after.name, day=str(day))
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
        return say("a person takes over")
    known = {"letter": step.letter, "tone": step.tone.value}
    match step.recipients == "escalation", step.approval:
        case True, True:
            return say("{letter} in a {tone} tone to the escalation contact, approved by a person", **known)
        case True, False:
            return say("{letter} in a {tone} tone to the escalation contact", **known)
        case False, True:
            return say("{letter} in a {tone} tone, approved by a person", **known)
        case _:
            return say("{letter} in a {tone} tone", **known)


def _changed_values(what: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name, old in before.items():
        new = after[name]
        if isinstance(old, dict):
            for word in sorted(old.keys() | new.keys()):
                if old.get(word) != new.get(word):
                    field = speech.joined(": ", [what, f"{name}.{word}"])
                    yield Change("changed", field, old.get(word), new.get(word))
        elif old != new:
            yield Change("changed", speech.joined(": ", [what, name.replace("_", " ")]), old, new)


def _short(value: Any) -> str:
    """Return a value in a few words."""
    if value is None or value in ("", [], {}):
        return say_as("value of a policy", "none")
    if isinstance(value, speech.Said):
        return value
    if isinstance(value, dict):
        told = {word.replace("_", " "): each for word, each in value.items() if each not in (None, "")}
        return _row([speech.joined(" ", [word, _short(each)]) for word, each in told.items()])
    if isinstance(value, list):
        return _row([_short(each) for each in value])
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _row(parts: Sequence[str]) -> str:
    """Return as many parts beside one another as have room."""
    shown: list[str] = []
    for part in parts:
        if sum(len(each) + 2 for each in shown) + len(part) > LONGEST:
            shown.append("…")
            break
        shown.append(part)
    return speech.joined(", ", shown)
