"""`plixo` in a process of its own, forked from one that has loaded it already.

A start of Python and of the product takes a second or two, a fork ten milliseconds; arguments, environment, folder,
streams and exit code are those of any other process. One nursery serves a worker of the tests; it ends with it.
What is about the start itself (signals, the program's file, what is loaded) starts a Python of its own instead.
"""

import asyncio
import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]

MESSAGE_BYTES = 128 * 1024
"""Room for arguments and environment of one command."""


class Answer(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


async def plixo(*words: str, env: Mapping[str, str], cwd: Path) -> Answer:
    """Run `plixo` to its end."""
    return await asyncio.to_thread(_nursery().run, words, env, cwd)


@dataclass
class Nursery:
    """The process that forks, and the socket on which it is asked to."""

    asked: socket.socket
    process: "subprocess.Popen[bytes]" = field(repr=False)

    def run(self, words: tuple[str, ...], env: Mapping[str, str], cwd: Path) -> Answer:
        """Have one command run, and wait for its end."""
        message = json.dumps({"words": words, "env": dict(env), "cwd": str(cwd)}).encode()
        assert len(message) < MESSAGE_BYTES
        ended, ends = os.pipe()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            socket.send_fds(self.asked, [message], [out.fileno(), err.fileno(), ends])
            os.close(ends)
            with os.fdopen(ended, "rb") as told:
                code = int(told.read())
            out.seek(0), err.seek(0)
            return Answer(code, out.read().decode(), err.read().decode())


@cache
def _nursery() -> Nursery:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=ROOT,
            env={"PATH": "/usr/bin:/bin"}, start_new_session=True,
        )  # fmt: skip
    return Nursery(ours, process)


def _serve(asked: socket.socket) -> None:
    """Fork for each message, until nobody is left who could send one."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the guardians
    while True:
        message, files, _, _ = socket.recv_fds(asked, MESSAGE_BYTES, 3)
        if not message:
            return
        if os.fork() == 0:
            asked.close()
            _guard(json.loads(message), *files)
            return
        for each in files:
            os.close(each)


def _guard(message: dict[str, object], out: int, err: int, ends: int) -> None:
    """Run the command in a child and write how it ended, minus the number of a signal."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os.write(ends, str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.close(ends)
    os.dup2(out, 1)
    os.dup2(err, 2)
    _run(**message)  # type: ignore[arg-type]


def _run(words: list[str], env: dict[str, str], cwd: str) -> None:
    from plixo import cli

    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["plixo", *words]
    code = 0
    try:
        cli.main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # the rim: as the interpreter would
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # to take all modules down again takes half a second


def _load() -> None:
    """Load every command, and what the largest ones load when they are called."""
    from plixo import checks, cli
    from plixo.command_table import ENTRIES

    del checks
    for entry in ENTRIES:
        cli.loaded(entry)
    gc.collect()
    gc.freeze()  # so that the memory stays shared


if __name__ == "__main__":
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
