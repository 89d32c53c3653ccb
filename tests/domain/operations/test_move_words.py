"""Whatever step is refused, its record, state and step are words that somebody has translated."""

import importlib
import pkgutil
import sys

import domain
from domain.kernel.machine import Machine
from domain.kernel.refusals import MoveRefused
from domain.kernel.speech import Reader, spoken_to
from domain.operations import move_words


def machines() -> list[Machine]:  # type: ignore[type-arg]
    """Return every machine of the domain."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    loaded = [module for name, module in sys.modules.items() if name.startswith("domain.")]
    return [each for module in loaded for each in vars(module).values() if isinstance(each, Machine)]


def test_every_machine_is_told_in_words_that_are_translated() -> None:
    found = machines()

    named = {each.name for each in found}
    states = {
        state.value.replace("_", " ")
        for each in found
        for (before, _), after in each.moves.items()
        for state in (before, after)
    }
    steps = {step for each in found for _, step in each.moves}

    assert (sorted(named - {*move_words.records()}), sorted({*move_words.records()} - named)) == ([], [])
    assert (sorted(states - {*move_words.states()}), sorted({*move_words.states()} - states)) == ([], [])
    assert (sorted(steps - {*move_words.steps()}), sorted({*move_words.steps()} - steps)) == ([], [])


def test_a_step_that_is_refused_is_refused_in_the_readers_language() -> None:
    with spoken_to(Reader("de", "de_DE")):
        refused = MoveRefused("promise", "kept", "withdraw")

    assert str(refused) == "Das geht jetzt nicht: Zahlungszusage, Stand „eingehalten“, Schritt „zurückziehen“."
    assert str(MoveRefused("promise", "kept", "withdraw")) == "This promise is kept; it cannot withdraw now."
