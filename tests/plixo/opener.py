"""A process that opens the embedded database of a folder and does what it is told; started by ``test_database.py``.

Words: the folder, then any of ``note=TEXT`` (write a line), ``wait`` (until standard input ends). Prints the notes.
"""

import sys
from pathlib import Path

import psycopg

from plixo import database


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(folder: str, words: list[str]) -> None:
    """Open, do, print."""
    address = database.embedded(Path(folder))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # two at once would both try to create it
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("SELECT pg_advisory_unlock(1)")
        for word in words:
            if word.startswith("note="):
                connection.execute("INSERT INTO note VALUES (%s)", (word.removeprefix("note="),))
            if word == "wait":
                say("open")
                sys.stdin.read()
        say(" ".join(row[0] for row in connection.execute("SELECT text FROM note").fetchall()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
