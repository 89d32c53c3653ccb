"""Results: what came of each cell when it was last played, in a file that is kept in the repository."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.faults.matrix import Cell, Fault, Moment, Party
from tests.faults.play import Played

FILE = Path(__file__).with_name("results.json")


def read(file: Path = FILE) -> dict[Cell, Played]:
    """Return the last result of each cell that was ever played."""
    if not file.exists():
        return {}
    return {each.cell: each for each in map(_read, json.loads(file.read_text()))}


def write(played: Iterable[Played], file: Path = FILE) -> None:
    """Put these results beside the earlier ones of other cells."""
    known: Mapping[Cell, Played] = read(file) | {each.cell: each for each in played}
    order = [each for each in _all_cells() if each in known]
    lines = ",\n".join(json.dumps(_written(known[each]), ensure_ascii=False) for each in order)
    file.write_text(f"[\n{lines}\n]\n")


def _all_cells() -> Iterable[Cell]:
    return (Cell(party, fault, moment) for party in Party for fault in Fault for moment in Moment)


def _read(row: dict[str, object]) -> Played:
    cell = Cell(Party(str(row["party"])), Fault(str(row["fault"])), Moment(str(row["moment"])))
    wrong = row["wrong"]
    assert isinstance(wrong, list)
    seconds, seed = float(str(row["seconds"])), int(str(row["seed"]))
    return Played(cell, str(row["how"]), seconds, tuple(map(str, wrong)), str(row["at"]), seed)


def _written(played: Played) -> dict[str, object]:
    cell = played.cell
    return {
        "party": cell.party.value,
        "fault": cell.fault.value,
        "moment": cell.moment.value,
        "how": played.how,
        "seconds": played.seconds,
        "wrong": list(played.wrong),
        "at": played.at,
        "seed": played.seed,
    }
