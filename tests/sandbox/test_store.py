"""The sandbox's storage: in order, all or nothing, still there after a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.store import Store


def test_documents_keep_the_order_in_which_they_came(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite3")
    for key in ("b", "a", "c"):
        store.put("letter", key, {"key": key})

    store.put("letter", "b", {"key": "b again"})

    assert [each["key"] for each in store.find("letter", oldest_first=True)] == ["b again", "a", "c"]
    assert [each["key"] for each in store.find("letter", limit=1)] == ["c"]


def test_a_failure_leaves_nothing_behind_and_tells_nobody(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite3")
    told: list[frozenset[str]] = []
    store.listen(told.append)

    def failing() -> None:
        with store.changes():
            store.put("letter", "a", {})
            with store.changes():
                store.put("other", "b", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()

    assert (store.count("letter"), store.count("other"), told) == (0, 0, [])


def test_listeners_hear_once_for_each_commit(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite3")
    told: list[frozenset[str]] = []
    store.listen(told.append)

    with store.changes():
        store.put("a", "1", {})
        store.put("b", "1", {})

    assert told == [frozenset({"a", "b"})]


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite3")
    for number in range(10):
        store.put("log", str(number), {"n": number})

    store.keep_newest("log", limit=3)
    store.keep_newest("log", limit=50)

    assert [each["n"] for each in store.find("log")] == [9, 8, 7]


def test_what_was_committed_survives_a_kill(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from sandbox.store import Store\n"
        "store = Store(pathlib.Path(sys.argv[1]))\n"
        "for n in range(10**6):\n"
        "    store.put('n', str(n), {'n': n}); print(n, flush=True)\n"
    )
    path = tmp_path / "s.sqlite3"
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    last = 0
    for line in process.stdout:
        last = int(line)
        if last >= 50:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()

    assert Store(path).count("n") > last
